"""Every moment of a generation that may answer, best first, and no more work than the caller asks for."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from data.types import Confidence
from data.vectors import Floats, Ids
from search.calibration import Evidence, confidence_of
from search.generation import Generation
from search.moments import Span, spans, with_neighbours
from search.plan import Plan, best_of
from search.query import Then
from search.sequences import sequences
from search.table import Rows

# Up to so many clips are all scored for a composed query; of more, the nearest few of each part.
_ALL_CLIPS = 20_000
_NEAREST_OF_EACH = 4_000


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
    generation: Generation, plan: Plan, within: Ids | None, least_chance: float, expected: int
) -> Iterator[Ranked]:
    """Best first, as far as the caller reads; `expected` is about how many that will be."""
    if isinstance(plan.query, Then):
        found = _sequences(generation, plan, within)
    elif plan.is_plain:
        found = _plain(generation, plan, within, least_chance, expected)
    else:
        found = _composed(generation, plan, within)
    return (one for one in found if one.chance is None or one.chance >= least_chance)


def _plain(
    generation: Generation, plan: Plan, within: Ids | None, least_chance: float, expected: int
) -> Iterator[Ranked]:
    clips, calibration = generation.clips, generation.calibration
    total = len(clips) if within is None else len(within)
    least_bias = float(calibration.bias.min(initial=0)) if plan.is_text[0] else 0.0
    # Over-fetch: merging neighbours, folding and the limit per video shrink the list.
    reach, given = 3 * expected + 200, 0
    while True:
        ids, cosines = generation.index.search(plan.vectors, reach, within)
        nearest = best_of(cosines[0])
        found = _around(generation, plan, clips.rows(ids[0]), within, nearest)
        complete = len(ids[0]) >= total or _hopeless(generation, plan, cosines[0], nearest, least_chance)
        # What was not fetched has a smaller cosine than all that was, and at best the least bias.
        sure = -np.inf if complete else float(cosines[0, -1]) - least_bias
        for one in found[given:]:
            if one.score <= sure:
                break
            given += 1
            yield one
        if complete:
            return
        reach *= 4


def _hopeless(generation: Generation, plan: Plan, cosines: Floats, nearest: Floats, least_chance: float) -> bool:
    """Whether no clip beyond the last of `cosines` can be as sure as is asked for."""
    if least_chance <= 0 or not plan.is_text[0]:
        return False
    return bool(generation.calibration.chance(cosines[-1:], nearest)[0] < least_chance)


def _composed(generation: Generation, plan: Plan, within: Ids | None) -> Iterator[Ranked]:
    return iter(_around(generation, plan, _pool(generation, plan, within), within, None))


def _around(
    generation: Generation, plan: Plan, peaks: Rows, within: Ids | None, nearest: Floats | None
) -> list[Ranked]:
    clips, calibration = generation.clips, generation.calibration
    rows = with_neighbours(clips, peaks)
    if within is not None:
        rows = rows[np.isin(clips.ids[rows], within)]
    cosines = generation.index.scores(plan.vectors, clips.ids[rows])
    scores = plan.scores(cosines, rows, calibration)
    if nearest is not None and plan.is_text[0]:
        chances = calibration.chance(cosines[0], nearest)
    else:
        found = plan.chances(cosines, calibration)
        chances = found if found is not None else np.full(len(rows), np.nan)
    spanned = spans(clips, rows, scores, peaks, mean_score=plan.mean_score(calibration))
    at = {row: place for place, row in enumerate(rows.tolist())}
    cosine_of = cosines[0] if plan.is_plain else None
    return [_ranked(span, at[span.peak], cosine_of, chances) for span in spanned]


def _ranked(span: Span, place: int, cosines: Floats | None, chances: Evidence) -> Ranked:
    chance = float(chances[place])
    return Ranked(
        first=span.first,
        peak=span.peak,
        last=span.last,
        score=span.score,
        cosine=None if cosines is None else float(cosines[place]),
        chance=None if np.isnan(chance) else chance,
    )


def _pool(generation: Generation, plan: Plan, within: Ids | None) -> Rows:
    """Rows of the clips that a composed query chooses from, sorted."""
    clips = generation.clips
    ids = clips.ids if within is None else within
    if len(ids) > _ALL_CLIPS:
        asked = np.concatenate([plan.vectors[plan.wanted], plan.pointing[np.newaxis]])
        ids = np.unique(generation.index.search(asked, _NEAREST_OF_EACH, within)[0])
    return np.sort(clips.rows(ids))


def _sequences(generation: Generation, plan: Plan, within: Ids | None) -> Iterator[Ranked]:
    assert isinstance(plan.query, Then)
    clips, calibration = generation.clips, generation.calibration
    rows = _pool(generation, plan, within)
    parts = [plan.part(step) for step in range(len(plan.query.steps))]
    cosines = [generation.index.scores(part.vectors, clips.ids[rows]) for part in parts]
    steps = list(zip(parts, cosines, strict=True))
    scores = np.stack([_standard(part, part.scores(c, rows, calibration), generation) for part, c in steps])
    chances = [part.chances(c, calibration) for part, c in steps]
    at = {row: place for place, row in enumerate(rows.tolist())}
    for one in sequences(clips, rows, scores, plan.query.within_s):
        known = [chance[at[row]] for chance, row in zip(chances, one.rows, strict=True) if chance is not None]
        chance = float(min(known)) if len(known) == len(parts) else None
        yield Ranked(one.rows[0], one.rows[0], one.rows[-1], one.score, None, chance)


def _standard(part: Plan, scores: Floats, generation: Generation) -> Floats:
    """Deviations above the library's mean, also for a step of one leaf, so that steps compare."""
    if not part.is_plain:
        return scores
    usual = part.usual(generation.calibration)
    standard: Floats = (scores - usual.mean()) / max(float(usual.std()), 1e-6)
    return standard
