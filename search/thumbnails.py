"""Small pictures of moments, decoded in processes that can be ended."""

import multiprocessing
import os
import queue
import resource
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path

from PIL import Image

from data import media
from data.pixels import shrunk

LONGEST = 480
_QUALITY = 80
_MEMORY_BYTES = 4 << 30

Render = Callable[[Path, float], bytes]


class ThumbnailError(Exception):
    """No picture could be made; the message says why."""


class Busy(Exception):
    """All decoders are taken for too long."""


def render(path: Path, time_s: float) -> bytes:
    """The picture shown at `time_s` as WebP. Raises VideoError."""
    frames = media.frames_at(path, [time_s], lambda frame: shrunk(frame, longest=LONGEST))
    out = BytesIO()
    Image.fromarray(frames.pixels[0]).save(out, "WEBP", quality=_QUALITY)
    return out.getvalue()


class Decoders:
    """A few processes that make pictures; one that takes too long is killed and replaced."""

    def __init__(self, count: int, timeout_s: float, rendering: Render = render) -> None:
        self._timeout_s = timeout_s
        self._idle: queue.Queue[_Worker] = queue.Queue()
        for _ in range(count):
            self._idle.put(_Worker(rendering))

    def picture(self, path: Path, time_s: float) -> bytes:
        """WebP. Raises ThumbnailError, or Busy when no decoder came free in time."""
        try:
            worker = self._idle.get(timeout=self._timeout_s)
        except queue.Empty:
            raise Busy("every decoder is busy; try again") from None
        try:
            return worker.ask(path, time_s, self._timeout_s)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End all processes that are idle."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().stop()


class _Worker:
    """One process, started at first use."""

    def __init__(self, rendering: Render) -> None:
        self._rendering = rendering
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def ask(self, path: Path, time_s: float, timeout_s: float) -> bytes:
        pipe = self._started()
        try:
            pipe.send((os.fspath(path), time_s))
            if not pipe.poll(timeout_s):
                self.stop()
                raise ThumbnailError(f"decoding took more than {timeout_s:g} s")
            answer: bytes | str = pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self.stop()
            raise ThumbnailError("the decoder ended while reading the file") from None
        if isinstance(answer, str):
            raise ThumbnailError(answer)
        return answer

    def stop(self) -> None:
        if self._process is not None and self._pipe is not None:
            self._pipe.close()
            self._process.kill()
            self._process.join()
            self._process.close()
        self._process = self._pipe = None

    def _started(self) -> Connection:
        if self._process is None or self._pipe is None or not self._process.is_alive():
            self.stop()
            # Never fork: the service has threads, and FFmpeg and FAISS hold locks.
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs, self._rendering), daemon=True)
            self._process.start()
            theirs.close()
        return self._pipe


def _serve(pipe: Connection, rendering: Render) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        while True:
            path, time_s = pipe.recv()
            try:
                answer: bytes | str = rendering(Path(path), time_s)
            except Exception as error:  # noqa: BLE001  whatever it is, the service answers with it
                answer = getattr(error, "reason", None) or f"{type(error).__name__}: {error}"
            pipe.send(answer)
