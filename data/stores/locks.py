"""Locks of a folder: the kernel drops them with the process that holds them."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# A process that was killed while it started a worker leaves the lock to that worker until it, too, has ended.
GRACE_S = 2.0
_ASK_EVERY_S = 0.05


@contextmanager
def locked(file: Path, *, shared: bool = False, wait_s: float = 0.0) -> Iterator[bool]:
    """Whether this process holds the lock, while that lasts; it waits so long. Who holds one alone stands in it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        is_taken = _taken(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, wait_s)
        if is_taken and not shared:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield is_taken
    finally:
        os.close(descriptor)


def is_locked(file: Path) -> bool:
    """Whether a live process holds the lock alone."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _taken(descriptor, fcntl.LOCK_SH, 0.0)
    finally:
        os.close(descriptor)


def owner_of(file: Path) -> str:
    """The number of the process that took it last."""
    return file.read_text(errors="replace") or "unknown"


def _taken(descriptor: int, how: int, wait_s: float) -> bool:
    until_s = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            if time.monotonic() >= until_s:
                return False
            time.sleep(_ASK_EVERY_S)
        else:
            return True
