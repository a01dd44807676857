"""How near clips are to the bank's queries and to other clips: measured once for each clip, and carried on.

A generation differs little from the one before it. How near a clip is to the bank depends on nothing else; how near
it is to others depends on the sample that stands for them, which stays until the library has outgrown it; and which
clips are best for a query of the bank changes only by what came and what went.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.flat import Floats, Ids, VectorIndex
from data.stores.vectors.positions import Positions
from search.generation.table import ClipTable, Rows

NEAREST = 10
# Enough to tell how dense a place of the space is; more would cost memory and time.
SAMPLE_CLIPS = 4096
# In fewer clips than this there is no density to speak of.
_LEAST_CLIPS = 40
# Scores of so many clips with the bank or the sample stay in the processor's cache.
_AT_ONCE = 512
# A sample stands for a library that has grown less than so many times, and of which it has lost less than that share.
_MAY_GROW, _MAY_LOSE = 2, 1 / 8
# A vector that was made again, or was damaged, differs by more than rounding.
_SAME_MARK = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Clips that stand for a library of `drawn_from`: `ids` [R], `values` [R, D] and the `videos` [R] they are of."""

    ids: Ids
    values: Floats
    videos: NDArray[np.bytes_]
    drawn_from: int


@dataclass(frozen=True, slots=True, eq=False)
class Nearness:
    """Of the clips `ids` [N] with vectors that have these `marks` [N].

    `hub` [N] is the mean cosine of a clip with the queries of the bank that are nearest to it, `density` [N] with the
    nearest of the sample's clips that are of other videos. `best` [Q, NEAREST] are the highest cosines of each query of
    the bank, `best_ids` of which clips; -inf where there are not so many.
    """

    ids: Ids
    marks: Floats
    hub: Floats
    density: Floats
    best: Floats
    best_ids: Ids
    sample: Sample

    @property
    def sound(self) -> NDArray[np.bool_]:
        """[N]: whether a vector is made of numbers; one that is not is near to nothing."""
        return np.isfinite(self.marks)

    def is_of(self, ids: Ids, marks: Floats) -> bool:
        """Whether it holds just these clips with these vectors."""
        return np.array_equal(self.ids, ids) and np.array_equal(self.marks, marks, equal_nan=True)


