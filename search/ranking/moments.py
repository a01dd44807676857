"""Hits become moments.

The rule: a moment is its best clip, its peak, and up to two clips of the same shot on either side, each touching the
next and losing at most a quarter of the peak's lead over the library's mean, at most `LONGEST_S` in all. Better peaks
choose first, and a clip belongs to one moment, so moments of one shot may touch but never chain.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.store import Clips, Floats, VectorStore
from search.ranking.free import Free

REACH = 2
LONGEST_S = 30.0
MAY_LOSE = 0.25
_TOUCH_S = 1e-3
_AT_ONCE = 32

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Span:
    """Touching clips around the best one, which is `peaks[place]`: their ids in time order, and the first's number."""

    place: int
    start_s: float
    end_s: float
    ids: tuple[int, ...]
    first: int


def spans(
    vectors: VectorStore, peaks: Clips, scores_of: Callable[[Clips], Floats], *, free: Free, mean_score: float
) -> Iterator[Span]:
    """Moments around `peaks`, which come best first, of clips that are `free`; they are not from then on.

    `scores_of` is asked for a few peaks and their neighbours at a time, as far as the caller reads.
    """
    for places in _few_at_a_time(peaks, free):
        around = vectors.around(peaks[places], REACH)
        near = _Near(around, free)
        near.score(scores_of)
        for place, peak in zip(places.tolist(), peaks.ids[places].tolist(), strict=True):
            span = near.grown(place, peak, mean_score)
            if span is not None:
                yield span


def _few_at_a_time(peaks: Clips, free: Free) -> Iterator[Places]:
    """Where those peaks lie that are free; more are looked at in one go where few of them are."""
    begin, count = 0, _AT_ONCE
    while begin < len(peaks):
        end = min(begin + count, len(peaks))
        left = begin + np.flatnonzero(free.of(peaks[begin:end]))
        begin, count = end, 2 * count if len(left) < _AT_ONCE else _AT_ONCE
        for start in range(0, len(left), _AT_ONCE):
            some = left[start : start + _AT_ONCE]
            still = some[free.of(peaks[some])] if start else some
            if len(still):
                yield still


class _Near:
    """A few peaks and the clips around them that are free, by video and number."""

    def __init__(self, around: Clips, free: Free) -> None:
        self._free, self._changes = free, free.changes
        is_free = free.of(around)
        self._clips = around if is_free.all() else around[is_free]
        self._ids, self._numbers = self._clips.ids.tolist(), self._clips.numbers.tolist()
        self._at = {clip: place for place, clip in enumerate(self._ids)}
        self._starts_s, self._ends_s = self._clips.starts_s.tolist(), self._clips.ends_s.tolist()
        self._joins: list[bool] = _joins_next(self._clips).tolist()
        self._is_free = [True] * len(self._clips)
        self._scores: list[float] = []

    def score(self, scores_of: Callable[[Clips], Floats]) -> None:
        self._scores = scores_of(self._clips).tolist()

    def grown(self, place: int, peak: int, mean_score: float) -> Span | None:
        """The moment around the clip `peak`, which is taken; None where that is not free."""
        self._look_again()
        at = self._at.get(peak)
        if at is None or not self._is_free[at]:
            return None
        first, last = self._reached(at, mean_score)
        self._is_free[first : last + 1] = [False] * (last + 1 - first)
        ids = self._ids[first : last + 1]
        self._free.take(ids)
        return Span(place, self._starts_s[first], self._ends_s[last], tuple(ids), self._numbers[first])

    def _look_again(self) -> None:
        """What the caller has left out meanwhile is free no more."""
        if self._free.changes != self._changes:
            self._changes = self._free.changes
            self._is_free = self._free.of(self._clips).tolist()

    def _reached(self, peak: int, mean_score: float) -> tuple[int, int]:
        """The first and the last place."""
        first = last = peak
        enough = self._scores[peak] - MAY_LOSE * max(self._scores[peak] - mean_score, 0.0)
        for _ in range(REACH):
            # The better side first: the length allowed may suffice for one only.
            for place in sorted((first - 1, last + 1), key=self._score, reverse=True):
                if self._score(place) >= enough and self._is_free[place] and self._fits(place, first, last):
                    first, last = min(first, place), max(last, place)
        return first, last

    def _score(self, place: int) -> float:
        return self._scores[place] if 0 <= place < len(self._scores) else -np.inf

    def _fits(self, place: int, first: int, last: int) -> bool:
        """Whether `place`, just outside [first, last], touches it in the same shot and keeps it short enough."""
        first, last = min(first, place), max(last, place)
        is_short = self._ends_s[last] - self._starts_s[first] <= LONGEST_S
        return is_short and self._joins[first if place == first else last - 1]


def _joins_next(clips: Clips) -> NDArray[np.bool_]:
    """[N - 1]: whether each touches the next one in the same shot."""
    joins: NDArray[np.bool_] = (
        (clips.videos[1:] == clips.videos[:-1])
        & (clips.shots[1:] == clips.shots[:-1])
        & (clips.numbers[1:] == clips.numbers[:-1] + 1)
        & (np.abs(clips.starts_s[1:] - clips.ends_s[:-1]) <= _TOUCH_S)
    )
    return joins
