"""Lines that hold what is asked for, of the modalities of words that a generation serves.

A line of a sentence counts by how much of the sentence it holds, each word by how rare it is among all lines.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import ColumnElement

from data.folding import folded, tokens_of
from data.stores.catalog import views
from data.stores.catalog.engines.database import Wanted
from data.stores.catalog.words import how_many_hold, in_language, lines_with
from data.stores.where import Where
from data.terms import Term, held_by, pieces_of
from data.types import Generation, Words
from search.generation.opened import OpenGeneration
from search.query.common_words import COMMON, FRAMING
from search.query.tree import KINDS, By, Kind, Stretch
from search.ranking.reasons import Reason

MODALITIES: dict[Kind, str] = {"speech": "speech", "subtitles": "subtitles", "screen": "screen_text"}
BY: dict[Kind, By] = {"speech": "said", "subtitles": "said", "screen": "shown"}
# So many lines are looked at for a sentence, and for words that all have to be there.
_MOST_OF_SENTENCE, _MOST_OF_ALL = 300, 5000
# Lines that follow one another within so long are read as one, too: sentences go over their ends.
_GAP_S = 3.0
# Three words in their order are there by design.
_LEAST_SPACES = 2


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One or two lines that follow one another; `share` is how much of what is asked they hold, from 0 to 1.

    `told` is how many of its words say something; where it `is_verbatim`, it holds all words of it in their order.
    """

    lines: tuple[Words, ...]
    by: By
    terms: tuple[Term, ...]
    share: float
    told: int
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
        marks = Reason(self.by, 0.0, 0.0, text, self.terms).marks
        if not marks or len(starts_s) != len(text.split()):
            return None
        return starts_s[len(text[: marks[0].start + 1].split()) - 1]


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
        """All of the terms, the best first."""
        wanted = Wanted(terms, tuple(self._kinds), where=self._where(), most=_MOST_OF_ALL)
        found = lines_with(self.opened.catalog, wanted)
        return [FoundLine((line,), self._by(line), tuple(terms), 1.0, len(terms)) for line in found]

    def of_sentence(self, sentence: str) -> list[FoundLine]:
        """Those that hold some of it, in no order."""
        every = pieces_of(sentence)
        terms = [term for term in every if term.tokens[0] not in COMMON or len(term.tokens) > 1] or every
        weights = self._weights(terms)
        wanted = Wanted(terms, tuple(self._kinds), every=False, where=self._where(), most=_MOST_OF_SENTENCE)
        found = lines_with(self.opened.catalog, wanted) if weights else []
        held = {_key(line): held_by(tokens_of(line.text), terms) for line in found}
        return list(self._weighed(found, held, weights, folded(sentence)))

    def _weighed(
        self,
        found: Sequence[Words],
        held: Mapping[tuple[str, str, int], set[Term]],
        weights: Mapping[Term, float],
        sentence: str,
    ) -> Iterator[FoundLine]:
        groups: list[tuple[Words, ...]] = [(line,) for line in found]
        groups += [pair for pair in pairwise(sorted(found, key=_key)) if _follow(*pair)]
        for lines in groups:
            each = [held[_key(line)] for line in lines]
            terms = set().union(*each)
            # Two say more than each only where each adds something.
            if all(len(terms) > len(one) for one in each) or len(lines) == 1:
                whole = sum(weight for term, weight in weights.items() if term in terms or not _only_frames(term))
                share = sum(weights[term] for term in terms) / whole
                yield FoundLine(lines, self._by(lines[0]), tuple(terms), share, len(terms), _holds_all(lines, sentence))

    def _weights(self, terms: Sequence[Term]) -> dict[Term, float]:
        """How much each says: the rarer, the more; {} where there is no line at all."""
        counts, total = how_many_hold(self.opened.catalog, terms)
        return {term: math.log(1 + (total - min(n, total) + 0.5) / (n + 0.5)) + 0.1 for term, n in counts.items()}

    def _where(self) -> list[ColumnElement[bool]]:
        return [in_language(self.language)] if self.language else []

    @property
    def _kinds(self) -> dict[str, Kind]:
        """By fingerprint."""
        return {print_: kind for kind, print_ in fingerprints_of(self.opened.generation, self.kinds).items()}

    def _by(self, line: Words) -> By:
        return BY[self._kinds[line.fingerprint]]


def fingerprints_of(generation: Generation, kinds: Iterable[Kind] = KINDS) -> dict[Kind, str]:
    """Those of the lines that a generation serves, by their kind."""
    served = generation.modalities
    return {kind: served[MODALITIES[kind]].fingerprint for kind in kinds if MODALITIES[kind] in served}


def allowed_by(opened: OpenGeneration, where: Where | None) -> set[str] | None:
    """The videos that may answer; None for all."""
    return None if where is None else views.matching_videos(opened.catalog, opened.generation.fingerprint, where)


def _key(line: Words) -> tuple[str, str, int]:
    return line.video_id, line.fingerprint, line.number


def _only_frames(term: Term) -> bool:
    return len(term.tokens) == 1 and term.tokens[0] in FRAMING


def _holds_all(lines: Sequence[Words], sentence: str) -> bool:
    """Whether they hold a sentence of some length, folded, as it is."""
    said = " ".join(folded(line.text) for line in lines)
    return sentence.count(" ") >= _LEAST_SPACES and f" {sentence} " in f" {said} "


def _follow(one: Words, other: Words) -> bool:
    is_next = (one.video_id, one.fingerprint, one.number + 1) == _key(other) and one.language == other.language
    return is_next and other.start_s - one.end_s < _GAP_S
