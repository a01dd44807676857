"""Phrases cut out of captions: what people type into a search box, where captions are whole sentences."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from models.spec import WeightsMissing

# Heads that name nothing one could see, or everything.
_EMPTY = (
    "video clip footage picture image photo scene someone something somebody anything thing things other others one "
    "ones lot lots front back top side bottom middle end way part kind type set group bunch couple number pair variety "
    "time view background foreground it him her them each"
)
_AUXILIARIES = "be being is are was were has have having does do getting going"
_PLAIN = frozenset(("NN", "NNS", "NNP", "JJ", "JJR", "JJS", "VBG", "VBN"))
_LONGEST = 4
_IRREGULAR = {
    "men": "man",
    "women": "woman",
    "children": "child",
    "people": "person",
    "feet": "foot",
    "teeth": "tooth",
    "mice": "mouse",
    "geese": "goose",
    "knives": "knife",
    "leaves": "leaf",
    "wolves": "wolf",
    "shelves": "shelf",
}

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its part of speech (Penn Treebank) and the chunk it belongs to ("NP", "VP", "PP" or none)."""

    text: str
    tag: str
    chunk: str
    begins: bool


# Its kind and its words.
Chunk = tuple[str, list[Word]]


@dataclass(frozen=True, slots=True)
class Phrase:
    """`text` as the caption has it; phrases with one `key` mean the same ("rides a bike", "riding bikes")."""

    key: Key
    text: str


def phrases_of(caption: str) -> set[Phrase]:
    """What `cut` finds in a caption; raises WeightsMissing where there is no tagger."""
    return cut(tagged(caption))


def cut(caption: Iterable[Word]) -> set[Phrase]:
    """Things, with what is said of them and without; what is done, with what it is done to and with who does it.

    A phrase in a form that nobody types has no text.
    """
    chunks = _chunks(caption)
    found = {phrase for kind, words in chunks if kind == "NP" for phrase in _things(words)}
    for at, (kind, words) in enumerate(chunks):
        if kind == "VP":
            before: Chunk = chunks[at - 1] if at else ("", [])
            found |= _deeds(before, words, chunks[at + 1 : at + 3])
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """What the items of a collection hold: `of[i]` has the texts of each key of item i, `holders` counts the items."""

    of: list[dict[Key, list[str]]]
    holders: Counter[Key]


def held(captions: Iterable[Sequence[str]]) -> Held:
    """An item holds a phrase that any of its captions holds."""
    of = []
    for some in captions:
        texts: dict[Key, list[str]] = {}
        for phrase in sorted({p for caption in some for p in phrases_of(caption)}, key=lambda p: p.text):
            texts.setdefault(phrase.key, []).append(phrase.text)
        of.append(texts)
    return Held(of, Counter(key for texts in of for key in texts))


def tagged(caption: str) -> list[Word]:
    """By the tagger and chunker of pattern.en, which the package textblob carries; raises WeightsMissing."""
    if find_spec("textblob") is None:
        raise WeightsMissing("cutting phrases needs the package textblob: pip install it")
    from textblob.en import parse

    words = []
    for token in parse(caption.lower(), tokenize=True, tags=True, chunks=True).split():
        for text, tag, chunk, *_ in token:
            begin, _, kind = chunk.partition("-")
            words.append(Word(text, tag, kind, begin == "B"))
    return words


def _chunks(words: Iterable[Word]) -> list[Chunk]:
    chunks: list[Chunk] = []
    for word in words:
        if chunks and not word.begins and word.chunk == chunks[-1][0] and word.chunk:
            chunks[-1][1].append(word)
        else:
            chunks.append((word.chunk, [word]))
    return chunks


def _things(words: Sequence[Word]) -> set[Phrase]:
    """A noun phrase without its articles, and each end of it: "big red car", "red car", "car"."""
    kept = _bare(words)
    if not kept or not kept[-1].tag.startswith("NN") or kept[-1].text in _EMPTY.split():
        return set()
    article = {"a": "a ", "an": "a ", "the": "the "}.get(words[0].text, "")
    if article == "a " and kept[-1].tag == "NNS":
        # The tagger takes what something does for a thing: "a dog wades".
        return set()
    ends = [kept[start:] for start in range(max(0, len(kept) - _LONGEST), len(kept))]
    return {Phrase(_key(end), _with_article(article, end)) for end in ends}


def _deeds(before: Chunk, words: Sequence[Word], after: Sequence[Chunk]) -> set[Phrase]:
    verb = words[-1]
    if not verb.tag.startswith("VB") or not verb.text.isalpha() or verb.text in _AUXILIARIES.split():
        return set()
    stem = _stem(verb.text)
    found: set[tuple[Key, str]] = {((stem,), verb.text)}
    place, thing = _object(after)
    if thing:
        found.add(((stem, *place, *_key(thing)), " ".join([verb.text, *place, *(w.text for w in thing)])))
    doer = _bare(before[1])[-1:] if before[0] == "NP" else []
    if doer and doer[0].tag.startswith("NN"):
        found.add(((*_key(doer), stem), f"{doer[0].text} {verb.text}"))
    # Only this form of the verb is what people type; the others say that the item holds it.
    return {Phrase(key, text if verb.tag == "VBG" else "") for key, text in found}


def _object(after: Sequence[Chunk]) -> tuple[list[str], list[Word]]:
    """What follows a verb: "a bicycle", or "on" and "a bench"."""
    kinds = [kind for kind, _ in after]
    if kinds[:1] == ["NP"]:
        return [], _whole(after[0][1])
    if kinds == ["PP", "NP"] and len(after[0][1]) == 1:
        return [after[0][1][0].text], _whole(after[1][1])
    return [], []


def _whole(words: Sequence[Word]) -> list[Word]:
    kept = _bare(words)
    if not kept or not kept[-1].tag.startswith("NN") or len(kept) > 2:
        return []
    return [words[0], *kept] if words[0].text in ("a", "an", "the") else kept


def _bare(words: Sequence[Word]) -> list[Word]:
    """The adjectives and nouns at the end of a chunk."""
    kept: list[Word] = []
    for word in reversed(words):
        if word.tag not in _PLAIN or not word.text.isalpha():
            break
        kept.insert(0, word)
    return kept


def _with_article(article: str, words: Sequence[Word]) -> str:
    text = " ".join(word.text for word in words)
    return f"an {text}" if article == "a " and text[0] in "aeiou" else article + text


def _key(words: Sequence[Word]) -> Key:
    return tuple(_single(w.text) if w.tag.startswith("NN") else w.text for w in words if w.tag != "DT")


def _single(noun: str) -> str:
    """One for a thing and several of it; for rare forms no word in itself."""
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if noun.endswith(("ches", "shes", "sses", "xes", "zes")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else noun


def _stem(verb: str) -> str:
    """One for all regular forms of a verb; no word in itself: "rid" for riding and rides."""
    if verb.endswith("ies"):
        verb = verb[:-3] + "y"
    for ending in ("ing", "ed", "s"):
        if verb.endswith(ending) and len(verb) > len(ending) + 1:
            verb = verb.removesuffix(ending)
            if ending != "s" and len(verb) > 2 and verb[-1] == verb[-2] and verb[-1] not in "lsz":
                verb = verb[:-1]
            break
    return verb.removesuffix("e")
