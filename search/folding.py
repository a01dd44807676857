"""Near-identical moments fold under the best one: the same content in several files, repeated intros."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from search.generation import Generation
from search.ranking import Ranked

# Re-encoded, scaled or slightly cut copies lie above; see docs/search.md for how this was chosen.
SAME = 0.97
# Within one video a fixed camera makes everything alike: only what repeats exactly is a repetition.
SAME_IN_VIDEO = 0.999


@dataclass(frozen=True, slots=True)
class Copies:
    """Moments that show the same; the first is the best."""

    moments: tuple[Ranked, ...]


def folded(generation: Generation, moments: list[Ranked]) -> Iterator[Copies]:
    """Groups in the order of their best; a moment joins the first group whose best it looks like."""
    if not moments:
        return
    clips = generation.clips
    peaks = np.array([moment.peak for moment in moments])
    vectors, videos = generation.index.vectors(clips.ids[peaks]), clips.videos[peaks]
    needed = np.where(videos[:, np.newaxis] == videos, SAME_IN_VIDEO, SAME)
    # [M, M]: whether the later one may go under the earlier one.
    alike = np.triu(vectors @ vectors.T >= needed, 1)
    free = np.ones(len(moments), np.bool_)
    for place, moment in enumerate(moments):
        if free[place]:
            under = np.flatnonzero(alike[place] & free)
            free[under] = False
            yield Copies((moment, *(moments[other] for other in under)))
