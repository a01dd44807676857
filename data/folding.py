"""Words as they are looked for: in small letters, without diacritics, each where it stands in its text.

Scripts that put no spaces between words are taken apart sign by sign, so that any run of signs is found as a phrase of
them: pieces of three, as engines cut them, would miss the words of two signs that most of Chinese is made of.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# Marks that a reader of Latin, Greek, Cyrillic, Hebrew or Arabic may leave out; those of others change the word.
_MARKS = (
    (0x300, 0x36F),
    (0x483, 0x487),
    (0x591, 0x5C7),
    (0x610, 0x61A),
    (0x640, 0x640),
    (0x64B, 0x65F),
    (0x670, 0x670),
)
_UNSPACED = (
    (0xE00, 0xEFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),
    (0x3041, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a sign of a script without spaces, and the characters of the text that it stands for."""

    text: str
    start: int
    end: int
    is_sign: bool = False


def tokens_of(text: str) -> list[Token]:
    """Of any text, in the order written."""
    return list(_tokens(text))


def folded(text: str) -> str:
    """Its tokens with a space between any two: what an index of words keeps."""
    return " ".join(token.text for token in _tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    word, start = "", 0
    for at, letter in enumerate(text):
        plain = _plain(letter)
        if word and _begins_anew(word, letter, plain):
            yield Token(word, start, at, _is_unspaced(word[0]))
            word = ""
        if plain is not None:
            start = start if word else at
            word += plain
    if word:
        yield Token(word, start, len(text), _is_unspaced(word[0]))


def _begins_anew(word: str, letter: str, plain: str | None) -> bool:
    """Whether a letter is none of the word before it."""
    if plain is None:
        return True
    if plain == "" or unicodedata.category(letter)[0] == "M":
        return False
    return _is_unspaced(word[0]) or _is_unspaced(plain[0])


@lru_cache(maxsize=16384)
def _plain(letter: str) -> str | None:
    """What is left of one letter, "" of a mark that may be left out; None of what is no part of a word."""
    if _is_in(ord(letter), _MARKS):
        return ""
    if unicodedata.category(letter)[0] not in "LNM":
        return None
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", letter).casefold())
    kept = "".join(each for each in apart if not _is_in(ord(each), _MARKS))
    plain = unicodedata.normalize("NFC", kept)
    return plain if all(unicodedata.category(each)[0] in "LNM" for each in plain) else None


@lru_cache(maxsize=16384)
def _is_unspaced(letter: str) -> bool:
    return _is_in(ord(letter), _UNSPACED)


def _is_in(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
