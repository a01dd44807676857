"""Pictures and videos that come as queries: decoded in sandboxes, a few at a time."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from data.media import reading
from data.media.pixels import shrunk
from data.sandbox.pool import Pool
from data.sandbox.process import Beat, Bounds, OutOfMemory, Sandbox, SandboxError, Stopped
from data.types import QueryError, VideoError
from search.query import pictures

Pixels = NDArray[np.uint8]

_FRAMES = 8
_LONGEST = 336
_PICTURE = Bounds(memory_bytes=1 << 30, silence_s=10.0)
_FILM = Bounds(memory_bytes=2 << 30, silence_s=20.0)
# Each waits with its bytes in memory, and keeps a search waiting.
_WAITING = 4
AT_ONCE = 1 + _WAITING
"""How many of each kind are decoded or wait for it; what comes then is turned away."""


class Uploads:
    """Decodes what comes with queries; the process for pictures stays, for most are decoded faster than it starts."""

    def __init__(self) -> None:
        self._pictures = Pool(pictures.work, _PICTURE, count=1, waiting=_WAITING)
        self._films = Pool(sampled, _FILM, count=1, waiting=_WAITING)

    def __enter__(self) -> "Uploads":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def picture(self, text: str) -> Pixels:
        """base64 → [H, W, 3] RGB, upright. Raises QueryError, Full, OutOfMemory, Stopped."""
        return _asked("image", self._pictures, partial(_picture, pictures.bytes_of(text, "image")))

    def film(self, text: str) -> Pixels:
        """base64 → [T, H, W, 3] RGB from the whole length of a video. Raises QueryError, Full, OutOfMemory, Stopped."""
        return _asked("video", self._films, partial(_film, pictures.bytes_of(text, "video")))

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        self._pictures.close()
        self._films.close()


def sampled(_: Beat, path: Path) -> Iterator[Pixels]:
    """The pictures at the midpoints of equal parts. Raises VideoError."""
    times_s = reading.midpoints(0.0, reading.readable_s(path), _FRAMES).tolist()
    yield reading.frames_at(path, times_s, lambda frame: shrunk(frame, longest=_LONGEST)).pixels


def _asked(what: str, pool: Pool, job: Callable[[Sandbox], Pixels]) -> Pixels:
    try:
        return pool.begin(job).result()
    except (OutOfMemory, Stopped):
        raise
    except (VideoError, SandboxError) as error:
        raise QueryError(None, f"the {what} can't be read: {getattr(error, 'reason', error)}") from None


def _picture(data: bytes, sandbox: Sandbox) -> Pixels:
    pixels: Pixels = sandbox.ask(data)
    return pixels


def _film(data: bytes, sandbox: Sandbox) -> Pixels:
    # A folder of its own that nobody else may look into: a list of files finds none beside it.
    with TemporaryDirectory(prefix="sceneseek-query-") as folder:
        path = Path(folder) / "video"
        path.write_bytes(data)
        try:
            frames: Pixels = sandbox.ask(path)
        finally:
            sandbox.end()
    return frames
