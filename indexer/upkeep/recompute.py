"""Makes the vectors of a few clips again, to compare them with those that a library holds."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.stores.library import Library
from data.stores.shards.folder import Floats, read_clips
from data.stores.shards.kept import sound
from data.types import Generation
from indexer.execute.decode import DecodeProcess, Recipe
from indexer.modalities.modality import ClipFrames
from models.pair import Pair
from models.spec import VideoTower

VIDEOS, CLIPS = 5, 4


@dataclass(frozen=True, slots=True)
class Bench:
    """What is needed to embed clips again."""

    pair: Pair
    recipe: Recipe


def recompute(
    library: Library, served: Generation, files: Mapping[str, Path], bench: Bench
) -> Iterator[tuple[Path, float]]:
    """The lowest cosine between new and kept vectors, for a few of these files (by video id) picked at random."""
    tower = bench.pair.video()
    process = DecodeProcess(bench.recipe)
    try:
        for video_id in random.sample(sorted(files), min(VIDEOS, len(files))):
            _, kept = sound(library.shards, library.shard(served.fingerprint, video_id), read_clips)
            yield files[video_id], _lowest_cosine(kept, tower, process, files[video_id])
    finally:
        process.close()


def _lowest_cosine(kept: Floats, tower: VideoTower, process: DecodeProcess, path: Path) -> float:
    lowest = 1.0
    for number, piece in enumerate(process.decode(path)):
        if not isinstance(piece, ClipFrames) or number == CLIPS:
            break
        again = tower.encode(piece.frames.pixels[np.newaxis]).clips[0]
        lowest = float(np.minimum(lowest, again @ kept[number]))
    process.close()  # it may be in the middle of the file
    return lowest
