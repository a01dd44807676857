"""Stands in for the decoding processes: files that describe their own shots, read within this process."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from data.identity import video_id_of
from data.media.reading import Facts
from data.remote.opening import open_anywhere
from data.types import Frames, VideoError
from indexer.execute.decode import Decoded, Identity, Recipe
from indexer.modalities.modality import ClipFrames
from indexer.modalities.visual import ClipReader
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
    """What `DecodeProcess` does, at once; nothing is written in what it shows."""

    def __init__(self, recipe: Recipe) -> None:
        reader = recipe.readers.get("visual")
        assert reader is None or isinstance(reader, ClipReader)
        self._reader = reader

    def identify(self, path: Path) -> Identity:
        try:
            return Identity(video_id_of(path), _FACTS)
        except OSError as error:
            raise VideoError(path, "read", error.strerror or str(error)) from error

    def decode(self, path: Path, _wanted: Sequence[str] = ()) -> Iterator[ClipFrames | Decoded]:
        with open_anywhere(path) as file:
            colours = file.read().decode().split()
        if not colours:
            raise VideoError(path, "decode", "no picture could be decoded")
        if self._reader is not None:
            yield from _clips(self._reader, colours)
        yield Decoded(len(colours) * CLIP_S, 0, len(colours) * CLIP_S)

    def kill(self) -> None:
        """Nothing runs."""

    def close(self) -> None:
        """Nothing runs."""


def _clips(reader: ClipReader, colours: Sequence[str]) -> Iterator[ClipFrames]:
    for number, colour in enumerate(colours):
        start_s, end_s = number * CLIP_S, (number + 1) * CLIP_S
        yield ClipFrames("visual", number, start_s, end_s, _frames(reader, colour, start_s))


def _frames(reader: ClipReader, colour: str, start_s: float) -> Frames:
    count, size = reader.frames_per_clip, reader.fit.size
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
