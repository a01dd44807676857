"""How good windows of time are: recall at an overlap, average precision, and highlights."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.academic.moments import Sought
from search.evaluation.figures import Scores

Windows = NDArray[np.float64]
THRESHOLDS = tuple(float(round(one, 2)) for one in np.arange(0.5, 1.0, 0.05))

_PREDICTED = 10
_PEOPLE = 3
# What is called fair, good and very good.
_WORTH = {"Fair": 2, "Good": 3, "VeryGood": 4}


def overlaps(windows: Windows, wanted: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """[N, M]: seconds that window [N, 2] and wanted window share, of those that they cover."""
    right = np.asarray(wanted, np.float64).reshape(-1, 2)
    shared = np.minimum(windows[:, None, 1], right[None, :, 1]) - np.maximum(windows[:, None, 0], right[None, :, 0])
    covered = np.ptp(windows, axis=1)[:, None] + np.ptp(right, axis=1)[None] - np.maximum(shared, 0)
    shares: NDArray[np.float64] = np.maximum(shared, 0) / np.maximum(covered, 1e-9)
    return shares


def rank_at(windows: Windows, wanted: Sequence[tuple[float, float]], threshold: float) -> int:
    """The rank from 1 of the first window [N, 2] that overlaps one of the wanted so much; N + 1 where none does."""
    hits = np.flatnonzero((overlaps(windows, wanted) >= threshold).any(axis=1))
    return int(hits[0]) + 1 if len(hits) else len(windows) + 1


def average_precision(windows: Windows, wanted: Sequence[tuple[float, float]], threshold: float) -> float:
    """Of the first ten windows, best first; each wanted one is found once, and precision never falls with recall.

    As QVHighlights counts it (Lei et al. 2021, arXiv 2107.09609).
    """
    shares = overlaps(windows[:_PREDICTED], wanted)
    taken, right = np.zeros(shares.shape[1], bool), []
    for row in shares:
        free = np.flatnonzero(~taken & (row >= threshold))
        right.append(len(free) > 0)
        if len(free):
            taken[free[row[free].argmax()]] = True
    return _interpolated(np.array(right), len(wanted))


def _interpolated(right: NDArray[np.bool_], wanted: int) -> float:
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    highest = np.maximum.accumulate(precision[::-1])[::-1]
    return float(highest[right].sum() / wanted)


def highlights(scores: Scores, sought: Sought) -> dict[str, float]:
    """HIT@1 and average precision of a video's clips of two seconds [W], in shares, for each worth.

    HIT@1: whether the best clip is worth so much to one of three people; precision: the mean over them.
    """
    worth = np.zeros((len(scores), _PEOPLE))
    for clip, its in sought.saliency.items():
        if clip < len(worth):
            worth[clip] = its
    found = {}
    for name, least in _WORTH.items():
        right = worth >= least
        found[f"HIT@1 {name}"] = float(right[scores.argmax()].any())
        found[f"HL-mAP {name}"] = float(np.mean([_clip_precision(scores, each) for each in right.T]))
    return found


def _clip_precision(scores: Scores, right: NDArray[np.bool_]) -> float:
    """Interpolated, the mean over clips that are right; none is 0."""
    if not right.any():
        return 0.0
    ordered = right[np.argsort(-scores, kind="stable")]
    return _interpolated(ordered, int(right.sum()))
