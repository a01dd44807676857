"""The vectors of one video on disk: written once, streamed, read in parts."""

import math
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from data.durable import replacing

FORMAT = 1

# NumPy's header of an array ends within it.
_HEAD_BYTES = 1024

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass
class _Column:
    """One array of a shard, growing on disk; all appended pieces have one row shape."""

    dtype: np.dtype[np.generic]
    row_shape: tuple[int, ...] = ()
    rows: int = 0
    spool: BinaryIO = field(default_factory=lambda: tempfile.TemporaryFile())  # noqa: SIM115

    def append(self, values: NDArray[np.generic]) -> None:
        if self.rows and values.shape[1:] != self.row_shape:
            raise ValueError(f"rows must be {self.row_shape}, got {values.shape[1:]}")
        self.row_shape = values.shape[1:]
        self.rows += len(values)
        self.spool.write(np.ascontiguousarray(values, dtype=self.dtype).tobytes())

    def copy_to(self, target: "zipfile.ZipFile", name: str) -> None:
        header = {
            "descr": np.lib.format.dtype_to_descr(self.dtype),
            "fortran_order": False,
            "shape": (self.rows, *self.row_shape),
        }
        self.spool.seek(0)
        with target.open(f"{name}.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array_header_1_0(member, header)
            shutil.copyfileobj(self.spool, member)


class ShardWriter:
    """Collects a video's vectors on disk, so that its length costs no memory."""

    def __init__(self) -> None:
        self._columns = {
            "clip_ids": _Column(np.dtype(np.int64)),
            "clip_values": _Column(np.dtype(np.float32)),
            "frame_times_s": _Column(np.dtype(np.float64)),
            "frame_values": _Column(np.dtype(np.float16)),
        }

    def append(
        self, clip_ids: Ids, clip_values: Floats, frame_times_s: NDArray[np.float64], frame_values: Floats | None
    ) -> None:
        """clip_ids [N], clip_values [N, D], frame_times_s [N, T], frame_values [N, T, D] or None for all."""
        self._columns["clip_ids"].append(clip_ids)
        self._columns["clip_values"].append(clip_values)
        if frame_values is not None:
            self._columns["frame_times_s"].append(frame_times_s)
            self._columns["frame_values"].append(frame_values)

    def save(self, path: Path) -> None:
        """Write the shard whole and durably, in NumPy's npz format."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            with archive.open("format.npy", "w") as member:
                np.lib.format.write_array(member, np.array(FORMAT))
            for name, column in self._columns.items():
                if column.rows or name.startswith("clip_"):
                    column.copy_to(archive, name)

    def close(self) -> None:
        """Drop what was collected."""
        for column in self._columns.values():
            column.spool.close()


@dataclass(frozen=True, slots=True, eq=False)
class FrameVectors:
    """`times_s` is [N, T], `values` is [N, T, D] float16: what the frames of N clips look like."""

    times_s: NDArray[np.float64]
    values: NDArray[np.float16]


class DamagedShard(Exception):
    """A shard is there, but not what was written."""


# What NumPy and zipfile raise over bytes that are not what was written.
_SIGNS_OF_DAMAGE = (
    ValueError,
    TypeError,
    KeyError,
    EOFError,
    RuntimeError,
    ArithmeticError,
    MemoryError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def read_clips(path: Path) -> tuple[Ids, Floats]:
    """clip_ids [N] and clip_values [N, D]. Raises OSError or DamagedShard."""
    with _opened(path) as shard:
        return shard["clip_ids"], shard["clip_values"]


def read_frames(path: Path) -> FrameVectors | None:
    """Of all clips; None where the tower gave no frame vectors. Raises OSError or DamagedShard."""
    with _opened(path) as shard:
        if "frame_values" not in shard:
            return None
        return FrameVectors(shard["frame_times_s"], shard["frame_values"])


def read_some_frames(path: Path, first: int, clip_ids: Ids) -> FrameVectors | None:
    """Of a stretch of clips, `first` and those after it, at the cost of their own bytes; None as `read_frames`.

    Raises OSError, and DamagedShard also where the clips there are not `clip_ids`.
    """
    try:
        layout = _layout(path, path.stat().st_mtime_ns)
        if layout is None:
            return None
        file = os.open(path, os.O_RDONLY)
        try:
            ids, times_s, values = (_stretch(file, place, first, len(clip_ids)) for place in layout)
        finally:
            os.close(file)
        if not np.array_equal(ids, clip_ids):
            raise KeyError(f"it does not hold the clips {clip_ids.tolist()} from row {first}")
        return FrameVectors(times_s, values)
    except _SIGNS_OF_DAMAGE as error:
        raise DamagedShard(f"{path} is damaged: {error}") from error


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an array lies uncompressed in the file."""

    offset: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


# What lies where is read once for shards that are in use; a mended one has another time.
@lru_cache(maxsize=8192)
def _layout(path: Path, _mtime_ns: int) -> tuple[_Place, _Place, _Place] | None:
    """Of clip ids, frame times and frame values."""
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        if "frame_values.npy" not in archive.namelist():
            return None
        ids, times_s, values = (_place(archive, file, name) for name in ("clip_ids", "frame_times_s", "frame_values"))
        return ids, times_s, values


def _place(archive: zipfile.ZipFile, file: BinaryIO, name: str) -> _Place:
    offset = archive.getinfo(f"{name}.npy").header_offset
    head = os.pread(file.fileno(), _HEAD_BYTES, offset)
    # A local file header of ZIP, then NumPy's magic (8 bytes), the length of its header (2), and that.
    magic = 30 + sum(struct.unpack_from("<HH", head, 26))
    values = magic + 10 + struct.unpack_from("<H", head, magic + 8)[0]
    return _Place(offset + values, *_shape_of(head[magic:values]))


# Parsing costs more than reading, and many arrays are of one shape.
@lru_cache(maxsize=4096)
def _shape_of(header: bytes) -> tuple[np.dtype[Any], tuple[int, ...]]:
    file = BytesIO(header)
    np.lib.format.read_magic(file)
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    return dtype, shape


def _stretch(file: int, place: _Place, first: int, count: int) -> NDArray[Any]:
    """Some rows of an array; raises ValueError where it or the file ends too early."""
    if first + count > place.shape[0]:
        raise ValueError(f"it holds {place.shape[0]} clips, not {first + count}")
    size = place.dtype.itemsize * math.prod(place.shape[1:])
    read = os.pread(file, count * size, place.offset + first * size)
    return np.frombuffer(read, place.dtype).reshape(count, *place.shape[1:])


@contextmanager
def _opened(path: Path) -> Iterator["np.lib.npyio.NpzFile"]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as shard:
            if int(shard["format"]) != FORMAT:
                raise DamagedShard(f"{path} has format {shard['format']}, this program reads {FORMAT}")
            yield shard
    except _SIGNS_OF_DAMAGE as error:
        raise DamagedShard(f"{path} is damaged: {error}") from error
