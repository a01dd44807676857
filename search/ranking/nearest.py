"""What comes of a plain query: what is sure to be best goes out, and what may still be overtaken waits."""

from dataclasses import replace

import numpy as np

from data.stores.vectors.store import Floats, Hits
from search.generation.confidence import Scale, evidence_of
from search.ranking.found import NOTHING, Found
from search.ranking.free import Free, Mask
from search.ranking.scoring import Scoring


class Nearest:
    """Takes the hits of a store piece by piece, the nearest first, and gives clips best first.

    A clip that is still to come is no nearer than the last that came, and no bias is less than the least: it scores no
    more than that `bound`.
    """

    def __init__(self, scoring: Scoring, least_confidence: float, *, is_exact: bool) -> None:
        self._scoring, self._least, self._is_exact = scoring, least_confidence, is_exact
        self._everyday = scoring.calibration.everyday
        self._waiting = NOTHING
        self._bound = self._lowest = np.float32(np.inf)
        self._best = -np.inf
        self._evidence: float | None = None
        self._scale: Scale | None = None

    def sure(self, hits: Hits, free: Free) -> Found:
        """What no clip that is still to come can overtake; clips that are of full videos are left out."""
        scores = self._scoring.scores(hits.cosines[np.newaxis], hits.clips.bias)
        self._look_at(hits.cosines, scores)
        if not self._is_exact:
            # What came late must not rank above what has been given.
            scores = np.minimum(scores, self._lowest)
        fresh, room = Found(hits.clips, scores, hits.cosines), free.has_room(hits.clips)
        self._waiting = self._waiting.and_of(fresh if room.all() else fresh[room])
        # The bound of a store that is not exact holds about: what it gives is taken as it comes.
        return self._given(self._waiting.scores > self._bound) if self._is_exact else self.rest()

    def rest(self) -> Found:
        """All that waits."""
        return self._given(np.ones(len(self._waiting.scores), np.bool_))

    @property
    def is_enough(self) -> bool:
        """Whether nothing that waits or is still to come can be sure enough."""
        if self._evidence is None:
            return False
        # No clip has more than all the evidence of the query.
        best = max(self._best, float(self._bound))
        most = Scale(self._everyday, self._evidence, best).confidences(np.array([self._bound]))
        return bool(most[0] < self._least)

    def _look_at(self, cosines: Floats, scores: Floats) -> None:
        if self._evidence is None and self._scoring.plan.is_text[0]:
            self._evidence = float(evidence_of(cosines[np.newaxis])[0])
        self._best = max(self._best, float(scores.max(initial=-np.inf)))
        self._bound = cosines[-1] - self._scoring.least_bias

    def _given(self, chosen: Mask) -> Found:
        given, self._waiting = self._waiting.best_first(np.flatnonzero(chosen)), self._waiting[~chosen]
        if not len(given.scores):
            return given
        self._lowest = given.scores[-1]
        if self._evidence is None:
            return given
        self._scale = self._scale or Scale(self._everyday, self._evidence, self._best)
        confidences = self._scale.confidences(given.scores)
        given, enough = replace(given, confidences=confidences), confidences >= self._least
        return given if enough.all() else given[enough]
