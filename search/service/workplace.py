"""A folder that is one process's own: who comes later can tell whether that process still runs."""

import fcntl
import os
import secrets
import shutil
import threading
from contextlib import suppress
from pathlib import Path

_LOCK = "lock"


class Workplace:
    """A folder below `above`, made when it is first needed and locked for as long as the process lives."""

    def __init__(self, above: Path) -> None:
        self._above = above
        self._lock = threading.Lock()
        self._own: tuple[Path, int] | None = None

    def folder(self) -> Path:
        """Raises OSError where it can't be made."""
        with self._lock:
            if self._own is None:
                folder = self._above / secrets.token_hex(8)
                folder.mkdir(parents=True)
                self._own = folder, _locked(folder / _LOCK)
            return self._own[0]

    def clear(self) -> None:
        """Remove those of processes that run no more; what may not be removed stays."""
        for folder in self._above.glob("*/"):
            with suppress(OSError):
                os.close(_locked(folder / _LOCK))
                shutil.rmtree(folder)

    def close(self) -> None:
        """Remove it with all that is in it."""
        with self._lock:
            own, self._own = self._own, None
        if own is not None:
            shutil.rmtree(own[0], ignore_errors=True)
            os.close(own[1])


def _locked(file: Path) -> int:
    """Raises BlockingIOError where another process, or this one, holds it."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
