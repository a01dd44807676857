"""A vector engine of a few lines, to show what another one takes; it holds everything and compares everything."""

from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from data.stores.catalog import Catalog, views
from data.stores.library import Library
from data.stores.vectors.held import held_by
from data.stores.vectors.nearness import bias_of
from data.stores.vectors.store import Clips, Floats, Hits, Ids, VectorStore
from data.stores.where import Where
from data.types import Generation


def open_toy(
    library: Library, generation: Generation, catalog: Catalog, before: VectorStore | None = None
) -> "ToyVectors":
    """All clips in one array, sorted by id."""
    columns: list[Clips] = []
    values: list[Floats] = []
    for part in held_by(library, generation).parts:
        source = part.source()
        facts, rows = source.facts, np.flatnonzero(source.taken[source.facts.videos])
        bias = bias_of(facts.hub, facts.density)
        videos = facts.video_ids[facts.videos]
        whole = Clips(facts.ids, videos, facts.numbers, facts.shots, facts.starts_s, facts.ends_s, bias)
        columns.append(whole[rows])
        values.append(np.asarray(source.values)[rows])
    clips = Clips(*(np.concatenate([getattr(each, field.name) for each in columns]) for field in fields(Clips)))
    order = np.argsort(clips.ids)
    return ToyVectors(clips[order], np.concatenate(values)[order], catalog, generation.fingerprint)


class ToyVectors:
    is_exact = True

    def __init__(
        self, clips: Clips, values: Floats, catalog: Catalog, fingerprint: str, found: Ids | None = None
    ) -> None:
        self._clips, self._values, self._catalog, self._fingerprint = clips, values, catalog, fingerprint
        self._found = np.arange(len(clips)) if found is None else found

    @property
    def dim(self) -> int:
        return int(self._values.shape[1])

    def __len__(self) -> int:
        return len(self._found)

    def within(self, where: Where) -> "ToyVectors":
        names = views.matching_videos(self._catalog, self._fingerprint, where)
        found = np.flatnonzero([name.decode() in names for name in self._clips.videos.tolist()])
        return ToyVectors(self._clips, self._values, self._catalog, self._fingerprint, found)

    def search(self, queries: Floats, k: int) -> list[Hits]:
        return [self._nearest(query, k) for query in queries]

    def nearest(self, query: Floats, first: int, *, less_bias: bool = False) -> Iterator[Hits]:
        everything = self._nearest(query, len(self))
        for rows in (slice(0, first), slice(first, None)):
            yield Hits(everything.clips[rows], everything.cosines[rows])

    def clips(self, ids: Ids) -> Clips:
        return self._clips[self._rows(ids)]

    def around(self, clips: Clips, reach: int) -> Clips:
        near = [
            np.flatnonzero((self._clips.videos == video) & (abs(self._clips.numbers - number) <= reach))
            for video, number in zip(clips.videos, clips.numbers, strict=True)
        ]
        found = self._clips[np.unique(np.concatenate(near))]
        return found[np.lexsort((found.numbers, found.videos))]

    def of_video(self, video_id: str, start_s: float = 0.0, end_s: float = np.inf) -> Clips:
        mine = (self._clips.videos == video_id.encode()) & (self._clips.starts_s < end_s)
        found = self._clips[mine & (self._clips.ends_s > start_s)]
        return found[np.argsort(found.numbers)]

    def vectors(self, ids: Ids) -> Floats:
        return self._values[self._rows(ids)]

    def scores(self, queries: Floats, ids: Ids) -> Floats:
        scores: Floats = queries @ self.vectors(ids).T
        return scores

    def _rows(self, ids: Ids) -> Ids:
        if not np.isin(ids, self._clips.ids).all():
            raise KeyError("a clip is not here")
        return np.searchsorted(self._clips.ids, ids)

    def _nearest(self, query: Floats, k: int) -> Hits:
        cosines = self._values[self._found] @ query
        at = np.argsort(-cosines, kind="stable")[:k]
        return Hits(self._clips[self._found[at]], cosines[at])
