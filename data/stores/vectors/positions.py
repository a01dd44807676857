"""Where ids lie in an array of them."""

import numpy as np

from data.stores.vectors.store import Ids


class Positions:
    """Finds many ids of an array [N] at once; 16 bytes for each of the array's."""

    def __init__(self, ids: Ids) -> None:
        self.order: Ids = np.argsort(ids)
        self._sorted = ids[self.order]

    def find(self, wanted: Ids) -> Ids:
        """Position of each of `wanted`, -1 for one that is not there."""
        if not len(self.order):
            return np.full(len(wanted), -1, np.int64)
        # Searched for in ascending order, each lies near the one before: several times as fast.
        ascending = np.argsort(wanted)
        at = np.empty(len(wanted), np.int64)
        at[ascending] = np.searchsorted(self._sorted, wanted[ascending])
        at = np.minimum(at, len(self.order) - 1)
        found: Ids = np.where(self._sorted[at] == wanted, self.order[at], -1)
        return found
