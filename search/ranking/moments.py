"""Hits become moments.

The rule: a moment is its best clip, its peak, and up to two clips of the same shot on either side, each touching the
next and losing at most a quarter of the peak's lead over the library's mean, at most `LONGEST_S` in all. Better peaks
choose first, and a clip belongs to one moment, so moments of one shot may touch but never chain.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.generation.table import ClipTable, Rows

REACH = 2
LONGEST_S = 30.0
MAY_LOSE = 0.25
_TOUCH_S = 1e-3
_AT_ONCE = 32

Scores = NDArray[np.float32]
Free = NDArray[np.bool_]
"""[N] by row: whether a further moment may hold a clip."""


@dataclass(frozen=True, slots=True)
class Span:
    """Touching clips as rows of the table, [first, last], around the best one, which is `peaks[place]`."""

    place: int
    first: int
    last: int


def spans(
    table: ClipTable,
    peaks: Rows,
    scores_of: Callable[[Rows], Scores],
    *,
    free: Free,
    mean_score: float,
) -> Iterator[Span]:
    """Moments around `peaks`, which come best first, of clips that are `free`; they are not from then on.

    `scores_of` is asked for a few peaks and their neighbours at a time, as far as the caller reads.
    """
    score_of: dict[int, float] = {}
    for start in range(0, len(peaks), _AT_ONCE):
        some = peaks[start : start + _AT_ONCE]
        left = some[free[some]]
        if not len(left):
            continue
        rows = _with_neighbours(left, free)
        score_of.update(zip(rows.tolist(), scores_of(rows).tolist(), strict=True))
        for place, peak in enumerate(some.tolist(), start):
            if free[peak]:
                first, last = _grown(table, peak, score_of, free, mean_score)
                free[first : last + 1] = False
                yield Span(place, first, last)


def _with_neighbours(peaks: Rows, free: Free) -> Rows:
    """Whatever moments around these peaks may hold; sorted, each once."""
    near = np.unique((peaks[:, np.newaxis] + np.arange(-REACH, REACH + 1)).ravel())
    near = near[(near >= 0) & (near < len(free))]
    return near[free[near]]


def _grown(table: ClipTable, peak: int, score_of: dict[int, float], free: Free, mean_score: float) -> tuple[int, int]:
    """The first and the last row."""
    first = last = peak
    enough = score_of[peak] - MAY_LOSE * max(score_of[peak] - mean_score, 0.0)
    for _ in range(REACH):
        # The better side first: the length allowed may suffice for one only.
        for row in sorted((first - 1, last + 1), key=lambda row: -score_of.get(row, -np.inf)):
            if score_of.get(row, -np.inf) < enough or not free[row] or not _joins(table, row, first, last):
                continue
            first, last = min(first, row), max(last, row)
    return first, last


def _joins(table: ClipTable, row: int, first: int, last: int) -> bool:
    """Whether `row`, just outside [first, last], touches it in the same shot and keeps it short enough."""
    near = first if row < first else last
    earlier, later = min(row, near), max(row, near)
    return bool(
        table.videos[row] == table.videos[near]
        and table.shots[row] == table.shots[near]
        and abs(table.starts_s[later] - table.ends_s[earlier]) <= _TOUCH_S
        and max(table.ends_s[row], table.ends_s[last]) - min(table.starts_s[row], table.starts_s[first]) <= LONGEST_S
    )
