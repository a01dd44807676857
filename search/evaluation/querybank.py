"""Scores less what other queries give the same video (QB-Norm, Bogolin et al. 2022, arXiv 2112.12777)."""

import numpy as np
from numpy.typing import NDArray

from search.evaluation.figures import Scores

# As the authors' code has it for cosines.
_BETA = 20.0


def query_bank_norm(scores: Scores, bank: Scores) -> NDArray[np.float64]:
    """Dynamic inverted softmax: scores [queries, items] with those of a bank of other queries [bank, items].

    Only queries whose best item is also the best of some query of the bank are changed; rows keep their order only
    within themselves.
    """
    often = np.zeros(scores.shape[1], bool)
    often[bank.argmax(axis=1)] = True
    # As logarithms, which order the same and do not overflow.
    high = _BETA * bank.max(axis=0).astype(np.float64)
    sums = high + np.log(np.exp(_BETA * bank - high).sum(axis=0))
    changed = _BETA * scores - sums
    normal: NDArray[np.float64] = np.where(often[scores.argmax(axis=1)][:, None], changed, scores)
    return normal
