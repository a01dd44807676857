"""Files that are either whole or not there, whatever happens meanwhile."""

import errno
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

# Also a link that leads nowhere, or to itself.
_ABSENCE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write beside `path`; on leaving, the bytes are on the disk and take its place at once.

    Raises FileNotFoundError when the folder is not there: it may have been removed on purpose meanwhile.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_native_id()}.tmp")
    try:
        with beside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def is_absence(error: OSError) -> bool:
    """Whether nothing is there; all else (no right to look, no descriptor left, a dead disk) says nothing of that."""
    return error.errno in _ABSENCE


def is_leftover(name: str) -> bool:
    """Whether a file of that name is what a killed process was writing."""
    return name.startswith(".") and name.endswith(".tmp")


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Have on the disk what was written to a file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def remove_folder(folder: Path) -> None:
    """Out of sight first: it is there whole or not at all."""
    leaving = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    folder.rename(leaving)
    shutil.rmtree(leaving)
