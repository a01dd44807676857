"""Hits become moments.

The rule: a moment is its best clip, its peak, and up to two clips of the same shot on either side, each touching
the next and losing at most a quarter of the peak's lead over the library's mean, at most `LONGEST_S` in all. Better
peaks choose first, and a clip belongs to one moment, so moments of one shot may touch but never chain.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.table import ClipTable, Rows

REACH = 2
LONGEST_S = 30.0
MAY_LOSE = 0.25
_TOUCH_S = 1e-3

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Span:
    """Touching clips as rows of the table, [first, last], around the row of the best one."""

    first: int
    peak: int
    last: int
    score: float


def with_neighbours(table: ClipTable, rows: Rows) -> Rows:
    """`rows` and whatever a moment around one of them may hold besides; sorted, each once."""
    near = np.unique((rows[:, np.newaxis] + np.arange(-REACH, REACH + 1)).ravel())
    return near[(near >= 0) & (near < len(table))]


def spans(table: ClipTable, rows: Rows, scores: Scores, peaks: Rows, *, mean_score: float) -> Iterator[Span]:
    """Moments around `peaks`, best first; `rows` are sorted, hold the peaks and their neighbours, and have `scores`.

    Equal scores come in the order of the table.
    """
    score_of = dict(zip(rows.tolist(), scores.tolist(), strict=True))
    free = set(score_of)
    for peak in sorted(peaks.tolist(), key=lambda row: (-score_of[row], row)):
        if peak in free:
            span = _grown(table, peak, score_of, free, mean_score)
            free.difference_update(range(span.first, span.last + 1))
            yield span


def _grown(table: ClipTable, peak: int, score_of: dict[int, float], free: set[int], mean_score: float) -> Span:
    first = last = peak
    enough = score_of[peak] - MAY_LOSE * max(score_of[peak] - mean_score, 0.0)
    for _ in range(REACH):
        # The better side first: the length allowed may suffice for one only.
        for row in sorted((first - 1, last + 1), key=lambda row: -score_of.get(row, -np.inf)):
            if row not in free or score_of[row] < enough or not _joins(table, row, first, last):
                continue
            first, last = min(first, row), max(last, row)
    return Span(first, peak, last, score_of[peak])


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
