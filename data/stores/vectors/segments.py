"""Segments: immutable folders of clips and their vectors, which generations share.

    segments/<name>/   videos.npz: which videos, and how many clips of each   clips.npz: the other facts   index.faiss

A segment is there whole or not at all. What no generation lists is litter.
"""

import os
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from data.durable import sync_file, sync_folder
from data.stores.library import Library
from data.stores.shards.folder import are_unit
from data.stores.vectors.facts import CLIP_COLUMNS, Facts, Mask, Names, Rows, order_by_video
from data.stores.vectors.faiss_file import map_flat, read_flat, write_flat
from data.stores.vectors.store import DamagedIndex, Floats, Ids, damaged

UNREADABLE = (FileNotFoundError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)
"""What NumPy raises over a file that is missing or damaged; an error of the disk is neither."""
_PIECE_CLIPS = 4096
_INDEX, _VIDEOS, _CLIPS = "index.faiss", "videos.npz", "clips.npz"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment on the disk. What it is asked for raises DamagedIndex, and OSError."""

    folder: Path
    dim: int

    @property
    def name(self) -> str:
        return self.folder.name

    def videos(self) -> tuple[Names, Rows]:
        """Ids [V] of its videos, sorted, and where the clips of each begin [V + 1]."""
        columns = read_columns(self.folder / _VIDEOS)
        return columns["video_ids"], columns["firsts"]

    def facts(self) -> Facts:
        """Of all its clips."""
        facts = Facts(**read_columns(self.folder / _VIDEOS), **read_columns(self.folder / _CLIPS))
        if not facts.are_whole():
            raise damaged(self.folder)
        return facts

    def ids(self) -> Ids:
        """[N], of all its clips."""
        try:
            with (self.folder / _CLIPS).open("rb") as file, np.load(file, allow_pickle=False) as kept:
                ids: Ids = kept["ids"]
        except UNREADABLE as error:
            raise damaged(self.folder) from error
        return ids

    def mapped(self) -> Floats:
        """[N, D], read from the disk where it is looked at."""
        return map_flat(self.folder / _INDEX, self.dim)

    def vectors(self) -> Floats:
        """[N, D], in memory, all of unit length: one that is none would spoil every search."""
        values = read_flat(self.folder / _INDEX, self.dim)
        if not are_unit(values):
            raise damaged(self.folder / _INDEX)
        return values


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Clips that a new segment takes in: those of the videos that are `taken` [V]."""

    facts: Facts
    values: Floats
    taken: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A segment that is being made: its vectors are on the disk, and nobody sees it yet."""

    folder: Path
    facts: Facts
    values: Floats

    @property
    def dim(self) -> int:
        return int(self.values.shape[1])

    def forgetting_density(self) -> "Draft":
        """To be measured against another sample."""
        return replace(self, facts=replace(self.facts, density=np.full(len(self.facts), np.nan, np.float32)))

    def pieces(self, at_once: int) -> Iterator[tuple[slice, Floats]]:
        """All vectors, so many at a time."""
        for start in range(0, len(self.facts), at_once):
            rows = slice(start, start + at_once)
            yield rows, np.asarray(self.values[rows])

    def save(self, library: Library, facts: Facts) -> Segment:
        """Let it be seen, with these facts, when all of it is on the disk."""
        columns = {name: getattr(facts, name) for name in CLIP_COLUMNS}
        write_columns(self.folder / _VIDEOS, video_ids=facts.video_ids, firsts=facts.firsts)
        write_columns(self.folder / _CLIPS, **columns)
        sync_file(self.folder / _INDEX)
        sync_folder(self.folder)
        target = library.segments / secrets.token_hex(8)
        self.folder.rename(target)
        sync_folder(library.segments)
        return Segment(target, self.dim)


@contextmanager
def drafting(library: Library) -> Iterator[Path]:
    """A folder for a draft; what is left of it afterwards is removed."""
    folder = library.segments / f".{secrets.token_hex(8)}.{os.getpid()}.tmp"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def draft(folder: Path, dim: int, pieces: Iterator[tuple[Facts, Floats]]) -> Draft:
    """Of pieces of whole videos in order of their ids."""
    parts: list[Facts] = []

    def values() -> Iterator[Floats]:
        for facts, each in pieces:
            parts.append(facts)
            yield each

    write_flat(folder / _INDEX, dim, values())
    return Draft(folder, _joined(parts), map_flat(folder / _INDEX, dim))


def merge(folder: Path, dim: int, sources: Sequence[Source]) -> Draft:
    """One draft of several sources. Vectors are read and written piece by piece, facts are held.

    Raises DamagedIndex for vectors that are not of unit length: what a disk has spoilt is not passed on.
    """
    orders = [(each.facts.video_ids, each.facts.firsts, each.taken) for each in sources]
    video_ids, firsts, rows = order_by_video(orders)
    columns = {name: np.concatenate([getattr(each.facts, name) for each in sources])[rows] for name in CLIP_COLUMNS}
    write_flat(folder / _INDEX, dim, _gathered(sources, rows, dim))
    return Draft(folder, Facts(video_ids, firsts, **columns), map_flat(folder / _INDEX, dim))


def write_columns(path: Path, **columns: Any) -> None:
    """An `npz` file, on the disk when this returns."""
    with path.open("wb") as file:
        np.savez(file, **columns)
        file.flush()
        os.fsync(file.fileno())


def names(library: Library) -> list[str]:
    """Of all segments that are whole."""
    if not library.segments.is_dir():
        return []
    return sorted(each.name for each in library.segments.iterdir() if not each.name.startswith("."))


def read_columns(path: Path) -> dict[str, Any]:
    """All arrays of an `npz` file, each by its checksum. Raises DamagedIndex, and OSError."""
    try:
        # NumPy leaves a file open that it can't read.
        with path.open("rb") as file:
            return _arrays(file)
    except UNREADABLE as error:
        raise damaged(path) from error


def _arrays(file: BinaryIO) -> dict[str, Any]:
    with np.load(file, allow_pickle=False) as kept:
        return {name: kept[name] for name in kept.files}


def _gathered(sources: Sequence[Source], rows: Rows, dim: int) -> Iterator[Floats]:
    bases = np.cumsum([0, *(len(each.facts) for each in sources)])
    for start in range(0, len(rows), _PIECE_CLIPS):
        some = rows[start : start + _PIECE_CLIPS]
        whose = np.searchsorted(bases, some, side="right") - 1
        values = np.empty((len(some), dim), np.float32)
        for number in np.unique(whose):
            mine = whose == number
            values[mine] = sources[number].values[some[mine] - bases[number]]
        if not are_unit(values):
            raise DamagedIndex("a segment holds vectors that are not of unit length: `sceneseek verify --repair`")
        yield values


def _joined(parts: Sequence[Facts]) -> Facts:
    if not parts:
        return NO_FACTS
    counts = np.concatenate([np.diff(part.firsts) for part in parts])
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in CLIP_COLUMNS}
    firsts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Facts(np.concatenate([part.video_ids for part in parts]), firsts, **columns)


NO_FACTS = Facts(
    video_ids=np.empty(0, "S32"),
    firsts=np.zeros(1, np.int64),
    ids=np.empty(0, np.int64),
    numbers=np.empty(0, np.int32),
    shots=np.empty(0, np.int32),
    starts_s=np.empty(0, np.float64),
    ends_s=np.empty(0, np.float64),
    hub=np.empty(0, np.float32),
    density=np.empty(0, np.float32),
)
"""Of no clip."""
