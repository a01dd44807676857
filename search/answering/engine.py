"""Answers a query from one generation: encode, rank, fold copies, describe one page of moments."""

from dataclasses import dataclass, field
from typing import Literal

from data.stores.catalog import views
from data.stores.catalog.views import FoundVideo
from data.stores.where import Where
from data.types import Confidence, Moment, QueryError
from search.answering.channels import Scope, Search
from search.answering.fusion import fused, searches_of
from search.answering.registry import channels_of
from search.generation.confidence import least_of, named
from search.generation.opened import GenerationGone, OpenGeneration
from search.query.tree import By, Query
from search.ranking.candidates import Ranked
from search.ranking.feedback import Verdicts
from search.ranking.folding import Group, grouped
from search.ranking.free import Free
from search.ranking.reasons import Reason
from search.ranking.tagged import Tagged

Sort = Literal["relevance", "time"]
_EVERY_VIDEO = Where()


@dataclass(frozen=True, slots=True)
class Request:
    """One page of a search: `limit` moments after the first `offset`, at most `per_video` of one video, that were found
    `by` one of these and are tagged with this `action`, where any is named.

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
    by: tuple[By, ...] = ()
    action: str | None = None


@dataclass(frozen=True, slots=True)
class FoundMoment:
    """A moment, the path that stands for its video, how many more moments look the same, and why it was found."""

    moment: Moment
    path: bytes
    copies: int
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """`more` says whether moments follow, `notes` what one should know about them."""

    moments: list[FoundMoment]
    more: bool
    notes: tuple[str, ...] = ()


def search(opened: OpenGeneration, request: Request) -> Page:
    """Moments, best first or, sorted by time, those of the page by when they were taken, path and start.

    Raises QueryError, and GenerationGone when the catalogue has dropped its clips meanwhile.
    """
    asked, least = _asked(opened, request), least_of(request.min_confidence)
    if least > 0 and not asked.has_confidence:
        raise QueryError(None, "only sentences have a confidence: leave min_confidence out")
    until = request.offset + request.limit
    where = None if request.videos == _EVERY_VIDEO else request.videos
    while True:
        scope = Scope(where, Free(opened.vectors), least, until + 1)
        groups = _grouped(opened, request, asked, scope)
        found = _described(opened, asked, groups[request.offset : until])
        if found is not None:
            in_order = sorted(found, key=_by_time) if request.sort == "time" else found
            return Page(in_order, len(groups) > until, tuple(sorted(scope.notes)))
        # Files have gone since this generation was published: let others take their place.
        where = request.videos


def _asked(opened: OpenGeneration, request: Request) -> Search:
    """One search of all channels that understand the query. Raises QueryError."""
    return fused(searches_of(channels_of(opened), request.query, request.verdicts))


def _grouped(opened: OpenGeneration, request: Request, asked: Search, scope: Scope) -> list[Group]:
    moments = asked.moments(scope)
    if request.by:
        moments = (one for one in moments if any(reason.by in request.by for reason in one.reasons))
    if request.action:
        tagged = Tagged(opened.catalog, opened.generation, request.action)
        moments = (one for one in moments if tagged.covers(one.whole))
    needed = request.offset + request.limit + 1
    return grouped(opened.vectors, moments, scope.free, needed, per_video=request.per_video, fold=request.fold)


def _described(opened: OpenGeneration, asked: Search, page: list[Group]) -> list[FoundMoment] | None:
    """What is to be said of these moments, by one catalogue query; None when of one no file is left."""
    peaks = [group.best.peak for group in page]
    facts = views.videos_of_clips(opened.catalog, peaks) if page else {}
    # Two moments may share a peak: sequences that begin with the same clip do.
    if not facts.keys() >= set(peaks):
        raise GenerationGone(f"generation {opened.name} has been removed: ask again")
    if any(facts[peak].path is None for peak in peaks):
        return None
    described = [(group, facts[group.best.peak]) for group in page]
    return [
        FoundMoment(
            _moment(group.best, fact, asked.best_second(group.best)), fact.path, group.copies, group.best.reasons
        )
        for group, fact in described
        if fact.path is not None
    ]


def _moment(best: Ranked, fact: FoundVideo, best_s: float) -> Moment:
    return Moment(
        video=fact.video,
        start_s=best.whole.start_s,
        end_s=best.whole.end_s,
        best_s=best_s,
        score=best.score,
        cosine=best.cosine,
        confidence=None if best.confidence is None else named(best.confidence),
    )


def _by_time(found: FoundMoment) -> tuple[bool, float, bytes, float]:
    """By when it was taken (unknown last), then path and start."""
    taken_at = found.moment.video.taken_at
    taken_s = taken_at.timestamp() + found.moment.start_s if taken_at else 0.0
    return taken_at is None, taken_s, found.path, found.moment.start_s
