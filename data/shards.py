"""The vectors of one video on disk: written once, streamed, read in parts."""

import math
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from data.durable import replacing

FORMAT = 1

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


def read_frames(path: Path, clip_ids: Ids | None = None) -> FrameVectors | None:
    """Of all clips or of some, in the order given; None where the tower gave no frame vectors.

    Some cost as much as their own bytes, however long the video is. Raises OSError or DamagedShard, also for a clip
    that is not there.
    """
    if clip_ids is not None:
        return _some_frames(path, clip_ids)
    with _opened(path) as shard:
        if "frame_values" not in shard:
            return None
        return FrameVectors(shard["frame_times_s"], shard["frame_values"])


def _some_frames(path: Path, clip_ids: Ids) -> FrameVectors | None:
    try:
        layout = _layout(path, path.stat().st_mtime_ns)
        if layout is None:
            return None
        rows = [_row(layout.clip_ids, clip_id) for clip_id in clip_ids.tolist()]
        with path.open("rb") as file:
            return FrameVectors(_picked(file, layout.times_s, rows), _picked(file, layout.values, rows))
    except _SIGNS_OF_DAMAGE as error:
        raise DamagedShard(f"{path} is damaged: {error}") from error


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an array lies uncompressed in the file."""

    offset: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    clip_ids: Ids
    times_s: _Place
    values: _Place


# What lies where is read once for shards that are in use; a mended one has another time.
@lru_cache(maxsize=8192)
def _layout(path: Path, _mtime_ns: int) -> _Layout | None:
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        if "frame_values.npy" not in archive.namelist():
            return None
        ids = _place(archive, file, "clip_ids")
        known = _picked(file, ids, range(ids.shape[0]))
        return _Layout(known, _place(archive, file, "frame_times_s"), _place(archive, file, "frame_values"))


def _place(archive: zipfile.ZipFile, file: BinaryIO, name: str) -> _Place:
    file.seek(archive.getinfo(f"{name}.npy").header_offset + 26)
    name_bytes, extra_bytes = struct.unpack("<HH", file.read(4))
    file.seek(name_bytes + extra_bytes, os.SEEK_CUR)
    np.lib.format.read_magic(file)
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    return _Place(file.tell(), dtype, shape)


def _row(known: Ids, clip_id: int) -> int:
    found = np.flatnonzero(known == clip_id)
    if not len(found):
        raise KeyError(clip_id)
    return int(found[0])


def _picked(file: BinaryIO, place: _Place, rows: Sequence[int]) -> NDArray[Any]:
    """Some rows of an array; raises ValueError where the file ends too early."""
    size = place.dtype.itemsize * math.prod(place.shape[1:])
    parts = [os.pread(file.fileno(), size, place.offset + row * size) for row in rows]
    return np.frombuffer(b"".join(parts), place.dtype).reshape(len(rows), *place.shape[1:])


@contextmanager
def _opened(path: Path) -> Iterator["np.lib.npyio.NpzFile"]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as shard:
            if int(shard["format"]) != FORMAT:
                raise DamagedShard(f"{path} has format {shard['format']}, this program reads {FORMAT}")
            yield shard
    except _SIGNS_OF_DAMAGE as error:
        raise DamagedShard(f"{path} is damaged: {error}") from error
