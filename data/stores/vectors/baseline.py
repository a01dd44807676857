"""What the clips of a generation score by chance, without looking at all of them."""

from dataclasses import dataclass

import numpy as np

from data.stores.vectors.nearness import NEAREST, Best, Sample
from data.stores.vectors.store import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """`best` [Q, F] are the highest cosines that each everyday query finds, in no order; F is 0 for an empty library.

    `sample` [R, D] are clips that stand for all, `sample_bias` [R] theirs; no clip has less than `least_bias`.
    """

    best: Floats
    sample: Floats
    sample_bias: Floats
    least_bias: float


def baseline_of(best: Best, sample: Sample, clip_count: int, least_bias: float) -> Baseline:
    """Of a generation of so many clips, of which the `sample` is."""
    few = min(NEAREST, clip_count)
    found = np.sort(best.cosines, axis=1)[:, -few:] if few else best.cosines[:, :0]
    return Baseline(_filled(found), sample.values, sample.bias, least_bias)


def _filled(found: Floats) -> Floats:
    """Where a best one went and nobody could look again, another as good as the least that is left."""
    known = found[np.isfinite(found).any(axis=1)] if found.shape[1] else found
    least = np.where(np.isfinite(known), known, np.inf).min(axis=1, keepdims=True) if known.size else known
    return np.where(np.isfinite(known), known, least).astype(np.float32) if known.size else known
