"""Hits become moments.

The rule: a moment is its best clip, its peak, and up to `REACH` clips on either side, each touching the next, at most
`LONGEST_S` in all. One joins that stands out of what is around as the peak does, and keeps `STANDS_OUT` of the peak's
lead over the mean of the clips around it, six on either side; or, in the same shot, one that loses at most a quarter of
the peak's lead over the library's mean. Better peaks choose first, and a clip belongs to one moment, so moments may
touch but never chain. How it was chosen: docs/search.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.store import Clips, Floats, VectorStore
from search.ranking.free import Free

REACH = 4
LONGEST_S = 30.0
STANDS_OUT = 0.45
MAY_LOSE = 0.25
# So many clips on either side of a peak are what is around it.
_AROUND = 6
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
        around = vectors.around(peaks[places], _AROUND)
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
    """A few peaks and the clips around them, by video and number."""

    def __init__(self, around: Clips, free: Free) -> None:
        self._clips, self._free, self._changes = around, free, free.changes
        self._ids, self._numbers = around.ids.tolist(), around.numbers.tolist()
        self._at = {clip: place for place, clip in enumerate(self._ids)}
        self._starts_s, self._ends_s = around.starts_s.tolist(), around.ends_s.tolist()
        touch, same_shot = _next(around)
        self._touch, self._same_shot = touch.tolist(), same_shot.tolist()
        self._is_free: list[bool] = free.of(around).tolist()

    def score(self, scores_of: Callable[[Clips], Floats]) -> None:
        scores = scores_of(self._clips)
        self._scores, self._means = scores.tolist(), _means_around(self._clips, scores).tolist()

    def grown(self, place: int, peak: int, mean_score: float) -> Span | None:
        """The moment around the clip `peak`, which is taken; None where that is not free."""
        self._look_again()
        at = self._at[peak]
        if not self._is_free[at]:
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
        best = self._scores[peak]
        over_cut = best - (1 - STANDS_OUT) * max(best - self._means[peak], 0.0)
        in_shot = min(best - MAY_LOSE * max(best - mean_score, 0.0), over_cut)
        for _ in range(REACH):
            sides = self._sides(first, last, in_shot, over_cut)
            if not sides:
                break
            # The better side first: the length allowed may suffice for one only.
            for place in sorted(sides, key=self._scores.__getitem__, reverse=True):
                if self._is_short(place, first, last):
                    first, last = min(first, place), max(last, place)
        return first, last

    def _sides(self, first: int, last: int, in_shot: float, over_cut: float) -> list[int]:
        """Those places right before and after that are free, and score enough."""
        # An edge has the number of the place before it; before the first of all that is -1, where nothing touches.
        return [
            place
            for place, edge in ((first - 1, first - 1), (last + 1, last))
            if self._touch[edge]
            and self._is_free[place]
            and self._scores[place] >= (in_shot if self._same_shot[edge] else over_cut)
        ]

    def _is_short(self, place: int, first: int, last: int) -> bool:
        length_s: float = self._ends_s[max(last, place)] - self._starts_s[min(first, place)]
        return length_s <= LONGEST_S


def _next(clips: Clips) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """[N] each: whether a clip touches the next one of its video, and whether that is of its shot; not the last."""
    last = np.zeros(1, np.bool_)
    touch = (
        (clips.videos[1:] == clips.videos[:-1])
        & (clips.numbers[1:] == clips.numbers[:-1] + 1)
        & (np.abs(clips.starts_s[1:] - clips.ends_s[:-1]) <= _TOUCH_S)
    )
    return np.append(touch, last), np.append(clips.shots[1:] == clips.shots[:-1], last)


def _means_around(clips: Clips, scores: Floats) -> Floats:
    """[N]: what the clips around each score, itself among them; without those that can't be scored."""
    every = np.arange(len(clips))[:, np.newaxis] + np.arange(-_AROUND, _AROUND + 1)
    near = np.clip(every, 0, len(clips) - 1)
    counts = (every == near) & (clips.videos[near] == clips.videos[:, np.newaxis]) & np.isfinite(scores[near])
    counts &= np.abs(clips.numbers[near] - clips.numbers[:, np.newaxis]) <= _AROUND
    means: Floats = np.where(counts, scores[near], 0).sum(axis=1) / np.maximum(counts.sum(axis=1), 1)
    return means
