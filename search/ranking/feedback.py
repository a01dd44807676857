"""Thumbs up and down move a query towards what was liked (Rocchio 1971)."""

from dataclasses import dataclass, replace

import numpy as np

from data.stores.vectors.store import Floats
from data.types import QueryError
from search.generation.opened import OpenGeneration
from search.ranking.plan import Plan, likeness, unit

# Clips lie far from sentences: with the textbook's weights (1, 0.75, 0.15) the sentence would hardly count.
LIKED, DISLIKED = 0.5, 0.15


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a video."""

    video_id: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What was judged to answer a query, and what not."""

    up: tuple[Stretch, ...] = ()
    down: tuple[Stretch, ...] = ()


def refined(generation: OpenGeneration, plan: Plan, verdicts: Verdicts) -> Plan:
    """The plan of a plain query moved by verdicts; stretches that are not indexed now count nothing.

    Raises QueryError for a composed query.
    """
    if verdicts == Verdicts():
        return plan
    if not plan.is_plain:
        raise QueryError(None, "only a plain query can be refined")
    moved = plan.vectors[0] + LIKED * _mean(generation, verdicts.up) - DISLIKED * _mean(generation, verdicts.down)
    return replace(plan, vectors=unit(moved)[np.newaxis])


def _mean(generation: OpenGeneration, stretches: tuple[Stretch, ...]) -> Floats:
    clips, index = generation.clips, generation.index
    places = [(one.video_id, one.start_s, one.end_s) for one in stretches]
    seen = [likeness(clips, index, *place) for place in places if len(clips.rows_of(*place))]
    mean: Floats = np.mean(seen, axis=0) if seen else np.zeros(index.dim, np.float32)
    return mean
