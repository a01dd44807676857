"""Whether the disks on which files were seen are there: of what lies on one that went, nothing can be concluded."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from data.paths import joined
from data.types import Disk, Location


class Disks:
    """The disks of one root, as they are and as a walk found them before; `kept` counts absent files that stay.

    Numbers of devices change when a machine starts anew: where files are as they were (`untouched`), so is the disk,
    and the next walk may conclude again. Where none is, the old disk is waited for.
    """

    def __init__(self, root: bytes, known: Mapping[bytes, Disk], untouched: Iterable[Location]) -> None:
        now = {path: _device_at(joined(root, path)) for path in known}
        self._known = known
        self._changed = {path: now[path] for path, disk in known.items() if now[path] != disk.device}
        self._same: set[bytes | None] = set()
        if self._changed:
            # What was indexed after the disk went lies in the empty folder of its mount point.
            self._same = {begin for place in untouched if (begin := self._seen_on(place)) is not None}
        self.kept: Counter[bytes] = Counter()
        self._seen: dict[bytes, int] = {}
        self._used: set[bytes | None] = set()

    def keep(self, path: bytes) -> bool:
        """Whether the absence of a file means nothing, since its disk is absent or another than it was."""
        begin = self._beginning(path)
        if begin not in self._changed:
            return False
        self.kept[begin] += 1
        return True

    def saw(self, devices: Mapping[bytes, int], files: Iterable[Location]) -> None:
        """Note where the walk came to a device, and the files that were known before it."""
        self._seen.update(devices)
        if self._changed:
            self._used.update(self._beginning(each.path) for each in files if each.state != "gone")

    def add(self, other: "Disks") -> None:
        """Take over what a walk of another part of the same root saw."""
        self._seen.update(other._seen)
        self._used |= other._used
        self._same |= other._same
        self.kept += other.kept

    def to_remember(self) -> dict[bytes, int | None]:
        """Devices by folder, for the next walk; None where the old one is waited for."""
        doubtful = self._used.intersection(self._changed) - self._same
        awaited = {path: None for path in self._changed if path in doubtful and self._is_awaited(path)}
        still = {path: disk.device for path, disk in self._known.items() if path not in self._changed}
        same = {path: device for path, device in self._changed.items() if path in self._same}
        return {**still, **same, **self._seen, **awaited}

    def _is_awaited(self, path: bytes) -> bool:
        return bool(self.kept[path]) or path not in self._seen

    def _seen_on(self, place: Location) -> bytes | None:
        begin = self._beginning(place.path)
        return begin if begin is not None and place.seen_at <= self._known[begin].seen_at else None

    def _beginning(self, path: bytes) -> bytes | None:
        """The folder where the disk of a file began."""
        return next((folder for folder in and_above(path) if folder in self._known), None)


def and_above(path: bytes) -> Iterator[bytes]:
    """A path and every folder that it is in; of a relative one the last is empty, the root's own."""
    yield path
    while path not in (b"", b"/"):
        path = os.path.dirname(path)
        yield path


def _device_at(folder: bytes) -> int | None:
    """Of the folder, or of what is left above it: a folder removed from a disk is no disk that went."""
    for place in and_above(folder):
        try:
            return os.stat(place).st_dev
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return None
    return None
