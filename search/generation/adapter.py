"""All clips of a generation as one table and one index, for rankings that go by rows."""

from dataclasses import fields

import numpy as np

from data.stores.vectors.engines import OpenVectors
from data.stores.vectors.flat import NO_CLIPS, FlatVectors
from data.stores.vectors.passes import best, products
from data.stores.vectors.positions import Positions
from data.stores.vectors.store import Clips, Floats, Ids
from search.generation.calibration import Calibration, presence
from search.generation.table import ClipTable

# Of fewer candidates than one in so many, only their vectors are read.
_FEW = 16


class VectorIndex:
    """Vectors [N, D] by id, in memory."""

    def __init__(self, ids: Ids, values: Floats) -> None:
        self.ids, self._values = ids, values
        self.dim = values.shape[1]
        self._positions = Positions(ids)

    def __len__(self) -> int:
        return len(self.ids)

    def search(self, queries: Floats, k: int, within: Ids | None = None) -> tuple[Ids, Floats]:
        """Ids and inner products, [Q, k'] with k' = min(k, candidates), best first; exact, also `within`."""
        rows = None if within is None else np.sort(self._positions.of(within))
        is_few = rows is not None and _FEW * len(rows) < len(self)
        values = self._values[rows] if is_few else self._values
        found: list[tuple[Ids, Floats]] = []
        for query in queries:
            scores = products(query, values)
            if rows is not None and not is_few:
                scores = scores[rows]
            at = best(scores, k, lambda places: places)
            found.append((at if rows is None else rows[at], scores[at]))
        return self.ids[np.stack([at for at, _ in found])], np.stack([scores for _, scores in found])

    def vectors(self, ids: Ids) -> Floats:
        """[N, D], in the order of `ids`. Raises KeyError for one that is not here."""
        rows = self._positions.of(ids)
        if len(rows) != len(ids):
            raise KeyError(f"{len(ids) - len(rows)} of {len(ids)} clips are not in this generation")
        return self._values[rows]

    def scores(self, queries: Floats, ids: Ids) -> Floats:
        """[Q, N] inner products with the clips of these ids. Raises KeyError for one that is not here."""
        scores: Floats = queries @ self.vectors(ids).T
        return scores

    def products(self, query: Floats) -> Floats:
        """[N] inner products of one query [D] with everything, in the order of `ids`."""
        return products(query, self._values)


def everything(opened: OpenVectors) -> tuple[VectorIndex, ClipTable, Calibration]:
    """In rows by video, shot and time."""
    store, baseline = opened.store, opened.baseline
    assert isinstance(store, FlatVectors)
    clips, values = _all(store)
    video_ids, videos = np.unique(clips.videos, return_inverse=True)
    table = ClipTable(
        video_ids=tuple(name.decode() for name in video_ids),
        ids=clips.ids,
        videos=videos.astype(np.int32),
        shots=clips.shots,
        starts_s=clips.starts_s,
        ends_s=clips.ends_s,
        places=np.arange(len(clips), dtype=np.int32),
        positions=Positions(clips.ids),
    )
    null = np.sort(presence(baseline.best)) if baseline.best.shape[1] else np.zeros(len(baseline.best), np.float32)
    has_any = len(baseline.sample) > 0
    calibration = Calibration(
        bias=clips.bias,
        null=null,
        reference=baseline.sample,
        reference_bias=baseline.sample_bias,
        mean=baseline.sample.mean(axis=0) if has_any else np.zeros(store.dim, np.float32),
        mean_bias=float(baseline.sample_bias.mean()) if has_any else 0.0,
    )
    return VectorIndex(clips.ids, values), table, calibration


def _all(store: FlatVectors) -> tuple[Clips, Floats]:
    parts = [NO_CLIPS, *(view.loaded.clips(view.rows) for view in store.views)]
    clips = Clips(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Clips)))
    values = [view.loaded.values[view.rows] for view in store.views]
    order = np.lexsort((clips.starts_s, clips.shots, clips.videos))
    return clips[order], np.concatenate([np.empty((0, store.dim), np.float32), *values])[order]
