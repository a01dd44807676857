"""Moments as pictures of files, one after the other: what every format writes in its own way."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import PurePath
from typing import NamedTuple

from data.media.timing import Span, Timing
from data.paths import path_text
from data.stores.catalog.collections import Pick
from data.types import Video
from search.handover.names import file_name, one_line, said_of
from search.handover.timecode import Counting, counting_of, first_frame

# Where programmes begin by custom.
_BEGINS = "01:00:00:00"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that moments lie in."""

    video: Video
    path: bytes
    timing: Timing

    @property
    def file(self) -> PurePath:
        return PurePath(os.fsdecode(self.path))

    @property
    def name(self) -> str:
        """That of the file, for people."""
        return path_text(self.path.rpartition(b"/")[2])

    @property
    def counting(self) -> Counting:
        return counting_of(self.timing.rate, self.timing.timecode)

    @property
    def first_number(self) -> int:
        """The number that timecode gives its first picture."""
        return first_frame(self.counting, self.timing.timecode)

    @property
    def length(self) -> int:
        """How many pictures it has at its rate."""
        return max(1, round(self.video.duration_s * self.timing.rate))

    @property
    def remark(self) -> str:
        """What one should know of its numbers."""
        if not self.timing.is_variable:
            return ""
        return f"pictures come unevenly: numbers are those of the nearest at {spoken_rate(self.timing.rate)} a second"


@dataclass(frozen=True, slots=True)
class Item:
    """A moment: the pictures of its file that are handed over, and those of the moment without handles."""

    pick: Pick
    source: Source
    span: Span
    bare: Span

    @property
    def length(self) -> int:
        return self.span.end - self.span.first

    @property
    def name(self) -> str:
        """What a person calls it."""
        return said_of(self.pick) or one_line(self.source.name)

    @property
    def source_in(self) -> str:
        """Timecode of its first picture."""
        return self.source.counting.text(self.source.first_number + self.span.first)

    @property
    def source_out(self) -> str:
        """Timecode of the picture after its last."""
        return self.source.counting.text(self.source.first_number + self.span.end)


class Placed(NamedTuple):
    """An item on the timeline: pictures [start, end) of the timeline's rate, counted from its first."""

    item: Item
    start: int
    end: int


@dataclass(frozen=True)
class Timeline:
    """Items in order, at the rate of the first."""

    title: str
    items: Sequence[Item]

    @property
    def file_name(self) -> str:
        return file_name(self.title)

    @property
    def rate(self) -> Fraction:
        return self.items[0].source.timing.rate

    @property
    def counting(self) -> Counting:
        """Of the record side."""
        return self.items[0].source.counting

    @property
    def first_number(self) -> int:
        """The number of its first picture."""
        return self.counting.frame(_BEGINS)

    @property
    def size(self) -> tuple[int, int]:
        video = self.items[0].source.video
        return video.width, video.height

    @cached_property
    def placed(self) -> list[Placed]:
        return list(self._placed())

    @property
    def length(self) -> int:
        return self.placed[-1].end

    @cached_property
    def sources(self) -> list[Source]:
        """Each file once, in the order in which they come."""
        return list({item.source.video.id: item.source for item in self.items}.values())

    @property
    def remarks(self) -> list[str]:
        """What one should know of it."""
        rates = {source.timing.rate for source in self.sources}
        mixed = f"rates differ: the timeline has that of the first moment, {spoken_rate(self.rate)}"
        uneven = [f"{source.name}: {source.remark}" for source in self.sources if source.remark]
        return [mixed, *uneven] if len(rates) > 1 else uneven

    def record(self, frame: int) -> str:
        """Timecode of a picture of the timeline."""
        return self.counting.text(self.first_number + frame)

    def marked(self, placed: Placed) -> Placed:
        """The moment itself, without its handles."""
        item = placed.item
        scale = self.rate / item.source.timing.rate
        start = placed.start + round((item.bare.first - item.span.first) * scale)
        until = start + max(1, round((item.bare.end - item.bare.first) * scale))
        return Placed(item, min(start, placed.end - 1), min(until, placed.end))

    def _placed(self) -> Iterator[Placed]:
        at = 0
        for item in self.items:
            until = at + max(1, round(item.length / item.source.timing.rate * self.rate))
            yield Placed(item, at, until)
            at = until


def spoken_rate(rate: Fraction) -> str:
    """25, 29.97, 23.976."""
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")
