"""Near-identical moments fold under the best one: the same content in several files, repeated intros."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.vectors import Floats
from search.generation import Generation
from search.ranking import Ranked

# Re-encoded, scaled or slightly cut copies lie above; see docs/search.md for how this was chosen.
SAME = 0.985
# Within one video a fixed camera makes everything alike: only what repeats exactly is a repetition.
SAME_IN_VIDEO = 0.999


@dataclass(frozen=True, slots=True)
class Copies:
    """Moments that show the same; the first is the best."""

    moments: tuple[Ranked, ...]


def folded(generation: Generation, moments: list[Ranked]) -> Iterator[Copies]:
    """Groups in the order of their best; a moment joins the first group whose best it looks like."""
    clips = generation.clips
    peaks = np.array([moment.peak for moment in moments], np.int64)
    vectors = generation.index.vectors(clips.ids[peaks]) if len(peaks) else np.empty((0, 1), np.float32)
    free = np.ones(len(moments), np.bool_)
    for place, moment in enumerate(moments):
        if free[place]:
            alike = _alike(vectors, place, clips.videos[peaks]) & free
            alike[: place + 1] = False
            free &= ~alike
            yield Copies((moment, *(moments[other] for other in np.flatnonzero(alike))))


def _alike(vectors: Floats, place: int, videos: NDArray[np.int32]) -> NDArray[np.bool_]:
    needed = np.where(videos == videos[place], SAME_IN_VIDEO, SAME)
    alike: NDArray[np.bool_] = vectors @ vectors[place] >= needed
    return alike
