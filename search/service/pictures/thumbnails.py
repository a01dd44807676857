"""Small pictures of moments, and parts of copies: made in sandboxes, each once however many ask for it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from io import BytesIO
from pathlib import Path

from PIL import Image

from data.media import reading
from data.media.pixels import Pixels, shrunk
from data.sandbox.pool import Pool
from data.sandbox.process import START_S, Beat, Bounds, Sandbox

LONGEST = 480
_QUALITY = 80
# WebP's usual 4 takes three times as long, for a tenth of the bytes.
_EFFORT = 1
_MEMORY_BYTES = 4 << 30
# Of one page of results a browser asks for six at a time.
_WAITING = 32

Render = Callable[..., bytes]
"""What is to be made of a file: `rendering(path, *numbers)`, a function of a module."""
Ask = Callable[..., bytes]
Key = tuple[str, str | int]


def render(path: Path, time_s: float) -> bytes:
    """The picture shown at `time_s` as WebP. Raises VideoError."""
    frames = reading.frames_at(path, [time_s], lambda frame: shrunk(frame, longest=LONGEST))
    return webp(frames.pixels[0])


def webp(pixels: Pixels) -> bytes:
    """[H, W, 3] RGB, small and not quite exact."""
    out = BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", quality=_QUALITY, method=_EFFORT)
    return out.getvalue()


class Decoders:
    """A few processes that make one kind of picture or copy; what takes longer than `timeout_s` is given up."""

    def __init__(self, count: int, timeout_s: float, rendering: Render = render, *, waiting: int = _WAITING) -> None:
        self.patience_s = timeout_s + START_S
        """How long whoever asks should wait; what is made later is found in the cache."""
        self._pool = Pool(partial(_work, rendering), Bounds(_MEMORY_BYTES, timeout_s), count=count, waiting=waiting)
        self._lock = threading.Lock()
        self._begun: dict[Key, Future[bytes]] = {}

    def start_soon(self) -> None:
        """Start all processes, so that the first picture need not wait for that."""
        self._pool.start_soon()

    def making(self, key: Key, make: Callable[[Ask], bytes]) -> Future[bytes]:
        """What `make` gives, which asks a decoder; whoever comes while it is being made gets the same.

        Raises Full at once when too many others wait, and Stopped.
        """
        with self._lock:
            begun = self._begun.get(key)
            if begun is None:
                begun = self._begun[key] = self._pool.begin(lambda sandbox: make(partial(_asked, sandbox)))
                begun.add_done_callback(lambda _: self._begun.pop(key))
        return begun

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        self._pool.close()


def _asked(sandbox: Sandbox, path: Path, *numbers: float) -> bytes:
    made: bytes = sandbox.ask(path, *numbers)
    return made


def _work(rendering: Render, _: Beat, path: Path, *numbers: float) -> Iterator[bytes]:
    yield rendering(path, *numbers)
