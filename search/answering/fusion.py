"""What several channels found becomes one ranking: moments of one video that overlap in time are one.

A moment takes the place of the best of those that overlap, by scores in standard deviations, and keeps its span, so
that moments never chain. What words give by chance stands below all that is surely seen.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from data.types import QueryError
from search.answering.channels import Channel, Scope, Search
from search.generation.confidence import HIGH
from search.query.tree import Query
from search.ranking.candidates import Ranked
from search.ranking.feedback import Verdicts
from search.ranking.reasons import merged

_AT_ONCE = 50
# How much one lies below another that it is not to pass.
_JUST = 1e-3
# Of a moment in which much is said, so many are told.
_MOST_REASONS = 5


def searches_of(channels: Iterable[Channel], query: Query, verdicts: Verdicts) -> dict[str, Search]:
    """One of each channel that understands the query, by its name. Raises QueryError where none does."""
    searches = {one.name: one.asked(query, verdicts) for one in channels if one.understands(query)}
    if not searches:
        raise QueryError(None, "nothing in this library can be asked that")
    return searches


def fused(searches: Mapping[str, Search]) -> Search:
    """One search of all of them, by the names of their channels; the search itself where there is only one."""
    return Fused(searches) if len(searches) > 1 else next(iter(searches.values()))


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """Its moments say by which channels they were found, the one that ranks them first."""

    searches: Mapping[str, Search]

    @property
    def has_confidence(self) -> bool:
        return any(search.has_confidence for search in self.searches.values())

    def moments(self, scope: Scope) -> Iterator[Ranked]:
        joined, waiting, ceiling = _Joined(), list[Ranked](), _Ceiling()
        open_ = {name: search.moments(scope) for name, search in self.searches.items()}
        while open_ or waiting:
            # So many of each whatever the caller reads, so that pages fit together.
            fresh = {name: self._some(name, moments) for name, moments in open_.items()}
            open_ = {name: moments for name, moments in open_.items() if len(fresh[name]) == _AT_ONCE}
            for name, some in fresh.items():
                ceiling.know(some, is_open=name in open_)
            # Nothing that a channel has still to give is better than its last.
            bound = max((fresh[name][-1].score for name in open_), default=float("-inf"))
            waiting += [one for some in fresh.values() for one in some]
            joined.know([one for some in fresh.values() for one in some])
            waiting = sorted(map(ceiling.below, waiting), key=_best_first)
            sure = [one for one in waiting if one.score > bound and not (one.is_stray and ceiling.is_open)]
            waiting = [one for one in waiting if one.score <= bound or (one.is_stray and ceiling.is_open)]
            yield from joined.given(sure)

    def deviations(self, moment: Ranked) -> float:
        return moment.score

    def best_second(self, moment: Ranked) -> float:
        return self.searches[moment.found_by[0]].best_second(moment)

    def _some(self, name: str, moments: Iterator[Ranked]) -> list[Ranked]:
        """The next ones of a channel, by their deviations."""
        deviations = self.searches[name].deviations
        return [replace(one, score=deviations(one), found_by=(name,)) for one in islice(moments, _AT_ONCE)]


class _Ceiling:
    """What is surely seen, which no stray word is to stand above."""

    def __init__(self) -> None:
        self._least = float("inf")
        self.is_open = False
        """Whether what comes next may be surely seen, too."""

    def know(self, found: list[Ranked], *, is_open: bool) -> None:
        if sure := [one.score for one in found if _is_surely_seen(one)]:
            self._least = min(self._least, *sure)
            self.is_open = is_open and len(sure) == len(found)
        elif any(one.cosine is not None for one in found):
            self.is_open = False

    def below(self, one: Ranked) -> Ranked:
        return replace(one, score=min(one.score, self._least - _JUST)) if one.is_stray else one


def _is_surely_seen(one: Ranked) -> bool:
    return one.cosine is not None and (one.confidence or 0.0) >= HIGH


class _Joined:
    """What has been found of each video, and what of it has been given."""

    def __init__(self) -> None:
        self._found: dict[str, list[Ranked]] = defaultdict(list)
        self._given: dict[str, list[Ranked]] = defaultdict(list)

    def know(self, found: list[Ranked]) -> None:
        for one in found:
            self._found[one.whole.video_id].append(one)

    def given(self, best_first: list[Ranked]) -> Iterator[Ranked]:
        """Without those that a better one of another channel has taken in, each with all who found it."""
        for one in best_first:
            if not _others(one, self._given[one.whole.video_id]):
                self._given[one.whole.video_id].append(one)
                others = _others(one, self._found[one.whole.video_id])
                names = sorted({other.found_by[0] for other in others})
                reasons = merged([*one.reasons, *(reason for other in others for reason in other.reasons)])
                yield replace(one, found_by=(*one.found_by, *names), reasons=reasons[:_MOST_REASONS])


def _others(one: Ranked, found: list[Ranked]) -> list[Ranked]:
    """Those of other channels that overlap it."""
    return [other for other in found if other.found_by != one.found_by and _overlap(one, other)]


def _overlap(one: Ranked, other: Ranked) -> bool:
    return one.whole.start_s < other.whole.end_s and other.whole.start_s < one.whole.end_s


def _best_first(one: Ranked) -> tuple[float, str, float]:
    return -one.score, one.whole.video_id, one.whole.start_s
