"""How far a find can be trusted.

The *evidence* of a query says how much speaks for it that what is asked for is there at all: how near its nearest clips
are. A clip has the evidence of its query less what its score lags behind the best. *Confidence* is the share of
everyday queries that find less evidence in this library; "high", "medium" and "low" are its names.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.baseline import Baseline
from data.stores.vectors.nearness import highest
from data.stores.vectors.store import Floats
from data.types import Confidence

# How these were chosen: docs/search.md, and `python -m benchmarks.presence`.
BEST_SHARE = 0.25
HIGH, MEDIUM = 0.95, 0.7
_LEAST = {"high": HIGH, "medium": MEDIUM, "low": 0.0}

Confidences = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What a generation scores when nothing in particular is asked for.

    `everyday` is the evidence that each everyday query finds, sorted. `sample` [R, D] and `sample_bias` [R] are clips
    that stand for all, `mean` [D] and `mean_bias` their means; no clip has less than `least_bias`.
    """

    everyday: Floats
    sample: Floats
    sample_bias: Floats
    mean: Floats
    mean_bias: float
    least_bias: float

    def scale(self, cosines: Floats, scores: Floats) -> "Scale":
        """Of a sentence whose nearest clips have these `cosines` and `scores` [C]."""
        evidence = float(evidence_of(cosines[np.newaxis])[0]) if len(cosines) else 0.0
        return Scale(self.everyday, evidence, float(scores.max(initial=-np.inf)))

    @property
    def sure_cosine(self) -> float:
        """What a find of high confidence has at least, about."""
        return float(np.quantile(self.everyday, HIGH)) if len(self.everyday) else 0.0


def calibration_of(baseline: Baseline, dim: int) -> Calibration:
    """What search needs to know of it."""
    best, sample, bias = baseline.best, baseline.sample, baseline.sample_bias
    everyday = np.sort(evidence_of(best)) if best.shape[1] else np.zeros(len(best), np.float32)
    mean = sample.mean(axis=0) if len(sample) else np.zeros(dim, np.float32)
    mean_bias = float(bias.mean()) if len(bias) else 0.0
    return Calibration(everyday, sample, bias, mean, mean_bias, baseline.least_bias)


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Turns scores of one query into confidences: `best_score` has all of its `evidence`."""

    everyday: Floats
    evidence: float
    best_score: float

    def confidences(self, scores: Floats) -> Confidences:
        """[C], of clips with these scores."""
        return confidences_of(self.evidence + scores - self.best_score, self.everyday)


def evidence_of(cosines: Floats) -> Floats:
    """[Q], of queries whose nearest clips have these `cosines` [Q, C].

    Mostly the mean of the best few: where nothing fits, nothing near fits either.
    """
    best = highest(cosines)
    evidence: Floats = BEST_SHARE * best.max(axis=1) + (1 - BEST_SHARE) * best.mean(axis=1)
    return evidence


def confidences_of(evidence: Floats, everyday: Floats) -> Confidences:
    """The share of `everyday`, which is sorted, that lies below each."""
    return np.searchsorted(everyday, evidence) / max(len(everyday), 1)


def named(confidence: float) -> Confidence:
    """In words."""
    return "high" if confidence >= HIGH else "medium" if confidence >= MEDIUM else "low"


def least_of(name: Confidence) -> float:
    """The confidence from which a find is called at least this."""
    return _LEAST[name]
