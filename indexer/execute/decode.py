"""Decoding in worker processes: a file that hangs, crashes or eats memory costs its own process, nothing else."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from data.identity import video_id_of
from data.media import reading
from data.media.pixels import Scaler
from data.media.reading import Facts, GridFrame
from data.sandbox.process import Beat, Bounds, OutOfMemory, Sandbox, SandboxError
from data.types import VideoError
from indexer.execute.together import read_together
from indexer.modalities.modality import ClipFrames, Reader
from indexer.modalities.visual import GRID_PER_SECOND
from indexer.settings import IndexSettings


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a worker does with each file, by modality, and what it may use."""

    readers: Mapping[str, Reader]
    grid_per_second: float
    threads: int
    memory_bytes: int
    stall_s: float


def recipe_for(readers: Mapping[str, Reader], settings: IndexSettings, *, processes: int) -> Recipe:
    """What each of so many decoding processes on a machine does."""
    return Recipe(
        readers=readers,
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

    def decode(self, path: Path, wanted: Sequence[str] = ()) -> Iterator[ClipFrames | Decoded]:
        """The spans of these modalities (all, where none is named) in order, then how the file ended.

        Once more with one thread where the memory was too little.

        Raises VideoError, also when no frame has come for `stall_s`.
        """
        given, threads = 0, self._recipe.threads
        while True:
            try:
                for answer in islice(self._answers("decode", path, wanted, threads), given, None):
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


def _work(
    recipe: Recipe, beat: Beat, task: str, path: Path, wanted: Sequence[str] = (), threads: int = 1
) -> Iterator[object]:
    if task == "identify":
        yield _identified(path, beat)
    else:
        readers = [recipe.readers[name] for name in wanted or recipe.readers]
        yield from _decoded(path, recipe, readers, beat, threads)


def _identified(path: Path, beat: Beat) -> Identity:
    try:
        video_id = video_id_of(path, beat)
    except OSError as error:
        raise VideoError(path, "read", error.strerror or str(error)) from error
    return Identity(video_id, reading.probe(path))


def _decoded(
    path: Path, recipe: Recipe, readers: Sequence[Reader], beat: Beat, threads: int
) -> Iterator[ClipFrames | Decoded]:
    damage, end_s = reading.Damage(), 0.0

    def grid(scaler: Scaler) -> Iterator[GridFrame]:
        nonlocal end_s
        damage.count = 0
        for frame in reading.grid(
            path,
            per_second=recipe.grid_per_second,
            scaler=scaler,
            damage=damage,
            threads=threads,
            memory_bytes=recipe.memory_bytes,
            beat=beat,
        ):
            end_s = frame.end_s
            yield frame

    yield from read_together(readers, grid)
    yield Decoded(end_s, damage.count, damage.reached_s)
