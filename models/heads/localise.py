"""Where in a video something holds: start and end out of the scores of its parts, one after the other."""

from dataclasses import dataclass

import numpy as np

from models.spec import Floats

_LEVELS = 10
# Of two windows that share more of what both cover than this, the better stays.
_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class Span:
    """Parts `first` to before `end`; `score` is how far their mean lies above that of all others."""

    first: int
    end: int
    score: float


def spans(scores: Floats, count: int) -> list[Span]:
    """The best windows of a video's parts [W], best first, `count` at most and one at least.

    Grouping by watershed (Zhao et al. 2017, arXiv 1704.06228): the scores are flooded to several levels, and each
    stretch that stays dry is a window; the whole is one, too.
    """
    flooded = [_of(scores, first, end) for first, end in _dry(scores)]
    best: list[Span] = []
    for span in sorted(flooded, key=lambda one: -one.score):
        if len(best) == count:
            break
        if all(_shared(span, other) <= _OVERLAP for other in best):
            best.append(span)
    return best


def _dry(scores: Floats) -> set[tuple[int, int]]:
    found = {(0, len(scores))}
    for level in np.linspace(scores.min(), scores.max(), _LEVELS + 1)[1:]:
        edges = np.flatnonzero(np.diff(np.concatenate([[False], scores >= level, [False]])))
        found.update(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    return found


def _of(scores: Floats, first: int, end: int) -> Span:
    others = np.concatenate([scores[:first], scores[end:]])
    return Span(first, end, float(scores[first:end].mean() - others.mean()) if len(others) else 0.0)


def _shared(one: Span, other: Span) -> float:
    shared = max(0, min(one.end, other.end) - max(one.first, other.first))
    return shared / (max(one.end, other.end) - min(one.first, other.first))
