"""Codes and half floats are made beside the vectors of a segment, whose files they can be made of again.

    segments/<name>/codes/         half.npy: [N, D] as half floats   codes.faiss: of the same rows
                    codes.begun/   the same, trained.faiss and 00000.faiss, … of whoever makes them, or was stopped

Vectors are read in order, a block at a time; what is finished of an interrupted build is not made again.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.durable import sync_file, sync_folder
from data.stores.library import Library
from data.stores.shards.folder import are_unit
from data.stores.vectors.coded.codes import Codes
from data.stores.vectors.coded.rules import lists_for, points_for
from data.stores.vectors.held import Held, Part
from data.stores.vectors.nearness import bias_of, with_bias
from data.stores.vectors.segments import UNREADABLE, Segment
from data.stores.vectors.store import Floats, damaged
from data.wording import counted

MADE, BEGUN, CODES, HALF = "codes", "codes.begun", "codes.faiss", "half.npy"
BLOCK_CLIPS = 262_144
_AT_ONCE = 8192
# Of a library that is not searched one by one, segments of less than this share of its bound still are.
_SMALL_SHARE = 16

# Of half floats: whoever takes rows of them need not tell them from others.
Halves = NDArray[Any]
Say = Callable[[str], None]


def coded_parts(library: Library, held: Held) -> list[Part]:
    """Those whose clips are too many to be compared one by one."""
    if len(held) <= library.exact_clips:
        return []
    return [part for part in held.parts if int(part.counts.sum()) * _SMALL_SHARE > library.exact_clips]


def build_codes(library: Library, held: Held, say: Say) -> None:
    """Whatever is lacking. Raises DamagedIndex for vectors that are not sound, and OSError."""
    for segment in (part.segment for part in coded_parts(library, held)):
        if not is_built(segment):
            # Of which a file was lost.
            shutil.rmtree(segment.folder / MADE, ignore_errors=True)
            _Building(segment, say).run()


def is_built(segment: Segment) -> bool:
    """Whether its codes are there."""
    return all((segment.folder / MADE / name).is_file() for name in (CODES, HALF))


def is_begun(segment: Segment) -> bool:
    """Whether somebody began to make them and did not finish."""
    return (segment.folder / BEGUN).is_dir()


def read_built(segment: Segment) -> tuple[Halves, Codes]:
    """Half floats [N, D], read from the disk where they are looked at, and their codes.

    Raises DamagedIndex, and OSError.
    """
    folder = segment.folder / MADE
    codes = Codes.read(folder / CODES)
    try:
        halves = np.load(folder / HALF, mmap_mode="r", allow_pickle=False)
    except UNREADABLE as error:
        raise damaged(folder / HALF) from error
    if halves.dtype != np.float16 or halves.shape != (len(codes), segment.dim) or codes.dim != segment.dim + 1:
        raise damaged(folder / CODES)
    return halves, codes


@dataclass(frozen=True, eq=False)
class _Building:
    segment: Segment
    say: Say

    def run(self) -> None:
        if not (self._begun / CODES).exists():
            self._make()
        for file in [self._begun / "trained.faiss", *self._begun.glob("[0-9]*.faiss")]:
            file.unlink(missing_ok=True)
        self._begun.rename(self.segment.folder / MADE)
        sync_folder(self.segment.folder)

    def _make(self) -> None:
        values, bias = self.segment.mapped(), self._bias()
        if len(values) != len(bias):
            raise damaged(self.segment.folder)
        self._begun.mkdir(exist_ok=True)
        empty = self._trained(values, bias)
        blocks = [slice(at, min(at + BLOCK_CLIPS, len(bias))) for at in range(0, len(bias), BLOCK_CLIPS)]
        halves = self._halves(values.shape)
        for number, rows in enumerate(blocks):
            if not self._block(number).exists():
                self._fill(number, rows, values, bias, halves)
                self.say(f"codes of {counted(len(bias), 'clip')}: part {number + 1} of {len(blocks)}")
        sync_file(self._begun / HALF)
        for number in range(len(blocks)):
            empty.take_in(Codes.read(self._block(number)))
        empty.write(self._begun / CODES)

    def _bias(self) -> Floats:
        facts = self.segment.facts()
        return bias_of(facts.hub, facts.density)

    def _trained(self, values: Floats, bias: Floats) -> Codes:
        path = self._begun / "trained.faiss"
        if not path.exists():
            lists = lists_for(len(bias))
            self.say(f"{counted(len(bias), 'clip')} are sorted into {counted(lists, 'list')} for searches")
            some = np.random.default_rng(0).choice(len(bias), min(len(bias), points_for(lists)), replace=False)
            some.sort()
            Codes.trained_on(with_bias(values[some], bias[some]), lists).write(path)
        return Codes.read(path)

    def _halves(self, shape: tuple[int, ...]) -> Any:
        """[N, D], to be written; as it was left where some of it is there."""
        path = self._begun / HALF
        if path.exists():
            return np.lib.format.open_memmap(path, "r+")
        fresh = path.with_suffix(".begun")
        np.lib.format.open_memmap(fresh, "w+", np.float16, shape)
        with fresh.open("r+b") as file:
            # A disk that is full is an error now, and would end the process where the map is written.
            os.posix_fallocate(file.fileno(), 0, fresh.stat().st_size)
        fresh.rename(path)
        return np.lib.format.open_memmap(path, "r+")

    def _fill(self, number: int, rows: slice, values: Floats, bias: Floats, halves: Any) -> None:
        codes = Codes.read(self._begun / "trained.faiss")
        for some in _pieces(rows):
            piece = np.asarray(values[some])
            if not are_unit(piece):
                raise damaged(self.segment.folder)
            codes.add(with_bias(piece, bias[some]))
            halves[some] = piece
        # A block that is there says that its half floats are, too.
        halves.flush()
        codes.write(self._block(number))

    def _block(self, number: int) -> Path:
        return self._begun / f"{number:05}.faiss"

    @property
    def _begun(self) -> Path:
        return self.segment.folder / BEGUN


def _pieces(rows: slice) -> Iterator[slice]:
    return (slice(at, min(at + _AT_ONCE, rows.stop)) for at in range(rows.start, rows.stop, _AT_ONCE))
