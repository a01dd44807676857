"""Paths as a catalogue keeps them: bytes, as `os.fsencode` gives them."""

import os
from pathlib import Path


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
