"""The vectors of a generation as a store: one flat index, a table of its clips, and what was measured of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from data.stores import generations
from data.stores.catalog import Catalog, views
from data.stores.library import Library
from data.stores.vectors.flat import VectorIndex
from data.stores.vectors.store import Clips, Floats, Hits, Ids, VectorStore
from data.stores.where import Where
from data.types import Generation
from search.generation.calibration import Measured, calibrated
from search.generation.table import ClipTable, clip_table
from search.generation.towers import QueryTowers
from search.ranking.confidence import Calibration

Mask = NDArray[np.bool_]


def open_vectors(
    library: Library, catalog: Catalog, generation: Generation, towers: QueryTowers, before: VectorStore | None
) -> tuple["TableVectors", Calibration]:
    """`before` is what the same towers made of another generation. Raises DamagedIndex."""
    index = generations.open_index(generation)
    table = clip_table(catalog, generation.fingerprint, index.ids)
    known = before.measured.nearness if isinstance(before, TableVectors) else None
    measured = calibrated(library, generation, index, table, towers, before=known)
    sound = measured.nearness.sound
    vectors = TableVectors(index, table, measured, catalog, generation.fingerprint, sound, sound)
    return vectors, measured.calibration


@dataclass(frozen=True, eq=False)
class TableVectors:
    """`found` [N] says by row what can be found, `sound` [N] what is there at all."""

    index: VectorIndex
    table: ClipTable
    measured: Measured
    catalog: Catalog
    fingerprint: str
    sound: Mask
    found: Mask

    @property
    def dim(self) -> int:
        return self.index.dim

    @property
    def is_exact(self) -> bool:
        return True

    def __len__(self) -> int:
        return int(self.found.sum())

    def within(self, where: Where) -> "TableVectors":
        chosen = views.matching_videos(self.catalog, self.fingerprint, where)
        numbers = [self.table.number_of(video_id) for video_id in chosen]
        wanted = np.isin(self.table.videos, [number for number in numbers if number is not None])
        return replace(self, found=self.sound & wanted)

    def search(self, queries: Floats, k: int) -> list[Hits]:
        ids, cosines = self.index.search(queries, k, None if self.found.all() else self.table.ids[self.found])
        return [Hits(self.clips(some), each) for some, each in zip(ids, cosines, strict=True)]

    def nearest(self, query: Floats, first: int) -> Iterator[Hits]:
        hits = self.search(query[np.newaxis], first)[0]
        if len(hits):
            yield hits
        if len(hits) < first:
            return
        left = self.found.copy()
        left[self.table.rows(hits.clips.ids)] = False
        yield from self._others(self.index.products(query)[self.table.places], np.flatnonzero(left), first)

    def clips(self, ids: Ids) -> Clips:
        rows = self.table.rows(ids)
        if len(rows) != len(ids):
            raise KeyError(f"{len(ids) - len(rows)} of {len(ids)} clips are not in this generation")
        return self._at(rows)

    def around(self, clips: Clips, reach: int) -> Clips:
        rows = self.table.rows(clips.ids)
        near = rows[:, np.newaxis] + np.arange(-reach, reach + 1)
        near = np.clip(near, 0, len(self.table) - 1)
        near = np.unique(near[self.table.videos[near] == self.table.videos[rows][:, np.newaxis]])
        return self._at(near[self.sound[near]])

    def of_video(self, video_id: str, start_s: float = 0.0, end_s: float = np.inf) -> Clips:
        number = self.table.number_of(video_id)
        first, until = (0, 0) if number is None else np.searchsorted(self.table.videos, [number, number + 1])
        rows = np.arange(first, until)
        in_time = (self.table.starts_s[rows] < end_s) & (self.table.ends_s[rows] > start_s)
        return self._at(rows[in_time & self.sound[rows]])

    def vectors(self, ids: Ids) -> Floats:
        return self.index.vectors(ids)

    def scores(self, queries: Floats, ids: Ids) -> Floats:
        return self.index.scores(queries, ids)

    def _others(self, cosines: Floats, rows: NDArray[np.intp], count: int) -> Iterator[Hits]:
        """All of `rows`, nearest first, more and more at a time."""
        while len(rows):
            count *= 2
            order = np.argpartition(-cosines[rows], count) if count < len(rows) else np.arange(len(rows))
            some, rows = rows[order[:count]], rows[order[count:]]
            some = some[np.lexsort((self.table.ids[some], -cosines[some]))]
            yield Hits(self._at(some), cosines[some])

    def _at(self, rows: NDArray[np.intp]) -> Clips:
        table, videos = self.table, self.table.videos[rows]
        return Clips(
            ids=table.ids[rows],
            videos=self._names[videos],
            numbers=(rows - self._firsts[videos]).astype(np.int32),
            shots=table.shots[rows],
            starts_s=table.starts_s[rows],
            ends_s=table.ends_s[rows],
            bias=self.measured.bias[rows],
        )

    @cached_property
    def _names(self) -> NDArray[np.bytes_]:
        return np.array(self.table.video_ids, "S32")

    @cached_property
    def _firsts(self) -> NDArray[np.intp]:
        return np.searchsorted(self.table.videos, np.arange(len(self.table.video_ids)))
