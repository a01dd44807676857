"""Decoding in worker processes: a file that hangs, crashes or eats memory costs its own process, nothing else."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from data.identity import video_id_of
from data.media import reading
from data.media.pixels import Fit
from data.media.reading import Facts
from data.sandbox.process import Beat, Bounds, OutOfMemory, Sandbox, SandboxError
from data.types import Frames, VideoError
from indexer.execute.sample import sampled
from indexer.execute.segment import Piece, segment
from indexer.settings import IndexSettings
from models.spec import ModelSpec

GRID_PER_SECOND = 4.0


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
        self._sandbox = Sandbox(partial(_work, recipe), Bounds(recipe.memory_bytes, recipe.stall_s))

    def identify(self, path: Path) -> Identity:
        """Raises VideoError; its stage is "read" when the bytes could not be read."""
        (answer,) = self._answers("identify", path)
        assert isinstance(answer, Identity)
        return answer

    def decode(self, path: Path) -> Iterator[ClipFrames | Decoded]:
        """The clips of a file in order, then how it ended; once more with one thread where the memory was too little.

        Raises VideoError, also when no frame has come for `stall_s`.
        """
        given, threads = 0, self._recipe.threads
        while True:
            try:
                for answer in islice(self._answers("decode", path, threads), given, None):
                    assert isinstance(answer, ClipFrames | Decoded)
                    given += 1
                    yield answer
            except VideoError as error:
                if error.stage != "memory" or threads == 1:
                    raise
                threads = 1
            else:
                return

    def kill(self) -> None:
        """End it for good, at any time and from any thread; the thread that waits for it gets a VideoError."""
        self._sandbox.stop()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._sandbox.end()

    def _answers(self, task: str, path: Path, *more: object) -> Iterator[object]:
        try:
            yield from self._sandbox.answers(task, path, *more)
        except OutOfMemory as error:
            raise VideoError(path, "memory", str(error)) from None
        except SandboxError as error:
            raise VideoError(path, task, str(error)) from None


def _work(recipe: Recipe, beat: Beat, task: str, path: Path, threads: int = 1) -> Iterator[object]:
    if task == "identify":
        yield _identified(path, beat)
    else:
        yield from _decoded(path, recipe, beat, threads)


def _identified(path: Path, beat: Beat) -> Identity:
    try:
        video_id = video_id_of(path, beat)
    except OSError as error:
        raise VideoError(path, "read", error.strerror or str(error)) from error
    return Identity(video_id, reading.probe(path))


def _decoded(path: Path, recipe: Recipe, beat: Beat, threads: int) -> Iterator[ClipFrames | Decoded]:
    damage = reading.Damage()

    def pieces() -> Iterator[Piece]:
        damage.count = 0
        grid = reading.grid(
            path,
            per_second=recipe.grid_per_second,
            scaler=recipe.fit.scaler(),
            damage=damage,
            threads=threads,
            memory_bytes=recipe.memory_bytes,
            beat=beat,
        )
        return segment(grid)

    end_s = 0.0
    for piece, frames in sampled(pieces, recipe.frames_per_clip):
        yield ClipFrames(piece.shot_number, piece.start_s, piece.end_s, frames)
        end_s = piece.end_s
    yield Decoded(end_s, damage.count, damage.reached_s)
