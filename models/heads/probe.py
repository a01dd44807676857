"""A direction for what a few examples show: a probe of frozen vectors, in closed form.

Linear discriminant analysis against everything else (exemplar LDA: Hariharan, Malik and Ramanan 2012), with a
covariance that is shrunk towards a sphere, the more the fewer examples there are: of one it is nearly the prototype.
"""

from dataclasses import dataclass

import numpy as np

from models.spec import Floats

# How these were chosen: docs/decisions.md, and `python -m benchmarks.concepts`.
SHRINKAGE = 300.0
REFUSED = 0.2
# Where all there is looks like the examples, the difference is rounding.
_APART = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Everything:
    """How vectors are spread: their `mean` [D], and their variances [D] along `axes` [D, D], which are its columns."""

    mean: Floats
    variances: Floats
    axes: Floats

    def shrunk(self, vector: Floats, shrinkage: float) -> Floats:
        """`vector` [D] in units of that spread, each variance raised by so many times their mean."""
        variances = self.variances + max(shrinkage * float(self.variances.mean()), 1e-12)
        scaled: Floats = self.axes @ ((self.axes.T @ vector) / variances)
        return scaled


def everything(sample: Floats) -> Everything:
    """Of a sample [R, D] of all vectors, which may be empty."""
    dim = sample.shape[1]
    if not len(sample):
        return Everything(np.zeros(dim, np.float32), np.zeros(dim, np.float32), np.eye(dim, dtype=np.float32))
    mean = sample.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(sample, rowvar=False, bias=True).reshape(dim, dim))
    return Everything(mean, np.maximum(variances, 0).astype(np.float32), axes.astype(np.float32))


def direction(shown: Floats, refused: Floats, beside: Everything) -> Floats:
    """[D], unit length: towards the examples [P, D], away from everything else and a little from `refused` [N, D].

    At least one is shown.
    """
    other = (1 - REFUSED) * beside.mean + REFUSED * refused.mean(axis=0) if len(refused) else beside.mean
    apart = shown.mean(axis=0) - other
    if float(np.linalg.norm(apart)) < _APART:
        return prototype(shown)
    return _unit(beside.shrunk(apart, SHRINKAGE / len(shown)))


def prototype(shown: Floats) -> Floats:
    """[D], unit length: the middle of the examples."""
    return _unit(shown.mean(axis=0))


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float32)
