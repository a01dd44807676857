"""Where a library keeps what, and who may write to it."""

import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from data.durable import replacing
from data.types import LibraryBusy

# A process that was killed while it started a worker leaves the lock to that worker until it, too, has ended.
_GRACE_S = 2.0


@dataclass(frozen=True, slots=True)
class Library:
    """The paths below one library folder."""

    folder: Path

    @property
    def catalog(self) -> Path:
        return self.folder / "catalog.db"

    @property
    def generations(self) -> Path:
        return self.folder / "snapshots"

    @property
    def segments(self) -> Path:
        """The clips and vectors that generations share."""
        return self.folder / "segments"

    @property
    def samples(self) -> Path:
        """Clips that stand for a whole library, which generations share as well."""
        return self.folder / "samples"

    @property
    def current(self) -> Path:
        return self.folder / "CURRENT"

    @property
    def thumbs(self) -> Path:
        return self.folder / "thumbs"

    @property
    def calibration(self) -> Path:
        """What searches compute of a generation or a pair, and can compute again."""
        return self.folder / "calibration"

    @property
    def proxies(self) -> Path:
        """Below `thumbs`: all of that is the service's, and whoever tidies a library leaves it alone."""
        return self.thumbs / "proxies"

    @property
    def exports(self) -> Path:
        """What a service hands over, until it is fetched; the service's own as well."""
        return self.folder / "exports"

    @property
    def vectors(self) -> Path:
        """Where all shards lie, by fingerprint."""
        return self.folder / "vectors"

    def shard(self, fingerprint: str, video_id: str) -> Path:
        """Where the vectors of one video lie."""
        return self.vectors / f"{fingerprint}/{video_id[:2]}/{video_id}.npz"

    def towers(self, fingerprint: str) -> Path:
        """Where the copy of the embedded pair that made one fingerprint lies."""
        return self.folder / "towers" / fingerprint

    def towers_kept(self) -> list[Path]:
        """Every such copy."""
        folder = self.folder / "towers"
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def weights(self, fingerprint: str) -> tuple[Path, ...]:
        """Where the weights that made one fingerprint lie, where that is known and they are all still there."""
        try:
            files = tuple(map(Path, json.loads(self._weights_note(fingerprint).read_bytes())))
        except (FileNotFoundError, ValueError):
            return ()
        return files if all(file.is_file() for file in files) else ()

    def remember_weights(self, fingerprint: str, files: Sequence[Path]) -> None:
        """Say where they lie."""
        path = self._weights_note(fingerprint)
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(json.dumps([str(each.absolute()) for each in files]).encode())

    def forget_weights(self, *, but: set[str]) -> None:
        """Remove what is noted of other fingerprints."""
        for note in (self.folder / "weights").glob("*.json"):
            if note.stem not in but:
                note.unlink()

    def _weights_note(self, fingerprint: str) -> Path:
        return self.folder / "weights" / f"{fingerprint}.json"

    def shadow(self) -> str | None:
        """The fingerprint that a change of model is filling beside the one that is served."""
        try:
            return (self.folder / "SHADOW").read_text().strip()
        except FileNotFoundError:
            return None

    def set_shadow(self, fingerprint: str | None) -> None:
        """Say which fingerprint that is, or that the change is done."""
        if fingerprint is None:
            (self.folder / "SHADOW").unlink(missing_ok=True)
            return
        with replacing(self.folder / "SHADOW") as file:
            file.write(f"{fingerprint}\n".encode())

    @property
    def exists(self) -> bool:
        return self.catalog.is_file()

    @property
    def has_lost_its_catalogue(self) -> bool:
        """Whether there are vectors, but nothing that says what they are of."""
        return not self.exists and next(self.vectors.glob("*/*/*.npz"), None) is not None

    def bytes_used(self) -> int:
        """Size of all files below, in bytes."""
        return bytes_below(self.folder)

    @contextmanager
    def writing(self, *, wait: bool = False) -> Iterator[None]:
        """Hold the library's lock; the kernel drops it with the process, so none is ever stale.

        Raises LibraryBusy when another process holds it, unless `wait`.
        """
        with self._locked("lock", fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB), grace_s=_GRACE_S) as descriptor:
            if descriptor is None:
                owner = (self.folder / "lock").read_text(errors="replace") or "unknown"
                raise LibraryBusy(f"{self.folder} is being written by process {owner}")
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            yield

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """While this lasts no writer removes a shard or a generation; any number may hold it."""
        with self._locked("keep", fcntl.LOCK_SH):
            yield

    @contextmanager
    def removing(self) -> Iterator[bool]:
        """Whether shards and generations may be removed now: not while somebody is `keeping` them."""
        with self._locked("keep", fcntl.LOCK_EX | fcntl.LOCK_NB) as descriptor:
            yield descriptor is not None

    @contextmanager
    def _locked(self, name: str, how: int, *, grace_s: float = 0.0) -> Iterator[int | None]:
        """Gives None when another process holds the lock and `how` says not to wait."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            yield descriptor if _taken(descriptor, how, grace_s) else None
        finally:
            os.close(descriptor)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While this lasts no other program watches this library's folders. Raises LibraryBusy where one does."""
        with self._locked("watch.lock", fcntl.LOCK_EX | fcntl.LOCK_NB, grace_s=_GRACE_S) as descriptor:
            if descriptor is None:
                raise LibraryBusy(f"the folders of {self.folder} are being watched by another program")
            yield

    def is_being_written(self) -> bool:
        """Whether a live process holds the lock now."""
        return self._is_held("lock")

    def is_watched(self) -> bool:
        """Whether a live process watches its folders now."""
        return self._is_held("watch.lock")

    def _is_held(self, name: str) -> bool:
        try:
            descriptor = os.open(self.folder / name, os.O_RDONLY | os.O_CLOEXEC)
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


def bytes_below(folder: Path) -> int:
    """Size of all files below a folder, none when it is not there; one that vanishes meanwhile counts nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).lstat().st_size
            except FileNotFoundError:
                continue
    return total


def _taken(descriptor: int, how: int, grace_s: float) -> bool:
    until_s = time.monotonic() + grace_s
    while True:
        try:
            fcntl.flock(descriptor, how)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            if time.monotonic() >= until_s:
                return False
            time.sleep(0.05)
        else:
            return True
