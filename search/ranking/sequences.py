"""One thing after another in one video."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.store import Clips, Floats

_TOLERANCE_S = 1e-3

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Sequence:
    """The place of each step's clip; as good as its worst step."""

    places: tuple[int, ...]
    score: float


def sequences(clips: Clips, scores: Floats, within_s: tuple[float | None, ...]) -> Iterator[Sequence]:
    """Best first; `clips` [C] come by video and number, `scores` [S, C] are of each step. Each clip ends one at most.

    A step begins at or after the end of the clip of the step before, at most `within_s` after it.
    """
    found: list[Sequence] = []
    cuts = (np.flatnonzero(clips.videos[1:] != clips.videos[:-1]) + 1).tolist()
    for begin, end in zip([0, *cuts], [*cuts, len(clips)], strict=True):
        found += _in_one_video(clips, scores, within_s, slice(begin, end)) if begin < end else []
    return _apart(sorted(found, key=lambda one: (-one.score, one.places)))


def _in_one_video(clips: Clips, scores: Floats, within_s: tuple[float | None, ...], mine: slice) -> list[Sequence]:
    starts_s, ends_s = clips.starts_s[mine], clips.ends_s[mine]
    reached, came_from = scores[0, mine], []
    for step, limit_s in zip(scores[1:, mine], within_s, strict=True):
        # What ends in [starts - limit, starts]: clips of one video end in their order.
        first = np.searchsorted(ends_s, starts_s - (np.inf if limit_s is None else limit_s) - _TOLERANCE_S)
        until = np.searchsorted(ends_s, starts_s + _TOLERANCE_S, side="right")
        best = _best_between(reached, first, until)
        came_from.append(best)
        reached = np.where(first < until, np.minimum(reached[best], step), -np.inf)
    lasts = np.flatnonzero(np.isfinite(reached)).tolist()
    return [Sequence(_traced(came_from, last, mine.start), float(reached[last])) for last in lasts]


def _best_between(values: Floats, first: Places, until: Places) -> Places:
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


def _better(values: Floats, earlier: Places, later: Places) -> Places:
    chosen: Places = np.where(values[earlier] >= values[later], earlier, later)
    return chosen


def _traced(came_from: list[Places], last: int, begin: int) -> tuple[int, ...]:
    places = [last]
    for back in reversed(came_from):
        places.append(int(back[places[-1]]))
    return tuple(begin + place for place in reversed(places))


def _apart(ranked: list[Sequence]) -> Iterator[Sequence]:
    """Without those that share a clip with a better one."""
    taken: set[int] = set()
    for one in ranked:
        if taken.isdisjoint(one.places):
            taken.update(one.places)
            yield one
