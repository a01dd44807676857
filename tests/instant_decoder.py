"""Stands in for the decoding processes: files that describe their own shots, read within this process."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from data.identity import video_id_of
from data.media.reading import Facts
from data.types import Frames, VideoError
from indexer.execute.decode import ClipFrames, Decoded, Identity, Recipe
from tests.bench import Bench
from tests.small_library import COLOURS

_FACTS = Facts(
    duration_s=None, pictures_end_s=None, width=64, height=64, fps=8.0, codec="h264", has_audio=False, taken_at=None
)
CLIP_S = 2.0
PAINT = dict(COLOURS)
"""What each colour looks like; a test may let the decoder see another."""


def write(path: Path, *colours: str) -> Path:
    """A file that this decoder takes for a video of one clip for each colour; without any it can't be decoded."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(" ".join(colours))
    return path


class InstantDecoder:
    """What `DecodeProcess` does, at once."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    def identify(self, path: Path) -> Identity:
        try:
            return Identity(video_id_of(path), _FACTS)
        except OSError as error:
            raise VideoError(path, "read", error.strerror or str(error)) from error

    def decode(self, path: Path) -> Iterator[ClipFrames | Decoded]:
        colours = path.read_text().split()
        if not colours:
            raise VideoError(path, "decode", "no picture could be decoded")
        for number, colour in enumerate(colours):
            start_s, end_s = number * CLIP_S, (number + 1) * CLIP_S
            yield ClipFrames(number, start_s, end_s, self._frames(colour, start_s))
        yield Decoded(len(colours) * CLIP_S, 0, len(colours) * CLIP_S)

    def kill(self) -> None:
        """Nothing runs."""

    def close(self) -> None:
        """Nothing runs."""

    def _frames(self, colour: str, start_s: float) -> Frames:
        count, size = self._recipe.frames_per_clip, self._recipe.fit.size
        pixels = np.full((count, size, size, 3), PAINT[colour], np.uint8)
        return Frames(pixels, start_s + np.arange(count, dtype=np.float64) * (CLIP_S / count))


def indexed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench that has indexed two videos, of two clips and of one, in two folders."""
    install(monkeypatch)
    bench = Bench(folder)
    write(bench.videos / "a.mp4", "red", "green")
    write(bench.videos / "deep" / "b.mp4", "blue")
    bench.run()
    return bench


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the indexer decode with it."""
    for module in ("execute.workers", "upkeep.recompute"):
        monkeypatch.setattr(f"indexer.{module}.DecodeProcess", InstantDecoder)
