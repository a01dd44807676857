"""The sources that there are, by name; `SCHEME:` before a root names its source, and an absolute path is a file's."""

import errno
import os
from pathlib import Path

from data.paths import absolute, unfolded
from data.remote.opening import SCHEMES
from data.sources import files
from data.sources.remote import Remote
from data.sources.source import Entry, Source

SOURCES: dict[str, Source] = {
    files.NAME: files.Files(),
    **{scheme: Remote(scheme) for scheme in SCHEMES},
}


class UnknownSource(OSError):
    """A catalogue names a source that this program does not have."""


def source_named(name: str) -> Source:
    """Raises UnknownSource."""
    if name not in SOURCES:
        raise UnknownSource(errno.ENODEV, f"this program knows no source {name!r}")
    return SOURCES[name]


def name_of_source(path: bytes) -> str:
    """Whose name a path is."""
    scheme, is_scheme, _ = path.partition(b":/")
    name = os.fsdecode(scheme)
    return name if is_scheme and name in SOURCES else files.NAME


def source_of(path: bytes) -> Source:
    """The source of an absolute path, or of an address."""
    return SOURCES[name_of_source(path)]


def named(path: Path) -> bytes:
    """As a catalogue names it, whether anything is there or not. Raises UnusableAddress."""
    given = unfolded(os.fsencode(path))
    if (name := name_of_source(given)) == files.NAME:
        return absolute(path)
    source = SOURCES[name]
    return source.canonical(given) if isinstance(source, Remote) else given.rstrip(b"/")


def has_changed(entry: Entry) -> bool:
    """Whether it is not, at this moment, what the walk saw."""
    try:
        return source_named(entry.source).look(entry.root, entry.path) != entry.stamp
    except OSError:
        return True
