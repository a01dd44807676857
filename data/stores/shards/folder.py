"""The vectors of one video on disk, with what the catalogue says of them: written once, streamed, read in parts."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from data.durable import replacing
from data.stores.shards.accounts import Account, Ids, account_from, arrays_of
from data.stores.shards.npz import SIGNS_OF_DAMAGE, Arrays, Place

FORMAT = 2
# What a shard of each format holds; one of the first has no account.
_FIRST = frozenset({"format", "clip_ids", "clip_values"})
_NAMES: dict[int, Set[str]] = {1: _FIRST, FORMAT: _FIRST | {"account", "clip_times_s", "clip_shots"}}
_OF_FRAMES = frozenset({"frame_times_s", "frame_values"})
# How far a vector may be from unit length: a lower precision rounds.
_ROUNDING = 1e-3

Floats = NDArray[np.float32]


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

    def __reduce__(self) -> tuple[object, ...]:
        self.spool.seek(0)
        return _spooled, (self.dtype, self.row_shape, self.rows, self.spool.read())

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


def _spooled(dtype: np.dtype[np.generic], row_shape: tuple[int, ...], rows: int, held: bytes) -> _Column:
    column = _Column(dtype, row_shape, rows)
    column.spool.write(held)
    return column


class ShardWriter:
    """Collects a video's vectors on disk, so that its length costs no memory. It may go to another machine."""

    def __init__(self) -> None:
        self._columns = {
            "clip_ids": _Column(np.dtype(np.int64)),
            # Those of a video that has no clips are [0, 0].
            "clip_values": _Column(np.dtype(np.float32), row_shape=(0,)),
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

    def save(self, path: Path, account: Account | None = None) -> None:
        """Write the shard whole and durably, in NumPy's npz format; without an account it is of format 1."""
        told = arrays_of(account) if account else {}
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, array in {"format": np.array(FORMAT if account else 1), **told}.items():
                with archive.open(f"{name}.npy", "w") as member:
                    np.lib.format.write_array(member, array)
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


class ShardError(Exception):
    """A shard is there and can be read, but not used."""


class DamagedShard(ShardError):
    """Its bytes prove that it is not what was written."""


class NewerShard(ShardError):
    """It is of a format that this program does not know yet."""


def are_unit(values: Floats) -> bool:
    """Whether vectors [..., D] are finite and of unit length: one that is not would spoil every search."""
    with np.errstate(over="ignore", invalid="ignore"):
        squares = np.einsum("...d,...d->...", values, values, dtype=np.float32)
        return bool((np.abs(squares - 1) <= 2 * _ROUNDING).all())


def read_clips(path: Path) -> tuple[Ids, Floats]:
    """clip_ids [N] and clip_values [N, D], of unit length. Raises OSError or ShardError."""
    with _opened(path) as shard:
        ids, values = shard.whole("clip_ids"), shard.whole("clip_values")
        if ids.ndim != 1 or values.ndim != 2 or len(ids) != len(values):
            raise ValueError(f"vectors {values.shape} are not those of clips {ids.shape}")
        if not are_unit(values):
            raise ValueError("it holds vectors that are not of unit length")
        return ids, values


def read_account(path: Path) -> Account | None:
    """What the catalogue is to say of it; None in format 1. Raises OSError or ShardError."""
    with _opened(path) as shard:
        return account_from(shard.whole("clip_ids"), shard.whole) if "account" in shard.names else None


def read_frames(path: Path) -> FrameVectors | None:
    """Of all clips; None where the tower gave no frame vectors. Raises OSError or ShardError."""
    with _opened(path) as shard:
        if "frame_values" not in shard.names:
            return None
        return FrameVectors(shard.whole("frame_times_s"), shard.whole("frame_values"))


def read_some_frames(path: Path, first: int, clip_ids: Ids) -> FrameVectors | None:
    """Of a stretch of clips, `first` and those after it, at the cost of their own bytes; None as `read_frames`.

    Raises OSError, ShardError, and DamagedShard also where the clips there are not `clip_ids`.
    """
    layout = _layout(path, path.stat().st_mtime_ns)
    if layout is None:
        return None
    file = os.open(path, os.O_RDONLY)
    try:
        ids, times_s, values = (place.rows(file, first, len(clip_ids)) for place in layout)
        if not np.array_equal(ids, clip_ids):
            raise ValueError(f"it does not hold the clips {clip_ids.tolist()} from row {first}")
        return FrameVectors(times_s, values)
    except SIGNS_OF_DAMAGE as error:
        raise DamagedShard(f"{path} is damaged: {error}") from error
    finally:
        os.close(file)


# What lies where is read once for shards that are in use; a mended one has another time.
@lru_cache(maxsize=8192)
def _layout(path: Path, _mtime_ns: int) -> tuple[Place, Place, Place] | None:
    """Of clip ids, frame times and frame values."""
    with _opened(path) as shard:
        if "frame_values" not in shard.names:
            return None
        return shard.place("clip_ids"), shard.place("frame_times_s"), shard.place("frame_values")


@contextmanager
def _opened(path: Path) -> Iterator[Arrays]:
    try:
        with path.open("rb") as file:
            shard = Arrays(file)
            found = int(shard.whole("format"))
            if found > FORMAT:
                raise NewerShard(f"{path} was made by a newer program (format {found}): upgrade this one")
            if shard.names - _OF_FRAMES != _NAMES.get(found) or len(shard.names & _OF_FRAMES) == 1:
                raise ValueError(f"a shard of format {found} does not hold {sorted(shard.names)}")
            yield shard
    except SIGNS_OF_DAMAGE as error:
        raise DamagedShard(f"{path} is damaged: {error}") from error