def sample_for(index: VectorIndex, clips: ClipTable, before: Sample | None) -> Sample:
    """The sample as before while it stands for these clips, else one that is drawn anew."""
    if before is not None and before.drawn_from > SAMPLE_CLIPS and len(clips) < _MAY_GROW * before.drawn_from:
        here = len(clips.rows(before.ids))
        if here > (1 - _MAY_LOSE) * len(before.ids):
            return before
    # Ids are hashes: every nth of them in order is a fair sample, the same every time.
    step = max(1, len(clips) // SAMPLE_CLIPS)
    rows = np.sort(clips.positions.order[::step][:SAMPLE_CLIPS])
    rows = rows[np.isfinite(index.vectors(clips.ids[rows])).all(axis=1)]
    names = np.array(clips.video_ids, "S32")
    return Sample(clips.ids[rows], index.vectors(clips.ids[rows]), names[clips.videos[rows]], len(clips))


def measured(
    index: VectorIndex, clips: ClipTable, queries: Floats, sample: Sample, before: Nearness | None = None
) -> Nearness:
    """Only what `before` does not know is computed; `queries` [Q, D] are the bank."""
    marks = index.products(np.cos(np.arange(index.dim, dtype=np.float32)))[clips.places]
    known = _known(before, clips.ids, marks)
    # A vector of no numbers is near to nothing.
    sound, fresh = np.flatnonzero(np.isfinite(marks)), np.flatnonzero(np.isfinite(marks) & (known < 0))
    hub, density = np.zeros((2, len(clips)), np.float32)
    if before is not None:
        hub[known >= 0], density[known >= 0] = before.hub[known[known >= 0]], before.density[known[known >= 0]]
    best = _Best(len(queries)) if before is None else _Best.of(before)
    lost = best.lost(clips.ids[known >= 0])
    for rows, values in _pieces(index, clips, fresh):
        cosines = values @ queries.T
        hub[rows] = highest(cosines).mean(axis=1)
        best.add(cosines, clips.ids[rows])
    _look_again(best, index, clips, queries, sound, lost)
    is_same = before is not None and np.array_equal(before.sample.ids, sample.ids)
    _measure_density(density, index, clips, sample, fresh if is_same else sound)
    return Nearness(clips.ids, marks, hub, density, best.cosines, best.ids, sample)


def highest(cosines: Floats) -> Floats:
    """[Q, at most NEAREST]: the largest of each row, in no order."""
    if cosines.shape[1] <= NEAREST:
        return cosines
    return np.partition(cosines, -NEAREST, axis=1)[:, -NEAREST:]


class _Best:
    """The highest cosines of each query that were found so far, [Q, NEAREST], and with which clips."""

    def __init__(self, count: int) -> None:
        self.cosines = np.full((count, NEAREST), -np.inf, np.float32)
        self.ids = np.zeros((count, NEAREST), np.int64)

    @classmethod
    def of(cls, before: Nearness) -> "_Best":
        best = cls(0)
        best.cosines, best.ids = before.best.copy(), before.best_ids.copy()
        return best

    def add(self, cosines: Floats, ids: Ids) -> None:
        """Those of further clips, [C, Q]."""
        some = np.flatnonzero((cosines > self.cosines.min(axis=1)).any(axis=0))
        both = np.concatenate([self.cosines[some], cosines[:, some].T], axis=1)
        of_both = np.concatenate([self.ids[some], np.broadcast_to(ids, (len(some), len(ids)))], axis=1)
        at = np.argpartition(both, -NEAREST, axis=1)[:, -NEAREST:]
        self.cosines[some] = np.take_along_axis(both, at, axis=1)
        self.ids[some] = np.take_along_axis(of_both, at, axis=1)

    def lost(self, ids: Ids) -> Rows:
        """The queries of which one of the best is not among these clips."""
        gone = ~np.isin(self.ids, ids) & np.isfinite(self.cosines)
        return np.flatnonzero(gone.any(axis=1))


def _look_again(best: _Best, index: VectorIndex, clips: ClipTable, queries: Floats, rows: Rows, which: Rows) -> None:
    """Find the best of some queries anew."""
    again = _Best(len(which))
    for some, values in _pieces(index, clips, rows) if len(which) else ():
        again.add(values @ queries[which].T, clips.ids[some])
    best.cosines[which], best.ids[which] = again.cosines, again.ids


def _measure_density(density: Floats, index: VectorIndex, clips: ClipTable, sample: Sample, rows: Rows) -> None:
    """Into `density` [N], at these rows."""
    density[rows] = 0
    if len(clips) < _LEAST_CLIPS:
        return
    numbers = [clips.number_of(name.decode()) for name in sample.videos]
    of_sample = np.array([-1 if number is None else number for number in numbers])
    for some, values in _pieces(index, clips, rows):
        cosines = values @ sample.values.T
        # A long scene is not a hub for being like itself.
        cosines[clips.videos[some][:, np.newaxis] == of_sample] = -np.inf
        density[some] = _mean_of_finite(highest(cosines))


def _known(before: Nearness | None, ids: Ids, marks: Floats) -> Rows:
    """[N]: where `before` has each clip, -1 where it does not have it with this vector."""
    known = np.full(len(ids), -1)
    if before is not None:
        there = np.isin(ids, before.ids)
        places = Positions(before.ids).of(ids)
        # Comparing with no number is false as well.
        same = np.abs(before.marks[places] - marks[there]) < _SAME_MARK
        known[there] = np.where(same, places, -1)
    return known


def _pieces(index: VectorIndex, clips: ClipTable, rows: Rows) -> Iterator[tuple[Rows, Floats]]:
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        yield some, index.vectors(clips.ids[some])


def _mean_of_finite(cosines: Floats) -> Floats:
    """[N] means of each row; 0 where nothing counts."""
    counted = np.isfinite(cosines)
    sums: Floats = np.where(counted, cosines, 0).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    return sums
