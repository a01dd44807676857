"""Where in a video something holds: start and end out of the scores of its parts, one after the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.spec import Floats

# Of a peak's lead over the video's mean, what a window's parts have to keep.
_KEEP = 0.3
# A mean of equal numbers may differ from them.
_EQUAL = 1e-6


@dataclass(frozen=True, slots=True)
class Span:
    """Parts `first` to before `end`; `score` is the lead of their peak over the video's mean."""

    first: int
    end: int
    score: float


def spans(scores: Floats, count: int, *, smoothed: int = 1) -> list[Span]:
    """Windows of a video's parts [W], best first, `count` at most and one at least; none overlaps another.

    From the highest peak that is left, and lies above the mean, a window grows to either side while the scores keep
    enough of its lead; each score is the mean of `smoothed` around it, an odd number. Where nothing stands out the
    whole is the window.
    """
    leads = _smooth(scores.astype(np.float64), smoothed)
    leads -= leads.mean()
    is_free = np.ones(len(leads), bool)
    found: list[Span] = []
    for peak in np.argsort(-leads, kind="stable").tolist():
        if len(found) == count or leads[peak] < -_EQUAL:
            break
        if is_free[peak]:
            first, end = _grown(is_free & (leads >= _KEEP * leads[peak] - _EQUAL), peak)
            is_free[first:end] = False
            found.append(Span(first, end, float(leads[peak])))
    return found


def _smooth(scores: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    padded = np.pad(scores, width // 2, mode="edge")
    return np.convolve(padded, np.full(width, 1 / width), mode="valid")


def _grown(good: NDArray[np.bool_], peak: int) -> tuple[int, int]:
    """The stretch around the peak in which all are good; the peak itself is taken as that."""
    before, after = np.flatnonzero(~good[:peak]), np.flatnonzero(~good[peak + 1 :])
    return int(before[-1]) + 1 if len(before) else 0, peak + 1 + (int(after[0]) if len(after) else len(good) - peak - 1)
