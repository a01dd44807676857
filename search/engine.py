"""Answers a query from one generation: encode, rank, merge into moments."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np

from data import views
from data.types import Moment, QueryError
from data.vectors import Floats, Ids
from data.views import FoundClip
from search.generation import Generation
from search.moments import Span, spans, with_neighbours
from search.query import Image, Like, Query, Text

Sort = Literal["relevance", "time"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which videos may answer; None lets every one."""

    folder: str | None = None
    video_id: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One search: at most `limit` moments, at most `per_video` of one video."""

    query: Query
    limit: int = 20
    filters: Filters = Filters()
    sort: Sort = "relevance"
    per_video: int | None = None


@dataclass(frozen=True, slots=True)
class FoundMoment:
    """A moment and the path that stands for its video."""

    moment: Moment
    path: bytes


def search(generation: Generation, request: Request) -> list[FoundMoment]:
    """Moments, best first or, sorted by time, the same ones by when they were taken, path and start.

    Raises QueryError.
    """
    query = encoded(generation, request.query)
    within = _within(generation, request.filters)
    found: list[FoundMoment] = []
    gone: set[int] = set()
    while True:
        page = list(islice(_ranked(generation, query, within, request, gone), request.limit))
        found, missing = _described(generation, page)
        if not missing:
            break
        # Files have gone since this generation was published: let others take their place.
        gone |= missing
    return sorted(found, key=_by_time) if request.sort == "time" else found


def encoded(generation: Generation, query: Query) -> Floats:
    """[D], unit length. Raises QueryError."""
    match query:
        case Text(text):
            vector: Floats = generation.towers.texts([text])[0]
        case Image(pixels):
            vector = generation.towers.picture(pixels)
        case Like(video_id, start_s, end_s):
            vector = _likeness(generation, video_id, start_s, end_s)
    return vector


def _likeness(generation: Generation, video_id: str, start_s: float, end_s: float) -> Floats:
    clips = generation.clips
    rows = clips.rows_of(video_id, start_s, end_s)
    if not len(rows):
        raise QueryError(None, f"nothing is indexed of video {video_id!r} from {start_s:g} to {end_s:g} s")
    shared_s = np.minimum(clips.ends_s[rows], end_s) - np.maximum(clips.starts_s[rows], start_s)
    mean = shared_s.astype(np.float32) @ generation.index.vectors(clips.ids[rows])
    likeness: Floats = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return likeness


def _within(generation: Generation, filters: Filters) -> Ids | None:
    """Ids of the clips that may answer, None for all."""
    clips = generation.clips
    if filters == Filters():
        return None
    allowed = np.ones(len(clips), np.bool_)
    if filters.video_id is not None:
        allowed &= clips.videos == _or_none(clips.number_of(filters.video_id))
    if filters.folder is not None:
        below = views.video_ids_below(generation.engine, os.fsencode(filters.folder))
        allowed &= np.isin(clips.videos, [_or_none(clips.number_of(video_id)) for video_id in below])
    return clips.ids[allowed]


def _or_none(number: int | None) -> int:
    return -1 if number is None else number


def _ranked(
    generation: Generation, query: Floats, within: Ids | None, request: Request, gone: set[int]
) -> Iterator[Span]:
    """Moments best first, as many as are asked for where there are as many."""
    clips = generation.clips
    total = len(clips) if within is None else len(within)
    # Over-fetch: merging neighbours and the limit per video shrink the list.
    reach = 3 * request.limit + 50
    while True:
        ids, _ = generation.index.search(query[np.newaxis], reach, within)
        peaks = clips.rows(ids[0])
        rows = with_neighbours(clips, peaks)
        if within is not None:
            rows = rows[np.isin(clips.ids[rows], within)]
        scores = generation.index.scores(query[np.newaxis], clips.ids[rows])[0]
        kept = list(_allowed(generation, spans(clips, rows, scores, peaks), request.per_video, gone))
        if len(kept) >= request.limit or reach >= total:
            return iter(kept)
        reach *= 4


def _allowed(generation: Generation, ranked: Iterable[Span], per_video: int | None, gone: set[int]) -> Iterator[Span]:
    shown: Counter[int] = Counter()
    for span in ranked:
        video = int(generation.clips.videos[span.peak])
        if video not in gone and (per_video is None or shown[video] < per_video):
            shown[video] += 1
            yield span


def _described(generation: Generation, page: list[Span]) -> tuple[list[FoundMoment], set[int]]:
    """What is to be said of these moments, and the videos of which no file is left; one catalogue query."""
    clips = generation.clips
    facts = views.clips_by_id(generation.engine, clips.ids[[span.peak for span in page]].tolist()) if page else {}
    found, missing = [], set()
    for span in page:
        fact = facts.get(int(clips.ids[span.peak]))
        if fact is None or fact.path is None:
            missing.add(int(clips.videos[span.peak]))
        else:
            found.append(FoundMoment(_moment(generation, span, fact), fact.path))
    return found, missing


def _moment(generation: Generation, span: Span, fact: FoundClip) -> Moment:
    clips = generation.clips
    return Moment(
        video=fact.video,
        start_s=float(clips.starts_s[span.first]),
        end_s=float(clips.ends_s[span.last]),
        best_s=float(clips.starts_s[span.peak] + clips.ends_s[span.peak]) / 2,
        score=span.score,
        cosine=span.score,
        confidence=None,
    )


def _by_time(found: FoundMoment) -> tuple[bool, float, bytes, float]:
    """By when it was taken (unknown last), then path and start."""
    taken_at = found.moment.video.taken_at
    taken_s = taken_at.timestamp() + found.moment.start_s if taken_at else 0.0
    return taken_at is None, taken_s, found.path, found.moment.start_s
