"""Which files there are, and which of them need work."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data.catalog import Catalog, is_within, joined
from data.media import EXTENSIONS
from data.types import Location

# Failures whose cause may go away while the file stays as it is: these are always tried again.
PASSING_STAGES = frozenset({"read", "settle"})


_EXTENSIONS = frozenset(os.fsencode(extension) for extension in EXTENSIONS)


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a walk saw, and what the catalogue knew of it."""

    root: bytes
    path: bytes
    size_bytes: int
    mtime_ns: int
    known: Location | None

    @property
    def file(self) -> Path:
        return Path(os.fsdecode(joined(self.root, self.path)))

    @property
    def is_untouched(self) -> bool:
        """Nothing about it has changed since the last look."""
        known = self.known
        return known is not None and (known.size_bytes, known.mtime_ns) == (self.size_bytes, self.mtime_ns)

    @property
    def is_as_indexed(self) -> bool:
        """It holds what was indexed there: `known.video_id` is its content."""
        known = self.known
        return known is not None and (known.indexed_size_bytes, known.indexed_mtime_ns) == (
            self.size_bytes,
            self.mtime_ns,
        )

    def has_changed(self) -> bool:
        """Whether the file is not, at this moment, what the walk saw."""
        try:
            stat = self.file.stat()
        except OSError:
            return True
        return (stat.st_size, stat.st_mtime_ns) != (self.size_bytes, self.mtime_ns)


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk of (a part of) one root.

    `missed` are relative paths that were there before; only a walk that could read every folder misses any.
    """

    root: bytes
    found: list[Found]
    missed: list[bytes]
    unreadable: list[bytes]


def discover(catalog: Catalog, root: bytes, within: bytes) -> Walk | None:
    """Look at everything below `within`, a part of `root`; None when nothing at all is there.

    A disk that is not mounted looks like that, so nothing is concluded from it.
    """
    locations = catalog.locations(root)
    unreadable: list[bytes] = []
    seen = {_relative(path, root): stat for path, stat in _files(within, unreadable)}
    if not seen and not unreadable:
        return None
    found = [
        Found(root, path, stat.st_size, stat.st_mtime_ns, locations.get(path)) for path, stat in sorted(seen.items())
    ]
    expected = [
        path
        for path, location in locations.items()
        if location.state != "gone" and is_within(joined(root, path), within)
    ]
    missed = [] if unreadable else [path for path in expected if path not in seen]
    return Walk(root, found, missed, unreadable)


def holds_videos(path: bytes) -> bool:
    """Whether there is anything to index in or below `path`."""
    return any(True for _ in _files(path, []))


def _relative(path: bytes, root: bytes) -> bytes:
    return b"" if path == root else os.path.relpath(path, root)


def _files(top: bytes, unreadable: list[bytes]) -> Iterator[tuple[bytes, os.stat_result]]:
    """Video files below `top`, or `top` itself when it is a file, whatever its name."""
    if os.path.isfile(top):
        yield top, os.stat(top)
        return
    folders: list[tuple[bytes, frozenset[tuple[int, int]]]] = [(top, frozenset())]
    while folders:
        folder, above = folders.pop()
        try:
            here = os.stat(folder)
            # A link back to a folder above would never end.
            if (here.st_dev, here.st_ino) in above:
                continue
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            continue
        except OSError:
            unreadable.append(folder)
            continue
        inside = above | {(here.st_dev, here.st_ino)}
        for entry in entries:
            if entry.name.startswith(b"."):
                continue
            if entry.is_dir():
                folders.append((entry.path, inside))
            elif os.path.splitext(entry.name)[1].lower() in _EXTENSIONS and entry.is_file():
                yield entry.path, entry.stat()
