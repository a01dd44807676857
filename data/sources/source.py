"""What every source of videos is asked, from discovery to streaming: another one is a file and a registration.

A source names roots and what lies below them: `root` and the relative `path` are bytes that mean something to it alone,
and together they are what a catalogue keeps. Of what it can't tell it raises OSError, and nothing is concluded.
"""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from data.paths import joined
from data.sources.disks import Disks
from data.sources.fence import Fence
from data.types import Disk, Location


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one state of an entry from another: its size, its time and, where a source gives one, a tag."""

    size_bytes: int
    mtime_ns: int
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a walk saw, with what was known of it; `address` is what a decoder is given."""

    source: str
    root: bytes
    path: bytes
    stamp: Stamp
    address: Path
    known: Location | None = None

    @property
    def name(self) -> Path:
        """As a catalogue shows it."""
        return Path(os.fsdecode(joined(self.root, self.path)))

    @property
    def is_untouched(self) -> bool:
        """Nothing about it has changed since the last look."""
        return self.known is not None and self.stamp == last_seen(self.known)

    @property
    def is_as_indexed(self) -> bool:
        """It holds what was indexed there: `known.video_id` is its content."""
        return self.known is not None and self.stamp == last_indexed(self.known)


def last_seen(place: Location) -> Stamp:
    """As the last look found it."""
    return Stamp(place.size_bytes, place.mtime_ns, place.tag)


def last_indexed(place: Location) -> Stamp | None:
    """As it was when its content was indexed; None where it never was."""
    if place.indexed_size_bytes is None or place.indexed_mtime_ns is None:
        return None
    return Stamp(place.indexed_size_bytes, place.indexed_mtime_ns, place.indexed_tag)


@dataclass(frozen=True, slots=True)
class Known:
    """What a catalogue knows of a root: its files by relative path, and where disks began below it."""

    locations: Mapping[bytes, Location] = field(default_factory=dict)
    disks: Mapping[bytes, Disk] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk of (a part of) one root.

    `missed` were there before, in folders that could be looked into and on a disk that is still there; `kept` counts
    those of which nothing can be concluded, by the folder whose disk went or is another. `forgotten` and `others` (by
    their endings) are what was left alone. `disks` are None where a source has none.
    """

    root: bytes
    found: list[Entry]
    missed: list[Location]
    unreadable: list[bytes] = field(default_factory=list)
    kept: Counter[bytes] = field(default_factory=Counter)
    disks: Disks | None = None
    forgotten: list[bytes] = field(default_factory=list)
    others: Counter[bytes] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Peek:
    """Whether a root holds any video, and what was met on the way to the first."""

    is_worth: bool
    unreadable: list[bytes] = field(default_factory=list)
    others: Counter[bytes] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry's bytes, from which can be read anywhere; `mark` tells also another file of the same stamp."""

    file: BinaryIO
    stamp: Stamp
    mark: tuple[object, ...]


class Source(Protocol):
    """One kind of place where videos lie."""

    def is_there(self, path: bytes) -> bool:
        """Whether anything is, at an absolute path."""
        ...

    def peek(self, root: bytes, fence: Fence) -> Peek:
        """Look until a video is met."""
        ...

    def walk(self, root: bytes, within: bytes, fence: Fence, known: Known) -> Walk | None:
        """All that lies below `within`, a part of `root`, by path; None when nothing at all is there."""
        ...

    def look(self, root: bytes, path: bytes) -> Stamp:
        """The state of one entry now. Raises OSError, an absence (`data.durable.is_absence`) when it is gone."""
        ...

    def open(self, root: bytes, path: bytes) -> Opened:
        """Whoever gets it closes its file. Raises as `look`."""
        ...

    def mark(self, root: bytes, path: bytes) -> tuple[object, ...]:
        """That of what would be opened now. Raises as `look`."""
        ...

    def address(self, root: bytes, path: bytes) -> Path:
        """What a decoder is given to open it."""
        ...
