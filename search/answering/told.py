"""The channel of what is told: lines that are said or shown, and hold what is asked for."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from data.stores.vectors.store import VectorStore
from data.terms import terms_of
from data.types import QueryError
from search.answering.channels import Scope
from search.generation.opened import OpenGeneration
from search.query.tree import KINDS, TAGGED, Kind, Line, Query, Stretch, Text
from search.ranking.candidates import Ranked
from search.ranking.feedback import Verdicts
from search.ranking.reasons import Reason, merged
from search.ranking.wording import BY, FoundLine, Lines, allowed_by, fingerprints_of

# How these were chosen: docs/search.md, and `python -m benchmarks.words`. In deviations, of a line that holds all of a
# sentence, and what is left of that where it holds a part.
SURE, STEEPNESS = 7.0, 3.0
# What it scores more where it holds the sentence as it was asked.
VERBATIM = 1.0
# A line that holds less of a sentence, or says less, may be there by chance.
STRAY_SHARE, STRAY_TELLING = 0.8, 0.75
# A line is on the screen longer than it takes to read, but some are told in no time at all.
_SHORTEST_S = 1.0
# Of so many lines it is looked which are said at once, and of so many reasons a moment tells.
_MOST_BESIDE, _MOST_REASONS = 500, 5


def told_channel(opened: OpenGeneration) -> "Told | None":
    """None where a generation serves no lines."""
    return Told(opened) if fingerprints_of(opened.generation, (*KINDS, *TAGGED)) else None


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Understands sentences, and words that a line is to hold."""

    opened: OpenGeneration

    @property
    def name(self) -> str:
        return "told"

    def understands(self, query: Query) -> bool:
        return isinstance(query, Line) or (isinstance(query, Text) and any(BY[kind] in query.by for kind in KINDS))

    def asked(self, query: Query, verdicts: Verdicts) -> "ToldSearch":  # noqa: ARG002  of what is seen
        if isinstance(query, Line):
            found = Lines(self.opened, query.kinds, query.language).holding(terms_of(query.words))
            return ToldSearch(self.opened, found)
        if not isinstance(query, Text):
            raise QueryError(None, "only sentences and words are told")
        kinds: tuple[Kind, ...] = tuple(kind for kind in KINDS if BY[kind] in query.by)
        return ToldSearch(self.opened, Lines(self.opened, kinds, query.language).of_sentence(query.text))


@dataclass(frozen=True, slots=True, eq=False)
class ToldSearch:
    """The lines that were found, for a sentence or for words."""

    opened: OpenGeneration
    found: Sequence[FoundLine]

    @property
    def has_confidence(self) -> bool:
        return True

    def moments(self, scope: Scope) -> Iterator[Ranked]:
        allowed, told = allowed_by(self.opened, scope.where), _Told()
        best_first = sorted(self.found, key=_score, reverse=True)
        for line in best_first[:_MOST_BESIDE]:
            told.know(line)
        for line in best_first:
            if allowed is not None and line.stretch.video_id not in allowed:
                continue
            moment = self._moment(self.opened.vectors, line)
            if moment is None or (moment.confidence or 0.0) < scope.least_confidence:
                continue
            if told.is_new(line.stretch):
                yield replace(moment, reasons=merged([line.reason, *told.beside(line)])[:_MOST_REASONS])

    def deviations(self, moment: Ranked) -> float:
        return moment.score

    def best_second(self, moment: Ranked) -> float:
        best_s = moment.reasons[0].best_s
        return moment.whole.start_s if best_s is None else min(max(best_s, moment.whole.start_s), moment.whole.end_s)

    def _moment(self, vectors: VectorStore, line: FoundLine) -> Ranked | None:
        """None where no clip of the generation is there: of a video that is not served."""
        said = line.stretch
        where = Stretch(said.video_id, said.start_s, max(said.end_s, said.start_s + _SHORTEST_S))
        clips = vectors.of_video(where.video_id, where.start_s, where.end_s)
        if not len(clips):
            return None
        end_s = min(where.end_s, max(said.end_s, float(clips.ends_s[-1])))
        whole = Stretch(where.video_id, where.start_s, end_s)
        is_stray = line.share < STRAY_SHARE or (line.telling < STRAY_TELLING and not line.is_verbatim)
        return Ranked(
            peak=int(clips.ids[0]),
            whole=whole,
            pointed=whole,
            clips=tuple(clips.ids.tolist()),
            first=int(clips.numbers[0]),
            score=_score(line),
            cosine=None,
            confidence=line.share * min(1.0, line.telling / STRAY_TELLING) if is_stray else line.share,
            reasons=(line.reason,),
            is_stray=is_stray,
        )


class _Told:
    """What was found in each video, and what of it is told already: of lines that overlap the best tells of all."""

    def __init__(self) -> None:
        self._found: dict[str, list[tuple[Stretch, FoundLine]]] = defaultdict(list)
        self._given: dict[str, list[Stretch]] = defaultdict(list)

    def know(self, line: FoundLine) -> None:
        self._found[line.stretch.video_id].append((line.stretch, line))

    def is_new(self, where: Stretch) -> bool:
        """Whether nothing that overlaps it is told; from now on it is."""
        given = self._given[where.video_id]
        if any(_overlap(where, other) for other in given):
            return False
        given.append(where)
        return True

    def beside(self, line: FoundLine) -> Iterator[Reason]:
        """Why else: other lines of the same time. Two that follow one another stand for what each of them is."""
        where = line.stretch
        for stretch, other in self._found[where.video_id]:
            if _overlap(where, stretch) and not set(other.lines) & set(line.lines):
                yield other.reason


def _score(line: FoundLine) -> float:
    """Words that a line is to hold are there by no chance."""
    if line.is_verbatim:
        return SURE + VERBATIM
    return float(SURE * line.share**STEEPNESS * min(1.0, line.telling))


def _overlap(one: Stretch, other: Stretch) -> bool:
    return one.start_s < other.end_s and other.start_s < one.end_s
