"""The bytes that were indexed, never others: a file is opened first and then compared."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from starlette.exceptions import HTTPException

from data.durable import is_absence
from data.paths import joined
from data.types import Location


@dataclass(frozen=True, slots=True)
class Content:
    """An open file that holds what was indexed; whoever gets it closes `file`."""

    file: BinaryIO
    path: Path
    status: os.stat_result

    @property
    def size(self) -> int:
        return self.status.st_size

    @property
    def modified_s(self) -> float:
        return self.status.st_mtime

    def check_unchanged(self) -> None:
        """For who reads it by its path: raises 410 when another file lies there, or was written to it, since then.

        Raises 503 when it could not be looked at.
        """
        try:
            now = self.path.stat()
        except OSError as error:
            raise (_gone("file gone") if is_absence(error) else _unreadable(error)) from None
        if _stamp(now) != _stamp(self.status):
            raise _gone("file changed")


def open_content(places: Sequence[Location]) -> Content:
    """The first place whose size and time are those that were indexed.

    Raises 410 when there is none, 503 when one could not be looked at: no right to, no descriptor left, a dead disk.
    """
    reason, trouble = "file gone", None
    for place in places:
        path = Path(os.fsdecode(joined(place.root, place.path)))
        try:
            # A pipe that took the file's place must not block.
            file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
        except OSError as error:
            trouble = trouble if is_absence(error) else error
            continue
        status = os.fstat(file.fileno())
        same = (status.st_size, status.st_mtime_ns) == (place.indexed_size_bytes, place.indexed_mtime_ns)
        if same and stat.S_ISREG(status.st_mode):
            return Content(file, path, status)
        file.close()
        reason = "file changed"
    if trouble is not None:
        raise _unreadable(trouble)
    raise _gone(reason)


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    # Nobody can set a ctime, while a copy has another's size and mtime.
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _unreadable(error: OSError) -> HTTPException:
    detail = f"the file can't be opened now: {error.strerror}"
    return HTTPException(503, detail, {"Retry-After": "5", "x-problem": "file-unreadable"})


def _gone(reason: str) -> HTTPException:
    return HTTPException(410, reason, {"x-problem": reason.replace(" ", "-")})
