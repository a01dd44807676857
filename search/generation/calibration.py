"""What is chance in one generation: confidence places a query's evidence among that of everyday queries."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.nearness import highest
from data.stores.vectors.store import Floats
from data.types import Confidence

# How these were chosen: docs/search.md, and `python -m benchmarks.presence`.
BEST_SHARE = 0.25
HIGH, MEDIUM = 0.95, 0.7
_LEAST = {"high": HIGH, "medium": MEDIUM, "low": 0.0}

Evidence = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sureness:
    """Turns scores of one query into chances: its best one has the evidence `level`, the others less by what they lag.

    `null` is sorted: the evidence that each query of the bank finds.
    """

    null: Floats
    level: float
    best_score: float

    def chance(self, scores: Floats) -> Evidence:
        """Share of bank queries that find less, for clips of these scores."""
        return np.searchsorted(self.null, self.level + scores - self.best_score) / max(len(self.null), 1)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """`bias` [N] is by row of the clip table, `null` is sorted: the evidence that each query of the bank finds.

    `reference` [R, D] and `reference_bias` [R] are a sample of the clips, `mean` [D] and `mean_bias` its means.
    """

    bias: Floats
    null: Floats
    reference: Floats
    reference_bias: Floats
    mean: Floats
    mean_bias: float

    def sureness(self, cosines: Floats, scores: Floats) -> Sureness:
        """Of a sentence whose nearest clips have these `cosines` and `scores` [C]."""
        level = float(presence(cosines[np.newaxis])[0]) if len(cosines) else 0.0
        return Sureness(self.null, level, float(scores.max(initial=-np.inf)))

    @property
    def sure_cosine(self) -> float:
        """What a find of high confidence has at least, about."""
        return float(np.quantile(self.null, HIGH)) if len(self.null) else 0.0


def presence(cosines: Floats) -> Floats:
    """[Q]: how much speaks for it that what each query [Q, C] asks for is there at all.

    Mostly the mean of its best few cosines: where nothing fits, nothing near fits either.
    """
    best = highest(cosines)
    level: Floats = BEST_SHARE * best.max(axis=1) + (1 - BEST_SHARE) * best.mean(axis=1)
    return level


def confidence_of(chance: float) -> Confidence:
    """In words."""
    return "high" if chance >= HIGH else "medium" if chance >= MEDIUM else "low"


def least_chance(confidence: Confidence) -> float:
    """What a moment needs to be called at least this."""
    return _LEAST[confidence]
