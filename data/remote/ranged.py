"""A file behind a network: read where it is asked for, in blocks that grow while that goes on and goes quickly."""

import errno
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from data.remote.errors import Passing, RemoteError

T = TypeVar("T")

_SHORTEST = 256 << 10
_LONGEST = 4 << 20
# Pictures and sound may lie apart in a file, and what says where they lie apart from both.
_KEPT = 3
# A block that came in less is followed by a longer one.
_QUICK_S = 1.0
_TRIES = 3
_PAUSE_S = 0.5


@dataclass(frozen=True, slots=True)
class Head:
    """What tells one state of an object from another."""

    size_bytes: int
    tag: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: in blocks of up to so many bytes, each of which may take so long with all that is retried."""

    longest_bytes: int = _LONGEST
    # Shorter than what a decoder may be silent for: it is the network that is told of, not the decoder.
    patience_s: float = 45.0


class Fetcher(Protocol):
    """Gives pieces of one state of one object."""

    head: Head

    def piece(self, start: int, end: int, until_s: float) -> bytes:
        """Bytes [start, end) of that state, by that moment of the monotonic clock. Raises RemoteError."""
        ...

    def close(self) -> None:
        """Let go of what is held open."""
        ...


class RangedFile(io.RawIOBase):
    """Never gives bytes of another state than its fetcher's head names. Not for several threads at a time."""

    def __init__(self, fetcher: Fetcher, reading: Reading, name: str) -> None:
        super().__init__()
        self.name = name  # of some formats FFmpeg knows the ending only
        self._fetcher, self._reading = fetcher, reading
        self._size = fetcher.head.size_bytes
        self._at = 0
        self._length = _SHORTEST
        self._blocks: list[tuple[int, bytes]] = []
        self._failure: RemoteError | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if begin + offset < 0:
            raise OSError(errno.EINVAL, "before the beginning")
        self._at = begin + offset
        return self._at

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]  # as RawIOBase calls it
        """As much as the block holds: less than asked for is not the end."""
        if self._at >= self._size:
            return 0
        start, data = self._block()
        part = data[self._at - start : self._at - start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        self._fetcher.close()
        super().close()

    def _block(self) -> tuple[int, bytes]:
        """The block in which it stands, kept as the last one used."""
        for number, (start, data) in enumerate(self._blocks):
            if start <= self._at < start + len(data):
                self._blocks.append(self._blocks.pop(number))
                return start, data
        follows = any(start + len(data) == self._at for start, data in self._blocks)
        length = min(self._length if follows else _SHORTEST, self._reading.longest_bytes)
        began_s = time.monotonic()
        data = self._fetched(self._at, min(self._at + length, self._size))
        is_quick = time.monotonic() - began_s < _QUICK_S
        self._length = 2 * length if is_quick else max(_SHORTEST, length // 2)
        self._blocks = [*self._blocks[1 - _KEPT :], (self._at, data)]
        return self._at, data

    def _fetched(self, start: int, end: int) -> bytes:
        # A decoder may go on elsewhere, and wait as long at each place.
        if self._failure is not None:
            raise self._failure
        until_s = time.monotonic() + self._reading.patience_s
        try:
            return retried(lambda: self._fetcher.piece(start, end, until_s), until_s)
        except RemoteError as error:
            self._failure = error
            raise


def retried(ask: Callable[[], T], until_s: float) -> T:
    """What `ask` gives, asked again where that may help. Raises RemoteError."""
    for tried in range(1, _TRIES + 1):
        try:
            return ask()
        except Passing:
            pause_s = _PAUSE_S * tried
            if tried == _TRIES or time.monotonic() + pause_s >= until_s:
                raise
            time.sleep(pause_s)
    raise AssertionError


def check_time(until_s: float) -> None:
    """Raises RemoteError after that moment."""
    if time.monotonic() > until_s:
        raise RemoteError(errno.ETIMEDOUT, "the server sends it too slowly")
