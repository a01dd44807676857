"""Small pictures of moments: decoded in processes that can be ended, kept on disk up to a limit."""

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
from data.durable import replacing
from data.pixels import shrunk

LONGEST = 480
_QUALITY = 80
_MEMORY_BYTES = 4 << 30
# Clearing the cache walks it: not at every picture.
_CHECK_EVERY = 50

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


class ThumbnailCache:
    """Pictures by video and millisecond, below one folder; the least recently used go when it is full."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder, self._limit_bytes = folder, limit_bytes
        self._added = 0

    def get(self, video_id: str, time_ms: int) -> bytes | None:
        """None when it is not kept."""
        path = self._path(video_id, time_ms)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data

    def put(self, video_id: str, time_ms: int, data: bytes) -> None:
        """Keep a picture; a disk that can't take it only makes the next one slower."""
        if self._limit_bytes == 0:
            return
        path = self._path(video_id, time_ms)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                file.write(data)
            self._added += 1
            if self._added % _CHECK_EVERY == 0:
                self.trim()

    def trim(self) -> None:
        """Remove what was used longest ago until the limit holds."""
        kept = []
        for path in self._folder.glob("*/*.webp"):
            with suppress(FileNotFoundError):
                status = path.stat()
                kept.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept, key=lambda entry: entry[0]):
            if total <= self._limit_bytes:
                break
            path.unlink(missing_ok=True)
            total -= size

    def _path(self, video_id: str, time_ms: int) -> Path:
        return self._folder / video_id[:2] / f"{video_id}-{time_ms}.webp"
