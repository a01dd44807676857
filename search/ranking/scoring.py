"""What clips score by a plan, and how sure that is.

Scores of a plain query are cosines less the clip's bias. In a composed query each leaf counts in standard deviations
above the library's mean, so that sentences and pictures weigh alike.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.stores.vectors.store import Floats
from search.generation.confidence import Calibration, Confidences
from search.ranking.joining import joined, surest
from search.ranking.plan import Plan


@dataclass(frozen=True, eq=False)
class Scoring:
    """Of one plan in one generation."""

    plan: Plan
    calibration: Calibration

    def scores(self, cosines: Floats, bias: Floats) -> Floats:
        """[C], of clips with these `cosines` [L, C] and `bias` [C]."""
        if self.plan.is_plain:
            return np.asarray(self._debiased(cosines, bias)[0])
        return self.standard_scores(cosines, bias)

    def standard_scores(self, cosines: Floats, bias: Floats) -> Floats:
        """The same in deviations above the library's mean, also for a plain query, so that steps compare."""
        mean, spread = self._usual
        return joined(self.plan.query, iter((self._debiased(cosines, bias) - mean) / spread))

    def deviations(self, score: float) -> float:
        """What a score is in deviations above the library's mean."""
        if not self.plan.is_plain:
            return score
        mean, spread = self._usual
        return float((score - mean[0, 0]) / spread[0, 0])

    @property
    def mean_score(self) -> float:
        """What an arbitrary clip scores."""
        if not self.plan.is_plain:
            return 0.0
        return float(self.plan.vectors[0] @ self.calibration.mean - self.plan.is_text[0] * self.calibration.mean_bias)

    @property
    def least_bias(self) -> np.float32:
        """What is taken from every cosine at least."""
        return np.float32(self.calibration.least_bias if self.plan.is_text[0] else 0)

    def confidences(self, cosines: Floats, bias: Floats) -> Confidences | None:
        """[C], of clips among which the nearest are; None when no sentence is asked for."""
        is_text = self.plan.is_text
        if not (is_text & self.plan.wanted).any():
            return None
        unknown = np.full(cosines.shape[1], np.nan)
        each = zip(cosines, self._debiased(cosines, bias), is_text, strict=True)
        found = [self.calibration.scale(c, s).confidences(s) if text else unknown for c, s, text in each]
        sure = surest(self.plan.query, iter(found))
        return None if sure is None else np.nan_to_num(sure)

    @cached_property
    def _usual(self) -> tuple[Floats, Floats]:
        """[L, 1] mean and standard deviation of what each leaf scores with the sample."""
        usual = self._debiased(_cosines(self.plan.vectors, self.calibration.sample), self.calibration.sample_bias)
        mean, spread = usual.mean(axis=1, keepdims=True), np.maximum(usual.std(axis=1, keepdims=True), 1e-6)
        # What lines score is in deviations already.
        is_seen = self.plan.is_seen[:, np.newaxis]
        return np.where(is_seen, mean, np.float32(0)), np.where(is_seen, spread, np.float32(1))

    def _debiased(self, cosines: Floats, bias: Floats) -> Floats:
        # The bias is measured with sentences: pictures are near to other things.
        debiased: Floats = cosines - self.plan.is_text[:, np.newaxis].astype(np.float32) * bias
        return debiased


def _cosines(vectors: Floats, sample: Floats) -> Floats:
    """[L, R]"""
    if len(vectors) > 1:
        return vectors @ sample.T
    # Of one vector it takes longer to wake the threads of a product than to do without them.
    one: Floats = np.einsum("d,rd->r", vectors[0], sample)[np.newaxis]
    return one
