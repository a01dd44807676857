"""Where a library keeps what, and who may write to it."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from data.types import LibraryBusy


@dataclass(frozen=True, slots=True)
class Library:
    """The paths below one library folder."""

    folder: Path

    @property
    def catalog(self) -> Path:
        return self.folder / "catalog.db"

    @property
    def snapshots(self) -> Path:
        return self.folder / "snapshots"

    @property
    def current(self) -> Path:
        return self.folder / "CURRENT"

    @property
    def thumbs(self) -> Path:
        return self.folder / "thumbs"

    def shard(self, fingerprint: str, video_id: str) -> Path:
        """Where the vectors of one video lie."""
        return self.shards(fingerprint) / video_id[:2] / f"{video_id}.npz"

    def shards(self, fingerprint: str) -> Path:
        """Where all vectors of one fingerprint lie."""
        return self.folder / "vectors" / fingerprint

    def towers(self, fingerprint: str) -> Path:
        """Where the copy of the embedded pair that made one fingerprint lies."""
        return self.folder / "towers" / fingerprint

    @property
    def exists(self) -> bool:
        return self.catalog.is_file()

    def bytes_used(self) -> int:
        """Size of all files below, in bytes; one that vanishes meanwhile counts nothing."""
        total = 0
        for folder, _, names in os.walk(self.folder):
            for name in names:
                try:
                    total += (Path(folder) / name).lstat().st_size
                except FileNotFoundError:
                    continue
        return total

    @contextmanager
    def writing(self, *, wait: bool = False) -> Iterator[None]:
        """Hold the library's lock; the kernel drops it with the process, so none is ever stale.

        Raises LibraryBusy when another process holds it, unless `wait`.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            self._take(descriptor, wait=wait)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def _take(self, descriptor: int, *, wait: bool) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            owner = os.pread(descriptor, 32, 0).decode(errors="replace") or "unknown"
            raise LibraryBusy(f"{self.folder} is being written by process {owner}") from None

    def is_being_written(self) -> bool:
        """Whether a live process holds the lock now."""
        try:
            descriptor = os.open(self.folder / "lock", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        else:
            return False
        finally:
            os.close(descriptor)
