"""What was costly to make, kept on disk up to a limit."""

import os
from contextlib import suppress
from pathlib import Path

from data.durable import replacing

# Clearing walks the folder: only when so much of the limit has been added.
_CHECK_SHARE = 1 / 16


class DiskCache:
    """Files by video and number, below one folder; the least recently used go when it is full."""

    def __init__(self, folder: Path, limit_bytes: int, suffix: str) -> None:
        self._folder, self._limit_bytes, self._suffix = folder, limit_bytes, suffix
        self._added_bytes = 0

    def get(self, video_id: str, number: int) -> bytes | None:
        """None when it is not kept."""
        path = self._path(video_id, number)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data

    def put(self, video_id: str, number: int, data: bytes) -> None:
        """Keep it; a disk that can't take it only makes the next time slower."""
        if self._limit_bytes == 0:
            return
        path = self._path(video_id, number)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                file.write(data)
            self._added_bytes += len(data)
            if self._added_bytes > self._limit_bytes * _CHECK_SHARE:
                self._added_bytes = 0
                self.trim()

    def trim(self) -> None:
        """Remove what was used longest ago until the limit holds."""
        kept = []
        for path in self._folder.glob(f"*/*{self._suffix}"):
            with suppress(FileNotFoundError):
                status = path.stat()
                kept.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept, key=lambda entry: entry[0]):
            if total <= self._limit_bytes:
                break
            path.unlink(missing_ok=True)
            total -= size

    def _path(self, video_id: str, number: int) -> Path:
        return self._folder / video_id[:2] / f"{video_id}-{number}{self._suffix}"
