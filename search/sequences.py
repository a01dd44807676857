"""One thing after another in one video."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.vectors import Floats
from search.table import ClipTable, Rows

_TOLERANCE_S = 1e-3


@dataclass(frozen=True, slots=True)
class Sequence:
    """The row of each step's clip; as good as its worst step."""

    rows: tuple[int, ...]
    score: float


def sequences(table: ClipTable, rows: Rows, scores: Floats, within_s: tuple[float | None, ...]) -> Iterator[Sequence]:
    """Best first; `rows` [C] are sorted, `scores` [S, C] are of each step. Each clip ends one sequence at most.

    A step begins at or after the end of the clip of the step before, at most `within_s` after it.
    """
    found: list[Sequence] = []
    cuts = np.flatnonzero(np.diff(table.videos[rows])) + 1
    for mine, theirs in zip(np.split(rows, cuts), np.split(scores, cuts, axis=1), strict=True):
        found += _in_one_video(table, mine, theirs, within_s) if len(mine) else []
    return _apart(sorted(found, key=lambda one: (-one.score, one.rows)))


def _in_one_video(table: ClipTable, rows: Rows, scores: Floats, within_s: tuple[float | None, ...]) -> list[Sequence]:
    starts_s, ends_s = table.starts_s[rows], table.ends_s[rows]
    reached, came_from = scores[0], []
    for step, limit_s in zip(scores[1:], within_s, strict=True):
        # [from, to]: seconds between the end of one and the start of the next.
        gap_s = starts_s[np.newaxis] - ends_s[:, np.newaxis]
        may = (gap_s >= -_TOLERANCE_S) & (gap_s <= (np.inf if limit_s is None else limit_s) + _TOLERANCE_S)
        through = np.where(may, reached[:, np.newaxis], -np.inf)
        came_from.append(through.argmax(axis=0))
        reached = np.minimum(through.max(axis=0), step)
    return [_traced(rows, came_from, int(last), float(reached[last])) for last in np.flatnonzero(np.isfinite(reached))]


def _traced(rows: Rows, came_from: list[Rows], last: int, score: float) -> Sequence:
    places = [last]
    for back in reversed(came_from):
        places.append(int(back[places[-1]]))
    return Sequence(tuple(int(rows[place]) for place in reversed(places)), score)


def _apart(ranked: list[Sequence]) -> Iterator[Sequence]:
    """Without those that share a clip with a better one."""
    taken: set[int] = set()
    for one in ranked:
        if taken.isdisjoint(one.rows):
            taken.update(one.rows)
            yield one
