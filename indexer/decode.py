"""Decoding in worker processes: a file that hangs, crashes or eats memory costs its own process, nothing else."""

import contextlib
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from data import media
from data.identity import video_id_of
from data.media import Facts
from data.pixels import Fit
from data.types import Frames, VideoError
from indexer.sample import sampled
from indexer.segment import Piece, segment
from indexer.settings import IndexSettings
from models.spec import ModelSpec

GRID_PER_SECOND = 4.0
_BEAT_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a worker does with each file, and what it may use."""

    fit: Fit
    frames_per_clip: int
    grid_per_second: float
    threads: int
    memory_bytes: int
    stall_s: float


def recipe_for(spec: ModelSpec, settings: IndexSettings, *, processes: int) -> Recipe:
    """What so many decoding processes do for this pair of towers."""
    return Recipe(
        fit=Fit(spec.image_size, spec.resize, spec.interpolation),
        frames_per_clip=spec.frames_per_clip,
        grid_per_second=GRID_PER_SECOND,
        # With fewer files than cores, the codec itself may use those left over.
        threads=max(1, (os.cpu_count() or 1) // processes),
        memory_bytes=settings.decoder_memory_mb << 20,
        stall_s=settings.stall_s,
    )


@dataclass(frozen=True, slots=True)
class Identity:
    """What a file holds: its content's id, and the container's word on it."""

    video_id: str
    facts: Facts


@dataclass(frozen=True, slots=True, eq=False)
class ClipFrames:
    """The interval of one clip and the frames that its tower sees."""

    shot_number: int
    start_s: float
    end_s: float
    frames: Frames


@dataclass(frozen=True, slots=True)
class Decoded:
    """How a pass over a file ended: where its last picture ends, the pieces that were damaged, and where all ends."""

    end_s: float
    damaged: int
    reached_s: float


class DecodeProcess:
    """One worker process, started when first needed and again after a file ended it."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._context = multiprocessing.get_context("spawn")
        self._connection: Connection | None = None
        self._process: multiprocessing.process.BaseProcess | None = None

    def identify(self, path: Path) -> Identity:
        """Raises VideoError; its stage is "read" when the bytes could not be read."""
        answer = self._ask("identify", path)
        assert isinstance(answer, Identity)
        return answer

    def decode(self, path: Path) -> Iterator[ClipFrames | Decoded]:
        """The clips of a file in order, then how it ended.

        Raises VideoError, also when no frame has come for `stall_s`.
        """
        answer = self._ask("decode", path)
        while isinstance(answer, ClipFrames):
            yield answer
            answer = self._receive("decode", path)
        assert isinstance(answer, Decoded)
        yield answer

    def kill(self) -> None:
        """End whatever it is doing, from any thread; the thread that waits for it gets a VideoError."""
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._process is not None and self._connection is not None:
            self._process.kill()
            self._process.join()
            self._connection.close()
        self._process = self._connection = None

    def _ask(self, task: str, path: Path) -> object:
        if self._process is None or not self._process.is_alive():
            self.close()
            self._start()
        assert self._connection is not None
        self._connection.send((task, path))
        return self._receive(task, path)

    def _receive(self, task: str, path: Path) -> object:
        """The next answer; beats only show that the worker is getting on."""
        assert self._connection is not None
        assert self._process is not None
        while True:
            try:
                if not self._connection.poll(self._recipe.stall_s):
                    self.close()
                    raise VideoError(path, task, f"nothing came out of it for {self._recipe.stall_s:g} s")
                answer = self._connection.recv()
            except (EOFError, ConnectionResetError):
                self._process.join()
                code = self._process.exitcode
                self.close()
                raise VideoError(path, task, f"the decoder crashed (exit code {code})") from None
            if isinstance(answer, VideoError):
                raise answer
            if answer is not None:
                return answer

    def _start(self) -> None:
        self._connection, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_work, args=(theirs, self._recipe), daemon=True)
        self._process.start()
        theirs.close()


class _Beat:
    """Tells the parent, now and then, that this process is getting on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last_s = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self._last_s > _BEAT_EVERY_S:
            self._last_s = time.monotonic()
            self._connection.send(None)


def _work(connection: Connection, recipe: Recipe) -> None:
    # Ctrl-C is for the parent, which ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (recipe.memory_bytes, recipe.memory_bytes))
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            task, path = connection.recv()
            try:
                if task == "identify":
                    connection.send(_identify(path, _Beat(connection)))
                else:
                    connection.send(_decode(path, recipe, connection))
            except VideoError as error:
                connection.send(error)
            except MemoryError:
                connection.send(VideoError(path, task, f"it needs more than {recipe.memory_bytes >> 20} MiB of memory"))
            except (BrokenPipeError, ConnectionResetError):
                raise
            except Exception as error:  # noqa: BLE001  one file's oddity, told in its own row of the ledger
                connection.send(VideoError(path, task, f"{type(error).__name__}: {error}"))


def _identify(path: Path, beat: _Beat) -> Identity:
    try:
        video_id = video_id_of(path, beat)
    except OSError as error:
        raise VideoError(path, "read", error.strerror or str(error)) from error
    return Identity(video_id, media.probe(path))


def _decode(path: Path, recipe: Recipe, connection: Connection) -> Decoded:
    damage = media.Damage()

    def pieces() -> Iterator[Piece]:
        damage.count = 0
        grid = media.grid(
            path,
            per_second=recipe.grid_per_second,
            scaler=recipe.fit.scaler(),
            damage=damage,
            threads=recipe.threads,
            beat=_Beat(connection),
        )
        return segment(grid)

    end_s = 0.0
    for piece, frames in sampled(pieces, recipe.frames_per_clip):
        connection.send(ClipFrames(piece.shot_number, piece.start_s, piece.end_s, frames))
        end_s = piece.end_s
    return Decoded(end_s, damage.count, damage.reached_s)
