"""Exact inner-product search over clip vectors. FAISS types never leave this module."""

import errno
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.positions import Positions

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

# What FAISS gives at most for one query on a GPU.
MOST_ON_GPU = 2048
_CORES = os.cpu_count() or 1
# A pass over fewer is done before another thread has woken up. Parts begin at multiples of `_TOGETHER`: kernels take
# some rows together, and a clip's score must not depend on where a part begins.
_PART_ROWS = 16_384
_TOGETHER = 64
# Of fewer candidates than one in so many, only their vectors are read: copying one costs as much as several products.
_FEW = 16


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
        self._owner: Any = _read(path)  # keeps the memory behind `_values` alive
        flat: Any = _flat(self._owner)
        self.dim = int(flat.d)
        self.ids: Ids = faiss.vector_to_array(self._owner.id_map).astype(np.int64)
        self._positions = Positions(self.ids)
        self._values: Floats = faiss.rev_swig_ptr(flat.get_xb(), flat.ntotal * self.dim).reshape(-1, self.dim)
        self._alone = Lock()
        self._gpu = faiss.index_cpu_to_gpu(faiss.StandardGpuResources(), 0, flat) if has_gpu() else None

    def __len__(self) -> int:
        return len(self.ids)

    def search(self, queries: Floats, k: int, within: Ids | None = None) -> tuple[Ids, Floats]:
        """Ids and inner products, [Q, k'] with k' = min(k, candidates), best first; exact, also `within`."""
        queries = np.ascontiguousarray(queries, np.float32)
        if self._gpu is not None and within is None and 0 < min(k, len(self)) <= MOST_ON_GPU:
            nearest, places = self._gpu.search(queries, min(k, len(self)))
            return self.ids[places], nearest
        rows = None if within is None else np.sort(self._positions.of(within))
        is_few = rows is not None and _FEW * len(rows) < len(self)
        values = self._values[rows] if is_few else self._values
        found: list[tuple[Ids, Floats]] = []
        for query in queries:
            scores = self._pass(query, values)
            if rows is not None and not is_few:
                scores = scores[rows]
            at = _best(scores, k)
            found.append((at if rows is None else rows[at], scores[at]))
        return self.ids[np.stack([best for best, _ in found])], np.stack([scores for _, scores in found])

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
        return self._pass(np.ascontiguousarray(query, np.float32), self._values)

    def _pass(self, query: Floats, values: Floats) -> Floats:
        """[N] inner products with `values` [N, D]: on all cores when nobody else searches, else on one."""
        scores = np.empty(len(values), np.float32)
        parts = min(_CORES, len(values) // _PART_ROWS)
        if parts > 1 and self._alone.acquire(blocking=False):
            try:
                each = -(-len(values) // parts // _TOGETHER) * _TOGETHER
                *others, mine = (slice(*ends) for ends in pairwise([*range(0, len(values), each), len(values)]))
                elsewhere = [_threads().submit(_multiply, query, values[part], scores[part]) for part in others]
                _multiply(query, values[mine], scores[mine])
                for part in elsewhere:
                    part.result()
            finally:
                self._alone.release()
        else:
            _multiply(query, values, scores)
        return scores


def _multiply(query: Floats, values: Floats, scores: Floats) -> None:
    """Into `scores` [N], by the kernel of FAISS's own search."""
    faiss.fvec_inner_products_ny(  # type: ignore[attr-defined]
        faiss.swig_ptr(scores), faiss.swig_ptr(query), faiss.swig_ptr(values), values.shape[1], len(values)
    )


def _best(scores: Floats, k: int) -> Ids:
    """Where the `k` best are, best first; of equals the earlier first."""
    k = min(k, len(scores))
    least = np.partition(scores, len(scores) - k)[len(scores) - k] if k else np.inf
    near = np.flatnonzero(scores >= least)
    best: Ids = near[np.argsort(-scores[near], kind="stable")[:k]]
    return best


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_CORES, thread_name_prefix="vectors")


def _read(path: Path) -> Any:  # FAISS's stubs know only what all indexes share
    try:
        # FAISS does not tell a file that it may not read, or that a disk fails to give, from a damaged one.
        with path.open("rb") as file:
            file.read(1)
        return faiss.read_index(str(path))
    except (FileNotFoundError, RuntimeError) as error:
        raise DamagedIndex(f"{path} can't be read: `sceneseek verify --repair` builds it anew") from error


def _flat(owner: Any) -> Any:
    return faiss.downcast_index(owner.index)


def has_gpu() -> bool:
    """Whether FAISS was built for GPUs and sees one."""
    # faiss-cpu lacks the function in some builds; StandardGpuResources() constructs even without a GPU.
    return bool(getattr(faiss, "get_num_gpus", lambda: 0)())
