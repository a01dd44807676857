"""Clips as a search gave them, and what they are worth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.store import NO_CLIPS, Clips, Floats, joined_clips
from search.generation.confidence import Confidences


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Columns [N]; None where there are no such."""

    clips: Clips
    scores: Floats
    cosines: Floats | None = None
    confidences: Confidences | None = None

    def __getitem__(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Found":
        cosines = None if self.cosines is None else self.cosines[rows]
        return Found(self.clips[rows], self.scores[rows], cosines, _some(self.confidences, rows))

    def and_of(self, others: "Found") -> "Found":
        """These, then the others; without confidences."""
        if not len(self.scores):
            return others
        assert self.cosines is not None
        assert others.cosines is not None
        clips, cosines = joined_clips([self.clips, others.clips]), np.concatenate([self.cosines, others.cosines])
        return Found(clips, np.concatenate([self.scores, others.scores]), cosines)

    def best_first(self, rows: NDArray[np.intp]) -> "Found":
        """These rows; of equals the one with the smaller id first."""
        return self[rows[np.lexsort((self.clips.ids[rows], -self.scores[rows]))]]


def _some(values: Confidences | None, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Confidences | None:
    return None if values is None else values[rows]


_NO_FLOATS = np.empty(0, np.float32)
NOTHING = Found(NO_CLIPS, _NO_FLOATS, _NO_FLOATS)
