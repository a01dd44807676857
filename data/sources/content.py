"""The bytes that were indexed, never others: an entry is opened first and then compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from data.durable import is_absence
from data.sources.registry import source_named
from data.sources.source import Opened, last_indexed
from data.types import Location


class FileGone(Exception):
    """No file is left where the video lay."""


class FileChanged(Exception):
    """What lies there now is not what was indexed: index it again."""


class FileUnreadable(Exception):
    """A file is there, or may be, but can't be opened now: no right to, no descriptor left, a dead disk."""


@dataclass(frozen=True, slots=True)
class Content:
    """What was indexed at one place, open; whoever gets it closes `file`. `path` is for decoders."""

    place: Location
    opened: Opened
    path: Path

    @property
    def file(self) -> BinaryIO:
        return self.opened.file

    @property
    def size(self) -> int:
        return self.opened.stamp.size_bytes

    @property
    def modified_s(self) -> float:
        return self.opened.stamp.mtime_ns / 1e9

    def check_unchanged(self) -> None:
        """For who reads it by its path: whether something else lies there, or was written to it, since then.

        Raises FileGone, FileChanged, FileUnreadable.
        """
        place = self.place
        try:
            now = source_named(place.source).mark(place.root, place.path)
        except OSError as error:
            raise (FileGone("file gone") if is_absence(error) else _unreadable(error)) from None
        if now != self.opened.mark:
            raise FileChanged("file changed")


def open_content(places: Sequence[Location]) -> Content:
    """The first place that holds what was indexed there. Raises FileGone, FileChanged, FileUnreadable."""
    absence: FileGone | FileChanged = FileGone("file gone")
    trouble: OSError | None = None
    for place in places:
        try:
            source = source_named(place.source)
            opened = source.open(place.root, place.path)
        except OSError as error:
            trouble = trouble if is_absence(error) else error
            continue
        if opened.stamp == last_indexed(place):
            return Content(place, opened, source.address(place.root, place.path))
        opened.file.close()
        absence = FileChanged("file changed")
    if trouble is not None:
        raise _unreadable(trouble)
    raise absence


def _unreadable(error: OSError) -> FileUnreadable:
    return FileUnreadable(f"the file can't be opened now: {error.strerror}")
