"""Paths as a catalogue keeps them: bytes, as `os.fsencode` gives them."""

import os
import re
from collections.abc import Collection, Iterator
from itertools import takewhile
from pathlib import Path

# A path folds the two slashes of an address into one.
_FOLDED = re.compile(rb"(s3|https?):/+(?=[^/])")


def unfolded(path: bytes) -> bytes:
    """An address as it was given before it was a path; a path of files is what it is."""
    return _FOLDED.sub(rb"\1://", path, count=1) if _FOLDED.match(path) else path


def shown(path: Path) -> str:
    """For people and JSON: an address with both its slashes."""
    return os.fsdecode(unfolded(os.fsencode(path)))


def absolute(path: Path) -> bytes:
    """As a catalogue names it, whether anything is there or not."""
    return absolute_bytes(os.fsencode(path))


def absolute_bytes(path: bytes) -> bytes:
    """The same of a path that is bytes already."""
    named = os.path.abspath(path)
    # POSIX lets two slashes mean another place than one; nothing here does.
    return b"/" + named.lstrip(b"/")


def path_text(path: bytes) -> str:
    """A path for JSON: bytes that are no UTF-8 escaped."""
    return os.fsdecode(path).encode("utf-8", "backslashreplace").decode()


def joined(root: bytes, path: bytes) -> bytes:
    """The absolute path of a location; a file that is a root of its own has an empty relative path."""
    return os.path.join(root, path) if path else root


def is_within(path: bytes, folder: bytes) -> bool:
    """Whether `path` is `folder` or lies below it."""
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")


def beneath(path: bytes, root: bytes) -> bytes:
    """What lies at or below `root`, relative to it; the root itself is empty."""
    return path[len(root) :].lstrip(b"/")


def folder_of(path: bytes) -> bytes:
    """The folder in which it lies; empty for a name that has none before it."""
    return os.path.dirname(path)


def holding_all(folders: Collection[bytes]) -> bytes:
    """The innermost folder that all of these are or lie in; empty where there is none."""
    names = [folder.rstrip(b"/").split(b"/") for folder in folders]
    # What the first and the last have in common, those between have, too.
    pairs = zip(min(names, default=[]), max(names, default=[]), strict=False)
    shared = [name for name, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    return b"/" if shared == [b""] else b"/".join(shared)


def upwards(folder: bytes, top: bytes) -> Iterator[bytes]:
    """A folder and those above it: `top`, which holds it, is the last, or the outermost where that is empty."""
    yield folder
    while folder != top and (above := folder_of(folder)) not in (b"", folder):
        yield (folder := above)
