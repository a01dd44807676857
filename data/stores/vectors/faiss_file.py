"""Vectors in flat FAISS files, and inner products by FAISS's kernel. FAISS types never leave this module."""

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from data.stores.vectors.store import Floats, Ids, damaged

# What FAISS gives at most for one query on a GPU.
MOST_ON_GPU = 2048
# Where the header of a flat file says how many vectors and how many numbers follow it.
_VECTORS_AT, _NUMBERS_AT = 8, 37


def write_flat(path: Path, dim: int, pieces: Iterable[Floats]) -> int:
    """Stream pieces [N, D] into a file that FAISS reads; how many vectors there were. Holds one piece at a time."""
    count = 0
    with path.open("wb") as file:
        file.write(_header(dim, 0))
        for values in pieces:
            file.write(np.ascontiguousarray(values, np.float32).data)
            count += len(values)
        file.seek(0)
        file.write(_header(dim, count))
    return count


def map_flat(path: Path, dim: int) -> Floats:
    """[N, D], read from the disk where it is looked at. Raises DamagedIndex, and OSError."""
    try:
        with path.open("rb") as file:
            size = len(_header(dim, 0))
            header = file.read(size)
            count = struct.unpack_from("<q", header, _VECTORS_AT)[0]
            whole = size + count * dim * 4
            if header != _header(dim, count) or path.stat().st_size != whole:
                raise damaged(path)
        if not count:
            return np.empty((0, dim), np.float32)
        return np.memmap(path, np.float32, "r", offset=size, shape=(count, dim))
    except (FileNotFoundError, struct.error, ValueError) as error:
        raise damaged(path) from error


def read_flat(path: Path, dim: int) -> Floats:
    """[N, D], in memory. Raises DamagedIndex, and OSError."""
    mapped = map_flat(path, dim)
    with path.open("rb") as file:
        file.seek(len(_header(dim, 0)))
        values: Floats = np.fromfile(file, np.float32).reshape(-1, dim)
    if values.shape != mapped.shape:
        raise damaged(path)
    return values


def read_with_ids(path: Path) -> tuple[Ids, Floats]:
    """Ids [N] and vectors [N, D] of a file of the first format. Raises DamagedIndex, and OSError."""
    try:
        # FAISS does not tell a file that it may not read, or that a disk fails to give, from a damaged one.
        with path.open("rb") as file:
            file.read(1)
        owner: Any = faiss.read_index(str(path))  # FAISS's stubs know only what all indexes share
    except (FileNotFoundError, RuntimeError) as error:
        raise damaged(path) from error
    flat: Any = faiss.downcast_index(owner.index)
    ids: Ids = faiss.vector_to_array(owner.id_map).astype(np.int64)
    return ids, flat.reconstruct_n(0, flat.ntotal)


def multiply(query: Floats, values: Floats, scores: Floats) -> None:
    """Inner products into `scores` [N], by the kernel of FAISS's own search; all contiguous."""
    faiss.fvec_inner_products_ny(  # type: ignore[attr-defined]
        faiss.swig_ptr(scores), faiss.swig_ptr(query), faiss.swig_ptr(values), values.shape[1], len(values)
    )


def has_gpu() -> bool:
    """Whether FAISS was built for GPUs and sees one."""
    # faiss-cpu lacks the function in some builds; StandardGpuResources() constructs even without a GPU.
    return bool(getattr(faiss, "get_num_gpus", lambda: 0)())


class OnGpu:
    """A copy of vectors [N, D] on the first GPU."""

    def __init__(self, values: Floats) -> None:
        flat: Any = faiss.IndexFlatIP(values.shape[1])
        flat.add(values)
        self._index: Any = faiss.index_cpu_to_gpu(faiss.StandardGpuResources(), 0, flat)

    def search(self, queries: Floats, k: int) -> tuple[Floats, Ids]:
        """Inner products and rows, [Q, k], best first; `k` is at most MOST_ON_GPU and at most N."""
        scores, rows = self._index.search(queries, k)
        return scores, rows


def _header(dim: int, count: int) -> bytes:
    """As FAISS writes it for so many vectors."""
    empty = bytearray(faiss.serialize_index(faiss.IndexFlatIP(dim)).tobytes())
    struct.pack_into("<q", empty, _VECTORS_AT, count)
    struct.pack_into("<Q", empty, _NUMBERS_AT, count * dim)
    return bytes(empty)
