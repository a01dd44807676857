"""Every moment of a generation that may answer, best first, and no more work than the caller asks for."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.stores.vectors.store import Floats
from data.types import Confidence
from search.generation.calibration import Calibration, Evidence, Sureness, confidence_of
from search.generation.opened import OpenGeneration
from search.generation.table import Rows
from search.query.tree import Then
from search.ranking.moments import Free, spans
from search.ranking.plan import Plan
from search.ranking.sequences import sequences

# Up to so many clips are all scored for a composed query; of more, the nearest few of each part.
_ALL_CLIPS = 20_000
_NEAREST_OF_EACH = 4_000
# How many more than are asked for are fetched at once: a share of all, and so many at most; see docs/search.md.
_MORE_SHARE, _MORE_AT_LEAST, _MORE_AT_MOST = 0.04, 200, 1_800


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


def ranked(generation: OpenGeneration, plan: Plan, free: Free, least_chance: float, expected: int) -> Iterator[Ranked]:
    """Best first, as far as the caller reads; `expected` is about how many that will be.

    `free` [N] says by row which clips may answer. What a moment holds is taken from it, and the caller may take from it
    in between what is to be left out of all that follows.
    """
    if isinstance(plan.query, Then):
        found = _sequences(generation, plan, free)
    elif plan.is_plain:
        found = _plain(generation, plan, free, least_chance, expected)
    else:
        rows = _pool(generation, plan, free)
        cosines = generation.index.scores(plan.vectors, generation.clips.ids[rows])
        found = _around(generation, plan, rows, cosines, plan.chances(cosines, rows, generation.calibration), free)
    return (one for one in found if one.chance is None or one.chance >= least_chance)


def _plain(generation: OpenGeneration, plan: Plan, free: Free, least_chance: float, expected: int) -> Iterator[Ranked]:
    """First what is nearest, which is enough for most; then, from another pass over the vectors, all the others."""
    clips, calibration, total = generation.clips, generation.calibration, int(free.sum())
    # Over-fetch: the bias reorders, and merging, folding and the limit per video shrink the list.
    reach = 3 * expected + min(max(int(_MORE_SHARE * total), _MORE_AT_LEAST), _MORE_AT_MOST)
    ids, cosines = generation.index.search(plan.vectors, reach, None if free.all() else clips.ids[free])
    rows = clips.rows(ids[0])
    scores = plan.scores(cosines, rows, calibration)
    at_most = _most_beyond(plan, cosines, calibration, complete=len(rows) == total)
    sure = scores > at_most
    sureness = calibration.sureness(cosines[0], scores) if plan.is_text[0] else None
    chances = None if sureness is None else sureness.chance(scores[sure])
    yield from _around(generation, plan, rows[sure], cosines[:, sure], chances, free)
    if len(rows) < total and (sureness is None or bool(sureness.chance(at_most) >= least_chance)):
        yield from _others(generation, plan, free, least_chance, sureness if sure.any() else None, reach)


def _most_beyond(plan: Plan, cosines: Floats, calibration: Calibration, *, complete: bool) -> Floats:
    """[1]: what no clip scores that is not among the nearest: its cosine is smaller, and its bias at best the least."""
    if complete:
        return np.array([-np.inf], np.float32)
    least_bias = calibration.bias.min() if plan.is_text[0] else np.float32(0)
    most: Floats = cosines[0, -1:] - least_bias
    return most


def _others(
    generation: OpenGeneration, plan: Plan, free: Free, least_chance: float, sureness: Sureness | None, count: int
) -> Iterator[Ranked]:
    """Of all clips that are still free, as far as they are sure enough; `count` of them at first and then more at once.

    `sureness` is None where what is nearest does not say it.
    """
    clips, calibration = generation.clips, generation.calibration
    if not free.any():
        return
    cosines = generation.index.products(plan.vectors[0])[clips.places][np.newaxis]
    scores = plan.scores(cosines, np.arange(len(clips)), calibration)
    if plan.is_text[0] and sureness is None:
        sureness = calibration.sureness(cosines[0, free], scores[free])
    while len(rows := np.flatnonzero(free)):
        rows = rows[_highest(scores[rows], count)]
        chances = None if sureness is None else sureness.chance(scores[rows])
        if chances is not None:
            rows, chances = rows[chances >= least_chance], chances[chances >= least_chance]
        if not len(rows):
            return
        yield from _around(generation, plan, rows, cosines[:, rows], chances, free)
        count *= 2


def _highest(scores: Floats, count: int) -> Rows:
    """Where the `count` highest are, and what equals the last of them."""
    if len(scores) <= count:
        return np.arange(len(scores))
    return np.flatnonzero(scores >= np.partition(scores, -count)[-count])


def _around(
    generation: OpenGeneration,
    plan: Plan,
    rows: Rows,
    cosines: Floats,
    chances: Evidence | None,
    free: Free,
) -> Iterator[Ranked]:
    """Moments around the clips at `rows` [C], of which `cosines` [L, C] and `chances` [C] are known."""
    clips, calibration = generation.clips, generation.calibration

    def scores_of(near: Rows) -> Floats:
        return plan.scores(generation.index.scores(plan.vectors, clips.ids[near]), near, calibration)

    scores = plan.scores(cosines, rows, calibration)
    order = np.lexsort((rows, -scores))
    mean_score = plan.mean_score(calibration)
    for span in spans(clips, rows[order], scores_of, free=free, mean_score=mean_score):
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


def _pool(generation: OpenGeneration, plan: Plan, free: Free) -> Rows:
    """Rows of the clips that a composed query chooses from, sorted."""
    clips, rows = generation.clips, np.flatnonzero(free)
    if len(rows) <= _ALL_CLIPS:
        return rows
    asked = np.concatenate([plan.vectors[plan.wanted], plan.pointing[np.newaxis]])
    ids, _ = generation.index.search(asked, _NEAREST_OF_EACH, None if free.all() else clips.ids[rows])
    return np.sort(clips.rows(np.unique(ids)))


def _sequences(generation: OpenGeneration, plan: Plan, free: Free) -> Iterator[Ranked]:
    assert isinstance(plan.query, Then)
    clips, calibration = generation.clips, generation.calibration
    rows = _pool(generation, plan, free)
    parts = [plan.part(step) for step in range(len(plan.query.steps))]
    cosines = [generation.index.scores(part.vectors, clips.ids[rows]) for part in parts]
    steps = list(zip(parts, cosines, strict=True))
    scores = np.stack([part.standard_scores(c, rows, calibration) for part, c in steps])
    chances = [part.chances(c, rows, calibration) for part, c in steps]
    place_of = {row: place for place, row in enumerate(rows.tolist())}
    for one in sequences(clips, rows, scores, plan.query.within_s):
        if not free[one.rows[0]]:
            continue
        known = [c[place_of[row]] for c, row in zip(chances, one.rows, strict=True) if c is not None]
        chance = float(min(known)) if len(known) == len(parts) else None
        yield Ranked(one.rows[0], one.rows[0], one.rows[-1], one.score, None, chance)
