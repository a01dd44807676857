"""Thumbs up and down move a query towards what was liked (Rocchio 1971)."""

from dataclasses import dataclass, replace

import numpy as np

from data.stores.vectors.store import Floats, VectorStore
from data.types import QueryError
from search.generation.likeness import likeness, unit
from search.query.tree import Stretch
from search.ranking.plan import Plan

# Clips lie far from sentences: with the textbook's weights (1, 0.75, 0.15) the sentence would hardly count.
LIKED, DISLIKED = 0.5, 0.15


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What was judged to answer a query, and what not."""

    up: tuple[Stretch, ...] = ()
    down: tuple[Stretch, ...] = ()


def refined(vectors: VectorStore, plan: Plan, verdicts: Verdicts) -> Plan:
    """The plan of a plain query moved by verdicts; stretches that are not indexed now count nothing.

    Raises QueryError for a composed query.
    """
    if verdicts == Verdicts():
        return plan
    if not plan.is_plain:
        raise QueryError(None, "only a plain query can be refined")
    moved = plan.vectors[0] + LIKED * _mean(vectors, verdicts.up) - DISLIKED * _mean(vectors, verdicts.down)
    return replace(plan, vectors=unit(moved)[np.newaxis])


def _mean(vectors: VectorStore, stretches: tuple[Stretch, ...]) -> Floats:
    seen = [found for one in stretches if (found := likeness(vectors, one)) is not None]
    mean: Floats = np.mean(seen, axis=0) if seen else np.zeros(vectors.dim, np.float32)
    return mean
