"""Every moment of a generation that may answer, best first, and no more work than the caller asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from data.types import Confidence
from data.vectors import Floats
from search.calibration import Evidence, confidence_of
from search.generation import Generation
from search.moments import spans
from search.plan import Plan
from search.query import Then
from search.sequences import sequences
from search.table import Rows

# Up to so many clips are all scored for a composed query; of more, the nearest few of each part.
_ALL_CLIPS = 20_000
_NEAREST_OF_EACH = 4_000
# How many more than are asked for are fetched at once: a share of all, and so many at most; see docs/search.md.
_MORE_SHARE, _MORE_AT_LEAST, _MORE_AT_MOST = 0.04, 200, 1_800

Allowed = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Clips [first, last] of the table; `peak` is the best, or the first step of a sequence."""

    first: int
    peak: int
    last: int
    score: float
    cosine: float | None
    chance: float | None

    @property
    def confidence(self) -> Confidence | None:
        return None if self.chance is None else confidence_of(self.chance)


def ranked(
    generation: Generation, plan: Plan, allowed: Allowed | None, least_chance: float, expected: int
) -> Iterator[Ranked]:
    """Best first, as far as the caller reads; `expected` is about how many that will be.

    `allowed` [N] says by row which clips may answer, None lets all.
    """
    if isinstance(plan.query, Then):
        found = _sequences(generation, plan, allowed)
    elif plan.is_plain:
        found = _plain(generation, plan, allowed, least_chance, expected)
    else:
        rows = _pool(generation, plan, allowed)
        cosines = generation.index.scores(plan.vectors, generation.clips.ids[rows])
        found = _around(generation, plan, rows, cosines, plan.chances(cosines, rows, generation.calibration), allowed)
    return (one for one in found if one.chance is None or one.chance >= least_chance)


def _plain(
    generation: Generation, plan: Plan, allowed: Allowed | None, least_chance: float, expected: int
) -> Iterator[Ranked]:
    clips, calibration = generation.clips, generation.calibration
    within = None if allowed is None else clips.ids[allowed]
    total = len(clips) if within is None else len(within)
    least_bias = float(calibration.bias.min(initial=np.inf)) if plan.is_text[0] else 0.0
    # Over-fetch: the bias reorders, and merging, folding and the limit per video shrink the list. A second pass over
    # the vectors would cost more than these.
    reach = 3 * expected + min(max(int(_MORE_SHARE * total), _MORE_AT_LEAST), _MORE_AT_MOST)
    given = 0
    while True:
        ids, cosines = generation.index.search(plan.vectors, reach, within)
        rows = clips.rows(ids[0])
        # What was not fetched has a smaller cosine than all that was, and at best the least bias.
        at_most = cosines[:, -1:].max(initial=-np.inf) - least_bias
        complete = len(rows) >= total
        chances = None
        if plan.is_text[0]:
            scores = plan.scores(cosines, rows, calibration)
            sureness = calibration.sureness(cosines[0], scores)
            chances = sureness.chance(scores)
            complete = complete or bool(sureness.chance(at_most) < least_chance)
        sure = -np.inf if complete else float(at_most)
        found = _around(generation, plan, rows, cosines, chances, allowed)
        for one in islice(found, given, None):
            if one.score <= sure:
                break
            given += 1
            yield one
        if complete:
            return
        reach *= 4


def _around(
    generation: Generation,
    plan: Plan,
    rows: Rows,
    cosines: Floats,
    chances: Evidence | None,
    allowed: Allowed | None,
) -> Iterator[Ranked]:
    """Moments around the clips at `rows` [C], of which `cosines` [L, C] and `chances` [C] are known."""
    clips, calibration = generation.clips, generation.calibration

    def scores_of(near: Rows) -> Floats:
        return plan.scores(generation.index.scores(plan.vectors, clips.ids[near]), near, calibration)

    scores = plan.scores(cosines, rows, calibration)
    order = np.lexsort((rows, -scores))
    mean_score = plan.mean_score(calibration)
    for span in spans(clips, rows[order], scores_of, allowed=allowed, mean_score=mean_score):
        place = order[span.place]
        yield Ranked(
            first=span.first,
            peak=int(rows[place]),
            last=span.last,
            # As it was ranked: computed anew beside its neighbours it may differ in the last bit.
            score=float(scores[place]),
            cosine=float(cosines[0, place]) if plan.is_plain else None,
            chance=None if chances is None else float(chances[place]),
        )


def _pool(generation: Generation, plan: Plan, allowed: Allowed | None) -> Rows:
    """Rows of the clips that a composed query chooses from, sorted."""
    clips = generation.clips
    rows = np.arange(len(clips)) if allowed is None else np.flatnonzero(allowed)
    if len(rows) <= _ALL_CLIPS:
        return rows
    asked = np.concatenate([plan.vectors[plan.wanted], plan.pointing[np.newaxis]])
    ids, _ = generation.index.search(asked, _NEAREST_OF_EACH, None if allowed is None else clips.ids[rows])
    return np.sort(clips.rows(np.unique(ids)))


def _sequences(generation: Generation, plan: Plan, allowed: Allowed | None) -> Iterator[Ranked]:
    assert isinstance(plan.query, Then)
    clips, calibration = generation.clips, generation.calibration
    rows = _pool(generation, plan, allowed)
    parts = [plan.part(step) for step in range(len(plan.query.steps))]
    cosines = [generation.index.scores(part.vectors, clips.ids[rows]) for part in parts]
    steps = list(zip(parts, cosines, strict=True))
    scores = np.stack([part.standard_scores(c, rows, calibration) for part, c in steps])
    chances = [part.chances(c, rows, calibration) for part, c in steps]
    place_of = {row: place for place, row in enumerate(rows.tolist())}
    for one in sequences(clips, rows, scores, plan.query.within_s):
        known = [c[place_of[row]] for c, row in zip(chances, one.rows, strict=True) if c is not None]
        chance = float(min(known)) if len(known) == len(parts) else None
        yield Ranked(one.rows[0], one.rows[0], one.rows[-1], one.score, None, chance)
