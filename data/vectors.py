"""Exact inner-product search over clip vectors. FAISS types never leave this module."""

import errno
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


class DamagedIndex(Exception):
    """The file of a generation is missing or not whole."""


def write_index(path: Path, dim: int, pieces: Iterable[tuple[Ids, Floats]]) -> Ids:
    """Stream `pieces` into a flat FAISS file and give the ids in its order."""
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))
    for ids, values in pieces:
        index.add_with_ids(np.ascontiguousarray(values, np.float32), np.ascontiguousarray(ids, np.int64))
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:  # FAISS tells what failed, but not why
        raise OSError(errno.EIO, "the index could not be written: is the disk full?", str(path)) from error
    return np.asarray(faiss.vector_to_array(index.id_map), np.int64).copy()


class VectorIndex:
    """The vectors of one generation, in memory and, where there is one, on the first GPU."""

    def __init__(self, path: Path) -> None:
        self._owner: Any = _read(path)  # keeps the memory behind `_flat` alive
        self._flat: Any = faiss.downcast_index(self._owner.index)
        self.ids: Ids = faiss.vector_to_array(self._owner.id_map).astype(np.int64)
        self._order = np.argsort(self.ids)
        self._gpu = faiss.index_cpu_to_gpu(faiss.StandardGpuResources(), 0, self._flat) if has_gpu() else None

    @property
    def dim(self) -> int:
        return int(self._flat.d)

    def __len__(self) -> int:
        return len(self.ids)

    def search(self, queries: Floats, k: int, within: Ids | None = None) -> tuple[Ids, Floats]:
        """Ids and inner products, [Q, k'] with k' = min(k, candidates), best first; exact, also `within`."""
        if within is not None:
            return self._search_within(queries, k, self._rows(within))
        k = min(k, len(self))
        if k == 0:
            return np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32)
        scores, rows = self._run(self._gpu or self._flat, queries, k)
        return self.ids[rows], scores

    def vectors(self, ids: Ids) -> Floats:
        """[N, D], in the order of `ids`. Raises KeyError for one that is not here."""
        rows = self._rows(ids)
        if len(rows) != len(ids):
            raise KeyError(f"{len(ids) - len(rows)} of {len(ids)} clips are not in this generation")
        return self._flat.reconstruct_batch(rows)  # type: ignore[no-any-return]

    def scores(self, queries: Floats, ids: Ids) -> Floats:
        """[Q, N] inner products with the clips of these ids. Raises KeyError for one that is not here."""
        scores: Floats = queries @ self.vectors(ids).T
        return scores

    def _search_within(self, queries: Floats, k: int, rows: Ids) -> tuple[Ids, Floats]:
        k = min(k, len(rows))
        if k == 0:
            return np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32)
        if self._gpu is not None:
            return self._best_of(queries, k, rows)
        bits = np.zeros(len(self), np.bool_)
        bits[rows] = True
        bitmap = np.packbits(bits, bitorder="little")
        selector = faiss.IDSelectorBitmap(len(self), faiss.swig_ptr(bitmap))
        scores, found = self._run(self._flat, queries, k, params=faiss.SearchParameters(sel=selector))  # type: ignore[call-arg]
        return self.ids[found], scores

    def _best_of(self, queries: Floats, k: int, rows: Ids) -> tuple[Ids, Floats]:
        # FAISS on a GPU can't filter: gather the vectors and rank them here.
        scores = queries @ self._flat.reconstruct_batch(rows).T
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return self.ids[rows[best]], np.take_along_axis(scores, best, axis=1)

    def _run(self, index: Any, queries: Floats, k: int, **options: object) -> tuple[Floats, Ids]:
        # More threads make one query over a flat index slower, and fight with other requests.
        faiss.omp_set_num_threads(1)
        scores, rows = index.search(np.ascontiguousarray(queries, np.float32), k, **options)
        return scores, rows

    def _rows(self, ids: Ids) -> Ids:
        """Positions of those of `ids` that are here, in their order."""
        if not len(self):
            return np.empty(0, np.int64)
        at = np.searchsorted(self.ids, ids, sorter=self._order)
        rows = self._order[np.minimum(at, len(self) - 1)]
        here: Ids = rows[self.ids[rows] == ids]
        return here


def _read(path: Path) -> Any:  # FAISS's stubs know only what all indexes share
    try:
        return faiss.read_index(str(path))
    except RuntimeError as error:
        raise DamagedIndex(f"{path} can't be read: `sceneseek verify --repair` builds it anew") from error


def has_gpu() -> bool:
    """Whether FAISS was built for GPUs and sees one."""
    # faiss-cpu lacks the function in some builds; StandardGpuResources() constructs even without a GPU.
    return bool(getattr(faiss, "get_num_gpus", lambda: 0)())
