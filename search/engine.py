"""Answers a query from one generation: encode, rank, fold copies, describe one page of moments."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

import numpy as np

from data import views
from data.types import Confidence, Moment, QueryError
from data.views import FoundVideo
from search import calibration
from search.feedback import Verdicts, refined
from search.folding import Copies, folded
from search.generation import Generation, GenerationGone
from search.peaks import best_seconds
from search.plan import Plan, planned
from search.query import Query
from search.ranking import Allowed, Ranked, ranked

Sort = Literal["relevance", "time"]
_EVERY_VIDEO = views.Wanted()


@dataclass(frozen=True, slots=True)
class Request:
    """One page of a search: `limit` moments after the first `offset`, at most `per_video` of one video.

    `videos` holds what is asked of videos; None lets every one answer.
    """

    query: Query
    limit: int = 20
    offset: int = 0
    videos: views.Wanted = _EVERY_VIDEO
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


def search(generation: Generation, request: Request) -> Page:
    """Moments, best first or, sorted by time, those of the page by when they were taken, path and start.

    Raises QueryError, and GenerationGone when the catalogue has dropped its clips meanwhile.
    """
    plan = refined(generation, plan_of(generation, request.query), request.verdicts)
    allowed = _allowed(generation, request.videos)
    least = calibration.least_chance(request.min_confidence)
    if least > 0 and not plan.is_text.any():
        raise QueryError(None, "only sentences have a confidence: leave min_confidence out")
    gone: set[int] = set()
    while True:
        groups = _groups(generation, plan, allowed, least, request, gone)
        until = request.offset + request.limit
        page, more = groups[request.offset : until], len(groups) > until
        found, missing = _described(generation, plan, page)
        if not missing:
            break
        # Files have gone since this generation was published: let others take their place.
        gone |= missing
    return Page(sorted(found, key=_by_time) if request.sort == "time" else found, more)


def plan_of(generation: Generation, query: Query) -> Plan:
    """The query in this generation's space. Raises QueryError."""
    return planned(query, generation.index, generation.clips, generation.towers)


def _allowed(generation: Generation, wanted: views.Wanted) -> Allowed | None:
    """[N] by row: whether a clip may answer; None when all may."""
    if wanted == _EVERY_VIDEO:
        return None
    clips = generation.clips
    chosen = views.matching_videos(generation.engine, generation.snapshot.fingerprint, wanted)
    numbers = [clips.number_of(video_id) for video_id in chosen]
    return np.isin(clips.videos, [number for number in numbers if number is not None])


def _groups(
    generation: Generation, plan: Plan, allowed: Allowed | None, least: float, request: Request, gone: set[int]
) -> list[Copies]:
    """What fills the pages up to the one asked for, and one more group where there is one."""
    needed = request.offset + request.limit + 1
    moments = ranked(generation, plan, allowed, least, needed)
    looked_at: list[Ranked] = []
    while True:
        fresh = list(islice(moments, needed))
        looked_at += [one for one in fresh if int(generation.clips.videos[one.peak]) not in gone]
        kept = folded(generation, looked_at) if request.fold else (Copies((one,)) for one in looked_at)
        groups = list(islice(_few_per_video(generation, kept, request.per_video), needed))
        if len(groups) == needed or not fresh:
            return groups


def _few_per_video(generation: Generation, groups: Iterable[Copies], per_video: int | None) -> Iterator[Copies]:
    shown: Counter[int] = Counter()
    for group in groups:
        video = int(generation.clips.videos[group.moments[0].peak])
        if per_video is None or shown[video] < per_video:
            shown[video] += 1
            yield group


def _described(generation: Generation, plan: Plan, page: list[Copies]) -> tuple[list[FoundMoment], set[int]]:
    """What is to be said of these moments, and the videos of which no file is left; one catalogue query."""
    clips = generation.clips
    bests = [group.moments[0] for group in page]
    peaks: list[int] = clips.ids[[best.peak for best in bests]].tolist() if page else []
    facts = views.videos_of_clips(generation.engine, peaks) if page else {}
    # Two moments may share a peak: sequences that begin with the same clip do.
    if not facts.keys() >= set(peaks):
        raise GenerationGone(f"generation {generation.snapshot.generation} has been removed: ask again")
    described = [facts[peak] for peak in peaks]
    missing = {int(clips.videos[best.peak]) for best, fact in zip(bests, described, strict=True) if fact.path is None}
    if missing:
        return [], missing
    seconds = best_seconds(generation, plan.pointing, bests)
    return [
        FoundMoment(_moment(generation, best, fact, best_s), fact.path, len(group.moments) - 1)
        for group, best, fact, best_s in zip(page, bests, described, seconds, strict=True)
        if fact.path is not None
    ], missing


def _moment(generation: Generation, best: Ranked, fact: FoundVideo, best_s: float) -> Moment:
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
