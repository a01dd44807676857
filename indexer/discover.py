"""Which files there are, and which of them need work."""

import errno
import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from stat import S_ISREG

from data.catalog import Catalog, is_within, joined
from data.media import EXTENSIONS
from data.types import Location

# Failures whose cause may go away while the file stays as it is: these are always tried again.
PASSING_STAGES = frozenset({"read", "settle", "exclude", "embed"})

# Also a link that leads nowhere, or to itself.
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
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
class Chosen:
    """Which files of a walk are wanted, by glob patterns on their path below the root or on their name."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def why_not(self, path: bytes) -> str | None:
        """None when the file is wanted."""
        text = os.fsdecode(path)
        for pattern in self.exclude:
            if _matches(text, pattern):
                return f"excluded by {pattern}"
        if self.include and not any(_matches(text, pattern) for pattern in self.include):
            return f"not among {', '.join(self.include)}"
        return None


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk of (a part of) one root.

    `missed` are files that were there before; only a walk that could read every folder misses any.
    """

    root: bytes
    found: list[Found]
    missed: list[Location]
    unreadable: list[bytes]


def discover(catalog: Catalog, root: bytes, within: bytes) -> Walk | None:
    """Look at everything below `within`, a part of `root`; None when nothing at all is there.

    A disk that is not mounted looks like that, so nothing is concluded from it.
    """
    locations = catalog.locations(root)
    within = _own_name(within, root)
    unreadable: list[bytes] = []
    elsewhere: list[bytes] = []
    seen = {_relative(path, root): stat for path, stat in _files(within, root, unreadable, elsewhere)}
    if not seen and not unreadable:
        return None
    absent = [
        (path, location)
        for path, location in locations.items()
        if path not in seen and location.state != "gone" and is_within(joined(root, path), within)
    ]
    missed: list[Location] = []
    for path, location in absent:
        is_elsewhere = any(is_within(joined(root, path), folder) for folder in elsewhere)
        # A file that was once named on purpose may have a name that no walk looks for.
        stat = None if is_elsewhere else _stat_of_file(joined(root, path), unreadable)
        if stat is not None:
            seen[path] = stat
        elif not unreadable:
            missed.append(location)
    found = [
        Found(root, path, stat.st_size, stat.st_mtime_ns, locations.get(path)) for path, stat in sorted(seen.items())
    ]
    return Walk(root, found, missed, unreadable)


def holds_videos(path: bytes, unreadable: list[bytes]) -> bool:
    """Whether there is anything to index in or below `path`; adds what could not be looked into on the way."""
    return any(True for _ in _files(path, path, unreadable, []))


def _matches(path: str, pattern: str) -> bool:
    return fnmatchcase(path, pattern) or fnmatchcase(posixpath.basename(path), pattern)


def _relative(path: bytes, root: bytes) -> bytes:
    return b"" if path == root else os.path.relpath(path, root)


def _own_name(folder: bytes, root: bytes) -> bytes:
    """What a walk of `root` calls a folder that is reached through links; the same when only links lead there."""
    real, real_root = os.path.realpath(folder), os.path.realpath(root)
    if not os.path.isdir(real) or not is_within(real, real_root):
        return folder
    below = b"" if real == real_root else os.path.relpath(real, real_root)
    return folder if below.startswith(b".") or b"/." in below else joined(root, below)


def _files(
    top: bytes, root: bytes, unreadable: list[bytes], elsewhere: list[bytes]
) -> Iterator[tuple[bytes, os.stat_result]]:
    """Video files below `top`, or `top` itself when it is a file, whatever its name.

    Each folder is looked into once, by its own name when `root` holds it; `elsewhere` gets its other names.
    """
    stat = _stat_of_file(top, unreadable)
    if stat is not None:
        yield top, stat
        return
    folders, behind_links = [top], list[bytes]()
    walked: set[tuple[int, int]] = set()
    while folders or behind_links:
        is_behind_link = not folders
        folder = (folders or behind_links).pop()
        try:
            here = os.stat(folder)
            if (here.st_dev, here.st_ino) in walked or (is_behind_link and _own_name(folder, root) != folder):
                elsewhere.append(folder)
                continue
            walked.add((here.st_dev, here.st_ino))
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            _note(folder, error, unreadable)
            continue
        for entry in entries:
            if entry.name.startswith(b"."):
                continue
            try:
                if entry.is_dir():
                    (behind_links if is_behind_link or entry.is_symlink() else folders).append(entry.path)
                elif os.path.splitext(entry.name)[1].lower() in _EXTENSIONS and entry.is_file():
                    yield entry.path, entry.stat()
            except OSError as error:
                _note(entry.path, error, unreadable)


def _stat_of_file(path: bytes, unreadable: list[bytes]) -> os.stat_result | None:
    """None when no file is there, or it can't be asked."""
    try:
        found = os.stat(path)
    except OSError as error:
        _note(path, error, unreadable)
        return None
    return found if S_ISREG(found.st_mode) else None


def _note(path: bytes, error: OSError, unreadable: list[bytes]) -> None:
    """A file that can't be asked is not one that is gone."""
    if error.errno not in _NOT_THERE:
        unreadable.append(path)
