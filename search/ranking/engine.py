"""Answers a query from one generation: encode, rank, fold copies, describe one page of moments."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from data.stores.catalog import views
from data.stores.catalog.views import FoundVideo
from data.stores.where import Where
from data.types import Confidence, Moment, QueryError
from search.generation import calibration
from search.generation.opened import GenerationGone, OpenGeneration
from search.query.tree import Query
from search.ranking.candidates import Ranked, ranked
from search.ranking.feedback import Verdicts, refined
from search.ranking.folding import Group, grouped
from search.ranking.moments import Free
from search.ranking.peaks import best_seconds
from search.ranking.plan import Plan, planned

Sort = Literal["relevance", "time"]
_EVERY_VIDEO = Where()


@dataclass(frozen=True, slots=True)
class Request:
    """One page of a search: `limit` moments after the first `offset`, at most `per_video` of one video.

    `videos` holds what is asked of videos; None lets every one answer.
    """

    query: Query
    limit: int = 20
    offset: int = 0
    videos: Where = _EVERY_VIDEO
    min_confidence: Confidence = "low"
    sort: Sort = "relevance"
    per_video: int | None = None
    fold: bool = True
    verdicts: Verdicts = field(default_factory=Verdicts)


@dataclass(frozen=True, slots=True)
class FoundMoment:
    """A moment, the path that stands for its video, and how many more moments look the same."""

    moment: Moment
    path: bytes
    copies: int


@dataclass(frozen=True, slots=True)
class Page:
    """`more` says whether moments follow."""

    moments: list[FoundMoment]
    more: bool


def search(generation: OpenGeneration, request: Request) -> Page:
    """Moments, best first or, sorted by time, those of the page by when they were taken, path and start.

    Raises QueryError, and GenerationGone when the catalogue has dropped its clips meanwhile.
    """
    plan = refined(generation, plan_of(generation, request.query), request.verdicts)
    least = calibration.least_chance(request.min_confidence)
    if least > 0 and not plan.is_text.any():
        raise QueryError(None, "only sentences have a confidence: leave min_confidence out")
    until = request.offset + request.limit
    allowed = np.ones(len(generation.clips), np.bool_)
    if request.videos != _EVERY_VIDEO:
        allowed = allowed & _present(generation, request.videos)
    while True:
        free = allowed.copy()
        moments = ranked(generation, plan, free, least, until + 1)
        groups = grouped(generation, moments, free, until + 1, per_video=request.per_video, fold=request.fold)
        found = _described(generation, plan, groups[request.offset : until])
        if found is not None:
            return Page(sorted(found, key=_by_time) if request.sort == "time" else found, len(groups) > until)
        # Files have gone since this generation was published: let others take their place.
        allowed = allowed & _present(generation, request.videos)


def plan_of(generation: OpenGeneration, query: Query) -> Plan:
    """The query in this generation's space. Raises QueryError."""
    return planned(query, generation.index, generation.clips, generation.towers)


def _present(generation: OpenGeneration, wanted: Where) -> Free:
    """[N] by row: whether a clip is of a video that is wanted and still there."""
    clips = generation.clips
    chosen = views.matching_videos(generation.catalog, generation.snapshot.fingerprint, wanted)
    numbers = [clips.number_of(video_id) for video_id in chosen]
    return np.isin(clips.videos, [number for number in numbers if number is not None])


def _described(generation: OpenGeneration, plan: Plan, page: list[Group]) -> list[FoundMoment] | None:
    """What is to be said of these moments, by one catalogue query; None when of one no file is left."""
    clips = generation.clips
    bests = [group.best for group in page]
    peaks: list[int] = clips.ids[[best.peak for best in bests]].tolist() if page else []
    facts = views.videos_of_clips(generation.catalog, peaks) if page else {}
    # Two moments may share a peak: sequences that begin with the same clip do.
    if not facts.keys() >= set(peaks):
        raise GenerationGone(f"generation {generation.snapshot.generation} has been removed: ask again")
    if any(facts[peak].path is None for peak in peaks):
        return None
    seconds = best_seconds(generation, plan.pointing, bests)
    described = [facts[peak] for peak in peaks]
    return [
        FoundMoment(_moment(generation, group.best, fact, best_s), fact.path, group.copies)
        for group, fact, best_s in zip(page, described, seconds, strict=True)
        if fact.path is not None
    ]


def _moment(generation: OpenGeneration, best: Ranked, fact: FoundVideo, best_s: float) -> Moment:
    clips = generation.clips
    return Moment(
        video=fact.video,
        start_s=float(clips.starts_s[best.first]),
        end_s=float(clips.ends_s[best.last]),
        best_s=best_s,
        score=best.score,
        cosine=best.cosine,
        confidence=best.confidence,
    )


def _by_time(found: FoundMoment) -> tuple[bool, float, bytes, float]:
    """By when it was taken (unknown last), then path and start."""
    taken_at = found.moment.video.taken_at
    taken_s = taken_at.timestamp() + found.moment.start_s if taken_at else 0.0
    return taken_at is None, taken_s, found.path, found.moment.start_s
