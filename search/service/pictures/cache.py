"""What was costly to make, kept on disk up to a limit."""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from data.durable import is_leftover, replacing

# Clearing walks the folder, so it makes room for more than the next one. Other services may fill the same folder: it is
# walked again when as much has been added.
_FILLED = 15 / 16
# Nothing is written for so long.
_LEFT_S = 3600.0


class DiskCache:
    """Files by video and which one of it, below one folder; the least recently used go when it is full."""

    def __init__(self, folder: Path, limit_bytes: int, suffix: str) -> None:
        self._folder, self._limit_bytes, self._suffix = folder, limit_bytes, suffix
        self._lock = threading.Lock()
        self._kept_bytes: int | None = None  # not counted yet
        self._added_bytes = 0

    def get(self, video_id: str, which: str | int) -> bytes | None:
        """None when it is not kept."""
        path = self._path(video_id, which)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data

    def put(self, video_id: str, which: str | int, data: bytes) -> None:
        """Keep it; a disk that can't take it only makes the next time slower."""
        if self._limit_bytes == 0:
            return
        path = self._path(video_id, which)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                file.write(data)
            self._count(len(data))

    def trim(self) -> int:
        """Remove what killed writes left, and where the limit is passed what was used longest ago.

        Gives the bytes that stay.
        """
        kept = []
        for path in self._folder.glob("*/*"):
            with suppress(FileNotFoundError):
                status = path.stat()
                if path.suffix == self._suffix:
                    kept.append((status.st_mtime_ns, status.st_size, path))
                elif is_leftover(path.name) and time.time() - status.st_mtime > _LEFT_S:
                    path.unlink()
        total = sum(size for _, size, _ in kept)
        room = self._limit_bytes if total <= self._limit_bytes else self._limit_bytes * _FILLED
        for _, size, path in sorted(kept, key=lambda entry: entry[0]):
            if total <= room:
                break
            path.unlink(missing_ok=True)
            total -= size
        return total

    def _count(self, added_bytes: int) -> None:
        with self._lock:
            self._added_bytes += added_bytes
            least = self._limit_bytes if self._kept_bytes is None else self._kept_bytes
            if self._added_bytes > min(self._limit_bytes * (1 - _FILLED), self._limit_bytes - least):
                self._kept_bytes, self._added_bytes = self.trim(), 0

    def _path(self, video_id: str, which: str | int) -> Path:
        return self._folder / video_id[:2] / f"{video_id}-{which}{self._suffix}"
