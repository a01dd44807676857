"""Large pictures, many threads and little memory."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.media.film import Film, affordable_threads
from data.media.pixels import Fit
from data.sandbox.process import Beat, Bounds, Sandbox
from data.types import Frames, VideoError
from indexer.execute.decode import Decoded, DecodeProcess, Recipe
from indexer.modalities.modality import ClipFrames
from indexer.modalities.visual import ClipReader
from tests import media
from tests.unit.indexer.test_decode import RECIPE

_FAST = {"preset": "ultrafast"}


def _decoded(path: Path, recipe: Recipe) -> list[ClipFrames | Decoded]:
    process = DecodeProcess(recipe)
    try:
        return list(process.decode(path))
    finally:
        process.close()


def test_more_threads_than_the_memory_holds_lose_no_picture(tmp_path: Path) -> None:
    """A thread of the codec that finds no room for a picture leaves it out, at times without a word."""
    path = media.scenes(tmp_path / "large.mp4", size=(3840, 2160), duration_s=2.0, options=_FAST)
    recipe = replace(RECIPE, readers={"visual": ClipReader(Fit(16, "squash", "bilinear"), 8)}, memory_bytes=640 << 20)
    (few, end), (many, same_end) = (_decoded(path, replace(recipe, threads=threads)) for threads in (1, 64))
    assert end == same_end
    assert isinstance(end, Decoded)
    assert end.damaged == 0
    assert isinstance(few, ClipFrames)
    assert isinstance(many, ClipFrames)
    assert np.array_equal(few.frames.times_s, many.frames.times_s)
    assert np.array_equal(few.frames.pixels, many.frames.pixels)


def test_as_many_threads_as_the_memory_holds(tmp_path: Path) -> None:
    assert affordable_threads(8, 320, 240, 4 << 30) == 8
    assert 8 < affordable_threads(64, 3840, 2160, 4 << 30) < 16
    assert affordable_threads(64, 3840, 2160, 128 << 20) == 1
    path = media.scenes(tmp_path / "large.mp4", duration_s=0.2, size=(3840, 2160), options=_FAST)
    with Film(path, threads=64, memory_bytes=1 << 30) as film:
        assert film.stream.codec_context.thread_count == affordable_threads(64, 3840, 2160, 1 << 30)


def test_a_lack_of_memory_is_named_and_is_no_damage(tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "large.mp4", size=(3840, 2160), duration_s=0.5, options=_FAST)
    with pytest.raises(VideoError, match="not enough memory: it needs more than 40 MiB") as raised:
        _decoded(path, replace(RECIPE, threads=4, memory_bytes=40 << 20))
    assert raised.value.stage == "memory"


def test_what_finds_too_little_memory_is_decoded_again_with_one_thread() -> None:
    process = DecodeProcess(replace(RECIPE, threads=4))
    process._sandbox = Sandbox(_thirsty, Bounds(memory_bytes=1 << 30, silence_s=60.0))
    spans = [piece.end_s for piece in process.decode(Path("a.mp4"))]
    assert spans == [1.0, 2.0, 2.0]
    process.close()


def _thirsty(_: Beat, task: str, path: Path, wanted: Sequence[str], threads: int) -> Iterator[ClipFrames | Decoded]:
    """Needs too much with several threads, which it finds out after its first clip."""
    frames = Frames(np.zeros((2, 16, 16, 3), np.uint8), np.zeros(2))
    yield ClipFrames("visual", 0, 0.0, 1.0, frames)
    if threads > 1:
        raise MemoryError
    yield ClipFrames("visual", 0, 1.0, 2.0, frames)
    yield Decoded(2.0, 0, 2.0)
