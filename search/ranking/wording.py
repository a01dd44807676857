"""Lines that hold what is asked for, of the modalities of words that a generation serves.

A line of a sentence counts by how much of the sentence it holds, each word by how rare it is among all lines.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from data.folding import folded
from data.stores.catalog import views
from data.stores.catalog.engines.database import Wanted
from data.stores.catalog.words import FoldedLine, how_many_hold, in_language, lines_with
from data.stores.where import Where
from data.terms import Term, held_by, marks_in, pieces_of
from data.types import Generation, Words
from search.generation.opened import OpenGeneration
from search.query.common_words import COMMON, FRAMING
from search.query.tree import KINDS, By, Kind, Stretch
from search.ranking.reasons import Reason

MODALITIES: dict[Kind, str] = {
    "speech": "speech",
    "subtitles": "subtitles",
    "screen": "screen_text",
    "action": "actions",
}
BY: dict[Kind, By] = {"speech": "said", "subtitles": "said", "screen": "shown", "action": "tagged"}
# So many lines are looked at for a sentence, and for words that all have to be there.
_MOST_OF_SENTENCE, _MOST_OF_ALL = 150, 5000
# What holds less of a sentence says nothing about it.
_LEAST_SHARE = 1 / 3
# What says as much as so many words of which each stands in one line only, is there by no chance.
_UNIQUE_WORDS = 1.6
# Lines that follow one another within so long are read as one, too: sentences go over their ends.
_GAP_S = 3.0
# Three words in their order are there by design.
_LEAST_SPACES = 2


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One or two lines that follow one another; `share` is how much of what is asked they hold, from 0 to 1.

    `telling` is how much the words that it holds say by being rare: 1 and more is no chance. Where it `is_verbatim`, it
    holds all words of a sentence in their order.
    """

    lines: tuple[Words, ...]
    by: By
    terms: tuple[Term, ...]
    share: float
    telling: float = 1.0
    is_verbatim: bool = False

    @property
    def stretch(self) -> Stretch:
        return Stretch(self.lines[0].video_id, self.lines[0].start_s, self.lines[-1].end_s)

    @property
    def reason(self) -> Reason:
        where = self.stretch
        text = " ".join(line.text for line in self.lines)
        return Reason(self.by, where.start_s, where.end_s, text, self.terms, self._best_s(text))

    def _best_s(self, text: str) -> float | None:
        """When the first word that was found begins, where a line tells of each."""
        starts_s = [second for line in self.lines for second in line.word_starts_s]
        if not starts_s or len(starts_s) != len(text.split()):
            return None
        marks = marks_in(text, self.terms)
        return None if not marks else starts_s[len(text[: marks[0].start + 1].split()) - 1]


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of some kinds in one generation, in a language where one is named."""

    opened: OpenGeneration
    kinds: tuple[Kind, ...] = KINDS
    language: str | None = None

    @property
    def are_there(self) -> bool:
        return bool(self._kinds)

    def holding(self, terms: Sequence[Term]) -> list[FoundLine]:
        """All of the terms, the best first; those that do only as two that follow one another last."""
        found = self._found(terms, every=True, most=_MOST_OF_ALL)
        singles = [(line,) for line in found]
        return [self._whole(lines, terms) for lines in (*singles, *self._over_ends(found, terms))]

    def of_sentence(self, sentence: str) -> list[FoundLine]:
        """Those that hold some of it, in no order."""
        every = pieces_of(sentence)
        terms = [term for term in every if term.tokens[0] not in COMMON or len(term.tokens) > 1] or every
        weights, enough = self._weights(terms)
        found = self._found(terms, every=False, most=_MOST_OF_SENTENCE) if weights else []
        return list(self._weighed(found, weights, enough, folded(sentence)))

    def _found(self, terms: Sequence[Term], *, every: bool, most: int) -> list[FoldedLine]:
        where = [in_language(self.language)] if self.language else []
        wanted = Wanted(terms, tuple(self._kinds), every=every, most=most, where=where)
        return lines_with(self.opened.catalog, wanted)

    def _over_ends(self, known: Sequence[FoldedLine], terms: Sequence[Term]) -> Iterator[tuple[FoldedLine, FoldedLine]]:
        """Pairs that hold all of the terms, where neither line does."""
        words = list(dict.fromkeys(Term((token,)) for term in terms for token in term.tokens if not term.is_open))
        if len(words) < 2:
            return
        whole = {_key(line) for line in known}
        for one, other in _pairs(self._found(words, every=False, most=_MOST_OF_SENTENCE)):
            is_new = _key(one) not in whole and _key(other) not in whole
            if is_new and len(held_by(f"{one.folded} {other.folded}", terms)) == len(terms):
                yield one, other

    def _whole(self, lines: tuple[FoldedLine, ...], terms: Sequence[Term]) -> FoundLine:
        return FoundLine(tuple(line.words for line in lines), self._by(lines[0]), tuple(terms), 1.0)

    def _weighed(
        self, found: Sequence[FoldedLine], weights: Mapping[Term, float], enough: float, sentence: str
    ) -> Iterator[FoundLine]:
        held = {_key(line): held_by(line.folded, list(weights)) for line in found}
        groups: list[tuple[FoldedLine, ...]] = [*((line,) for line in found), *_pairs(found)]
        framing = {term: weight for term, weight in weights.items() if _only_frames(term)}
        wanted = sum(weights.values()) - sum(framing.values())
        for lines in groups:
            each = [held[_key(line)] for line in lines]
            terms = each[0] if len(lines) == 1 else each[0] | each[1]
            # Two say more than each only where each adds something.
            if len(lines) > 1 and any(len(terms) == len(one) for one in each):
                continue
            held_weight = sum(weights[term] for term in terms)
            share = held_weight / (wanted + sum(framing[term] for term in terms & framing.keys()))
            if share >= _LEAST_SHARE:
                said, by = tuple(line.words for line in lines), self._by(lines[0])
                telling = held_weight / enough
                yield FoundLine(said, by, tuple(terms), share, telling, _is_verbatim(lines, sentence))

    def _weights(self, terms: Sequence[Term]) -> tuple[dict[Term, float], float]:
        """How much each says, the rarer, the more, and how much is no chance; {} where there is no line at all."""
        counts, total = how_many_hold(self.opened.catalog, terms)
        weights = {term: math.log(1 + (total - min(n, total) + 0.5) / (n + 0.5)) + 0.1 for term, n in counts.items()}
        return weights, _UNIQUE_WORDS * math.log(1 + total)

    @property
    def _kinds(self) -> dict[str, Kind]:
        """By fingerprint."""
        return {print_: kind for kind, print_ in fingerprints_of(self.opened.generation, self.kinds).items()}

    def _by(self, line: FoldedLine) -> By:
        return BY[self._kinds[line.words.fingerprint]]


def fingerprints_of(generation: Generation, kinds: Iterable[Kind] = KINDS) -> dict[Kind, str]:
    """Those of the lines that a generation serves, by their kind."""
    served = generation.modalities
    return {kind: served[MODALITIES[kind]].fingerprint for kind in kinds if MODALITIES[kind] in served}


def allowed_by(opened: OpenGeneration, where: Where | None) -> set[str] | None:
    """The videos that may answer; None for all."""
    return None if where is None else views.matching_videos(opened.catalog, opened.generation.fingerprint, where)


def _pairs(found: Iterable[FoldedLine]) -> Iterator[tuple[FoldedLine, FoldedLine]]:
    """Lines that follow one another."""
    for one, other in pairwise(sorted(found, key=_key)):
        is_next = (*_key(one)[:2], one.words.number + 1) == _key(other) and one.words.language == other.words.language
        if is_next and other.words.start_s - one.words.end_s < _GAP_S:
            yield one, other


def _key(line: FoldedLine) -> tuple[str, str, int]:
    return line.words.video_id, line.words.fingerprint, line.words.number


def _only_frames(term: Term) -> bool:
    return len(term.tokens) == 1 and term.tokens[0] in FRAMING


def _is_verbatim(lines: Sequence[FoldedLine], sentence: str) -> bool:
    """Whether they hold a sentence of some length, folded, as it is."""
    return sentence.count(" ") >= _LEAST_SPACES and f" {sentence} " in f" {' '.join(line.folded for line in lines)} "
