"""Codes and half floats are made beside the vectors of a segment, whose files they can be made of again.

    segments/<name>/   half.npy: [N, D] as half floats   codes.faiss: of the same rows, there when all is whole
                       codes.begun/: trained.faiss and 00000.faiss, … of whoever is making them, or was stopped

Vectors are read in order, a block at a time; what is finished of an interrupted build is not made again.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.durable import sync_file
from data.stores.library import Library
from data.stores.shards.folder import are_unit
from data.stores.vectors.coded.codes import Codes
from data.stores.vectors.coded.rules import lists_for, points_for
from data.stores.vectors.held import Held, Part
from data.stores.vectors.nearness import bias_of, with_bias
from data.stores.vectors.segments import UNREADABLE, Segment
from data.stores.vectors.store import Floats, damaged
from data.wording import counted

CODES, HALF, BEGUN = "codes.faiss", "half.npy", "codes.begun"
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
            _Building(segment, say).run()
        # Of one that was stopped at the very end.
        shutil.rmtree(segment.folder / BEGUN, ignore_errors=True)


def is_built(segment: Segment) -> bool:
    """Whether its codes are there."""
    return (segment.folder / CODES).is_file()


def is_begun(segment: Segment) -> bool:
    """Whether somebody began to make them and did not finish."""
    return (segment.folder / BEGUN).is_dir() and not is_built(segment)


def read_built(segment: Segment) -> tuple[Halves, Codes]:
    """Half floats [N, D], read from the disk where they are looked at, and their codes.

    Raises DamagedIndex, and OSError.
    """
    codes = Codes.read(segment.folder / CODES)
    try:
        halves = np.load(segment.folder / HALF, mmap_mode="r", allow_pickle=False)
    except UNREADABLE as error:
        raise damaged(segment.folder / HALF) from error
    if halves.dtype != np.float16 or halves.shape != (len(codes), segment.dim) or codes.dim != segment.dim + 1:
        raise damaged(segment.folder / CODES)
    return halves, codes


@dataclass(frozen=True, eq=False)
class _Building:
    segment: Segment
    say: Say

    def run(self) -> None:
        values, bias = self.segment.mapped(), self._bias()
        if len(values) != len(bias):
            raise damaged(self.segment.folder)
        self._begun.mkdir(exist_ok=True)
        empty = self._trained(values, bias)
        blocks = [slice(at, min(at + BLOCK_CLIPS, len(bias))) for at in range(0, len(bias), BLOCK_CLIPS)]
        halves = self._halves(values.shape)
        for number, rows in enumerate(blocks):
            if not self._block(number).exists():
                self._make(number, rows, values, bias, halves)
                self.say(f"codes of {counted(len(bias), 'clip')}: part {number + 1} of {len(blocks)}")
        del halves
        self._join(empty, len(blocks))

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
        path, done = self._begun / HALF, self.segment.folder / HALF
        if done.exists():
            # Codes were lost, or not put in their place yet.
            done.rename(path)
        if path.exists():
            return np.lib.format.open_memmap(path, "r+")
        return np.lib.format.open_memmap(path, "w+", np.float16, shape)

    def _make(self, number: int, rows: slice, values: Floats, bias: Floats, halves: Any) -> None:
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

    def _join(self, codes: Codes, blocks: int) -> None:
        for number in range(blocks):
            codes.take_in(Codes.read(self._block(number)))
        folder = self.segment.folder
        (self._begun / HALF).rename(folder / HALF)
        sync_file(folder / HALF)
        codes.write(folder / CODES)

    def _block(self, number: int) -> Path:
        return self._begun / f"{number:05}.faiss"

    @property
    def _begun(self) -> Path:
        return self.segment.folder / BEGUN


def _pieces(rows: slice) -> Iterator[slice]:
    return (slice(at, min(at + _AT_ONCE, rows.stop)) for at in range(rows.start, rows.stop, _AT_ONCE))
