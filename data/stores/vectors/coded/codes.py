"""RaBitQ codes in inverted lists (Gao and Long 2024), by FAISS, whose types never leave this module.

A code is two bits for each number of a vector that has been turned at random; lists are by what is nearest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np

from data.durable import replacing
from data.stores.vectors.facts import Rows
from data.stores.vectors.store import Floats, damaged

# Its stubs know neither what parameters are called nor what takes a callback.
_faiss: Any = faiss
# What FAISS's fast kernels take together.
_MULTIPLE = 8
_BITS = 2
# More change nothing: lists only have to be about right, since many are looked through.
_ROUNDS = 8
# Lists are found by a graph of them (HNSW), of so many neighbours each: to look at all of them takes longest otherwise.
_NEIGHBOURS = 32
_THOROUGH = 2


class Codes:
    """Codes of vectors [N, D], which are named by their rows."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._lists: Any = faiss.downcast_index(index.index)

    @classmethod
    def trained_on(cls, values: Floats, lists: int) -> Self:
        """Of no vector yet; `values` [P, D] are like those that are to come."""
        turned = -(-values.shape[1] // _MULTIPLE) * _MULTIPLE
        kind = f"RR{turned},IVF{lists}_HNSW{_NEIGHBOURS},RaBitQfs{_BITS}"
        index = faiss.index_factory(values.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        found = cls(index)
        training = found._lists.cp
        training.niter, training.min_points_per_centroid = _ROUNDS, 1
        training.max_points_per_centroid = len(values)
        index.train(values)
        return found

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises DamagedIndex, and OSError."""
        try:
            # FAISS does not tell a file that it may not read from a damaged one.
            with path.open("rb") as file:
                file.read(1)
            return cls(faiss.read_index(str(path)))
        except (FileNotFoundError, RuntimeError, AttributeError) as error:
            raise damaged(path) from error

    def write(self, path: Path) -> None:
        """Whole or not at all."""
        with replacing(path) as file:
            _faiss.write_index(self._index, _faiss.PyCallbackIOWriter(file.write))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        return int(self._index.d)

    @property
    def lists(self) -> int:
        return int(self._lists.nlist)

    def add(self, values: Floats) -> None:
        """Those of the next rows."""
        self._index.add(np.ascontiguousarray(values, np.float32))

    def take_in(self, other: "Codes") -> None:
        """What was trained alike, as the next rows; `other` is empty then."""
        self._lists.merge_from(other._lists, len(self))
        self._index.ntotal = self._lists.ntotal

    def nearest(self, query: Floats, k: int, *, probes: int, among: "Among | None" = None) -> Rows:
        """At most `k` rows, about the nearest to `query` [D] of those that lie in so many lists, in no order."""
        chosen = {} if among is None else {"sel": among.selector}
        graph = _faiss.SearchParametersHNSW(efSearch=_THOROUGH * probes)
        lists = _faiss.IVFSearchParameters(nprobe=probes, quantizer_params=graph, **chosen)
        how = _faiss.SearchParametersPreTransform(index_params=lists)
        with _one_thread():
            _, (rows,) = self._index.search(query[np.newaxis], k, params=how)
        found: Rows = np.sort(rows[rows >= 0])
        return found


@contextmanager
def _one_thread() -> Iterator[None]:
    """Of this thread's searches: several wait for one another longer than they work, and other queries have cores."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


class Among:
    """Some of the rows; a bit for each of all."""

    def __init__(self, is_in: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        self._bits = np.packbits(is_in, bitorder="little")
        self.selector: Any = _faiss.IDSelectorBitmap(self._bits)
