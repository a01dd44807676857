"""How what is found for the leaves of a query becomes what is found for all of it.

Of scores in standard deviations AND takes half the weighted mean and half the worst, OR the best; NOT subtracts what
lies more than half a deviation above the mean.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from data.stores.vectors.store import Floats
from search.generation.confidence import Confidences
from search.query.tree import And, Not, Or, Query

NOT_FROM = 0.5


def joined(query: Query, scores: Iterator[Floats]) -> Floats:
    """[C], of `scores` [C] in deviations for each leaf in the order written."""
    match query:
        case And(parts, weights):
            return _all(parts, weights, [joined(part, scores) for part in parts])
        case Or(parts, weights):
            found = [joined(part, scores) for part in parts]
            best: Floats = np.max([np.where(v > 0, v * w, v) for v, w in zip(found, weights, strict=True)], axis=0)
            return best
        case Not(part):
            return joined(part, scores)
    return next(scores)


def surest(query: Query, confidences: Iterator[Confidences]) -> Confidences | None:
    """[C], of those of each leaf, NaN where it has none; what is not wanted does not count."""
    match query:
        case And(parts=parts) | Or(parts=parts):
            found = [surest(part, confidences) for part in parts]
            kept = [each for each in found if each is not None]
            join = np.fmax if isinstance(query, Or) else np.fmin
            return join.reduce(kept) if kept else None
        case Not(part):
            surest(part, confidences)
            return None
    return next(confidences)


def _all(parts: Sequence[Query], weights: Sequence[float], values: Sequence[Floats]) -> Floats:
    wanted = [(value, w) for part, value, w in zip(parts, values, weights, strict=True) if not isinstance(part, Not)]
    stacked = np.stack([value for value, _ in wanted])
    score: Floats = (np.average(stacked, axis=0, weights=[w for _, w in wanted]) + stacked.min(axis=0)) / 2
    for part, value, weight in zip(parts, values, weights, strict=True):
        if isinstance(part, Not):
            score = score - weight * np.maximum(value - NOT_FROM, 0)
    return score
