"""What is seen: shots and clips of at most 10 s, each with a vector of the video tower."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.identity import fingerprint_of
from data.media.pixels import Fit, Scaler
from data.stores.shards.folder import are_unit
from indexer.modalities import sample, segment
from indexer.modalities.modality import ClipFrames, NoVectors, Passes, in_short
from indexer.settings import IndexSettings
from models.pair import Pair
from models.spec import BrokenTower, Embedded, ModelSpec, VideoTower

NAME = "visual"
GRID_PER_SECOND = 4.0
# 2: pictures as players show them, and times of files that know only decoding times.
FORMAT = 2


def fingerprint_for(spec: ModelSpec) -> str:
    """Everything that decides a library's clips and vectors, in one name."""
    return fingerprint_of(
        {
            "format": FORMAT,
            "pair": spec.name,
            "weights": spec.weights_sha256,
            "preprocessing": spec.preprocessing(),
            "grid_per_second": GRID_PER_SECOND,
            "segmentation": segment.facts(),
            "sampling": sample.facts(spec.frames_per_clip),
        }
    )


@dataclass(frozen=True, slots=True)
class ClipReader:
    """Cuts shots from the pictures, clips from shots, and takes so many frames of each clip."""

    fit: Fit
    frames_per_clip: int

    def scaler(self) -> Scaler:
        return self.fit.scaler()

    def read(self, passes: Passes) -> Iterator[ClipFrames]:
        """At most 20 s of pictures are held; a second pass is needed only where nothing speaks."""
        for piece, frames in sample.sampled(lambda: segment.segment(passes()), self.frames_per_clip):
            yield ClipFrames(NAME, piece.shot_number, piece.start_s, piece.end_s, frames)


def reader_for(spec: ModelSpec) -> ClipReader:
    """What this pair's video tower looks at."""
    return ClipReader(Fit(spec.image_size, spec.resize, spec.interpolation), spec.frames_per_clip)


class ClipEmbedder:
    """Batches of clips through the video tower, whose answers are looked at before they count."""

    def __init__(self, tower: VideoTower, at_once: int) -> None:
        self._tower, self.at_once = tower, at_once

    def make(self, spans: Sequence[ClipFrames]) -> list[Embedded]:
        return self._encoded(np.stack([each.frames.pixels for each in spans]))

    def check(self, like: ClipFrames) -> None:
        """Where not even noise gets a vector, no video is to blame."""
        noise = np.random.default_rng(0).integers(0, 256, (1, *like.frames.pixels.shape), np.uint8)
        try:
            self._encoded(noise)
        except Exception as error:
            raise BrokenTower(f"{self._tower.spec.name} gives no vectors: {in_short(error)}") from error

    def _encoded(self, pixels: NDArray[np.uint8]) -> list[Embedded]:
        dim, embedded = self._tower.spec.dim, self._tower.encode(pixels)
        _check("clips", embedded.clips, (len(pixels), dim))
        if embedded.frames is not None:
            _check("frames", embedded.frames, (*pixels.shape[:2], dim))
        return [_row(embedded, row) for row in range(len(pixels))]


class Visual:
    """The modality of a pair of towers."""

    name = NAME

    def __init__(self, pair: Pair, settings: IndexSettings) -> None:
        self._pair, self._settings = pair, settings
        self.fingerprint = fingerprint_for(pair.spec)

    @property
    def on_device(self) -> bool:
        """The embedded pair computes on the CPU, wherever it is."""
        return not self._pair.files

    def reader(self) -> ClipReader:
        return reader_for(self._pair.spec)

    def maker(self) -> ClipEmbedder:
        return ClipEmbedder(self._pair.video(), self._settings.batch_clips)


def _check(name: str, values: NDArray[Any], shape: tuple[int, ...]) -> None:
    if values.shape != shape:
        raise NoVectors(f"the tower gave {name} of shape {values.shape}, not {shape}")
    if not np.isfinite(values).all():
        raise NoVectors(f"the tower gave {name} that are not finite")
    if not are_unit(values):
        raise NoVectors(f"the tower gave {name} that are not of unit length")


def _row(embedded: Embedded, row: int) -> Embedded:
    one = slice(row, row + 1)
    return Embedded(embedded.clips[one], None if embedded.frames is None else embedded.frames[one])
