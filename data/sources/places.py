"""Folders of this machine that may be looked into, and indexed, by somebody who is not at its keyboard."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from data.paths import absolute_bytes, is_within
from data.sources.walk import is_not_entered, is_video_name

MOST_FOLDERS = 1000
# Of all that lies in the folders of one listing together: more is not counted.
_MOST_COUNTED = 20_000
# As paths are written in JSON where their bytes are no UTF-8.
_ESCAPED = re.compile(rb"\\udc([89a-f][0-9a-f])")


class PlaceRefused(Exception):
    """A path that may not be looked into; the message says why."""


class NoSuchPlace(PlaceRefused):
    """No folder is there."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder, and how many files with the name of a video lie directly in it."""

    path: bytes
    videos: int

    @property
    def name(self) -> bytes:
        return os.path.basename(self.path)


@dataclass(frozen=True, slots=True)
class Listing:
    """The folders of a folder, by name; `parent` is None where it may not be looked into."""

    path: bytes | None
    parent: bytes | None
    folders: list[Folder]
    videos: int
    is_cut: bool


class Places:
    """`allowed` folders and whatever lies below them, but hidden folders and the library's own."""

    def __init__(self, allowed: Sequence[bytes], library: bytes) -> None:
        self.allowed = tuple(map(absolute_bytes, allowed))
        self._library = library

    def listed(self, path: bytes | None) -> Listing:
        """What lies in a folder; the allowed ones themselves without one. Raises PlaceRefused, OSError."""
        if path is None:
            there = [place for place in self.allowed if os.path.isdir(place)]
            folders, is_cut = _counted(there)
            return Listing(None, None, folders, 0, is_cut)
        here = self.checked(path)
        with os.scandir(here) as entries:
            found = [entry for entry in entries if not is_not_entered(entry.name)]
        names = sorted(entry.path for entry in found if _is_folder(entry) and self._may_enter(entry.path))
        folders, is_cut = _counted(names[:MOST_FOLDERS])
        above = os.path.dirname(here)
        return Listing(
            path=here,
            parent=above if here not in self._real() and self._may_enter(above) else None,
            folders=folders,
            videos=sum(is_video_name(entry.name) for entry in found),
            is_cut=is_cut or len(names) > MOST_FOLDERS,
        )

    def checked(self, path: bytes) -> bytes:
        """The folder by its own name, behind all links. Raises PlaceRefused."""
        try:
            here = os.path.realpath(_named(path))
        except ValueError:
            raise NoSuchPlace("this is no path") from None
        if self._is_library(here):
            raise PlaceRefused("this is the library's own folder: it holds no videos of yours")
        if not self._may_enter(here):
            raise PlaceRefused("this folder lies outside the places that may be added (SCENESEEK_PLACES)")
        if not os.path.isdir(here):
            raise NoSuchPlace("no folder is there")
        return here

    def _may_enter(self, path: bytes) -> bool:
        real = os.path.realpath(path)
        inside = [place for place in self._real() if is_within(real, place) and not _is_hidden(real, place)]
        return bool(inside) and not self._is_library(real)

    def _is_library(self, real: bytes) -> bool:
        return is_within(real, os.path.realpath(self._library))

    def _real(self) -> list[bytes]:
        return [os.path.realpath(place) for place in self.allowed]


def path_bytes(text: str) -> bytes:
    """A path out of JSON. Raises PlaceRefused where it can't be one."""
    try:
        return os.fsencode(text)
    except UnicodeEncodeError:
        raise NoSuchPlace("this is no path") from None


def _named(path: bytes) -> bytes:
    """Below the home folder for `~`; with the bytes that JSON has no letters for, where nothing has that very name."""
    given = absolute_bytes(os.path.expanduser(path))
    if b"\\udc" not in given or os.path.lexists(given):
        return given
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), given)


def _is_hidden(path: bytes, place: bytes) -> bool:
    below = path[len(place) :].strip(b"/")
    return bool(below) and any(map(is_not_entered, below.split(b"/")))


def _is_folder(entry: os.DirEntry[bytes]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _counted(paths: Sequence[bytes]) -> tuple[list[Folder], bool]:
    """Each with its videos, and whether there was more to count than is counted."""
    left, folders = _MOST_COUNTED, []
    for path in paths:
        names = list(islice(_names(path), left))
        left -= len(names)
        folders.append(Folder(path, sum(map(is_video_name, names))))
    return folders, left == 0


def _names(folder: bytes) -> Iterator[bytes]:
    """None where the folder can't be read."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                yield entry.name
    except OSError:
        return
