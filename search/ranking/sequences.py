"""One thing after another in one video."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.stores.vectors.store import Floats
from search.generation.table import ClipTable, Rows

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
        # What ends in [starts - limit, starts]: clips of one video end in their order.
        first = np.searchsorted(ends_s, starts_s - (np.inf if limit_s is None else limit_s) - _TOLERANCE_S)
        until = np.searchsorted(ends_s, starts_s + _TOLERANCE_S, side="right")
        best = _best_between(reached, first, until)
        came_from.append(best)
        reached = np.where(first < until, np.minimum(reached[best], step), -np.inf)
    return [_traced(rows, came_from, int(last), float(reached[last])) for last in np.flatnonzero(np.isfinite(reached))]


def _best_between(values: Floats, first: Rows, until: Rows) -> Rows:
    """[N]: where the largest of values[first:until] lies, the earlier of equals; anything where there is none.

    By the best of every stretch of 1, 2, 4 … values (Bender and Farach-Colton, "The LCA problem revisited", LATIN
    2000): a film of 20,000 clips has 400 million pairs.
    """
    level = np.maximum(np.frexp(np.maximum(until - first, 1))[1] - 1, 0)
    bests = np.arange(len(values))
    found = np.zeros(len(first), np.int64)
    for power in range(int(level.max(initial=0)) + 1):
        here = np.flatnonzero((level == power) & (first < until))
        found[here] = _better(values, bests[first[here]], bests[until[here] - (1 << power)])
        bests = _better(values, bests[: -(1 << power)], bests[1 << power :])
    return found


def _better(values: Floats, earlier: Rows, later: Rows) -> Rows:
    chosen: Rows = np.where(values[earlier] >= values[later], earlier, later)
    return chosen


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
