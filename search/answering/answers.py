"""From what was asked to what is answered, with or without HTTP around it."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import NamedTuple, TypeVar

from data.paths import path_text
from data.stores.catalog import judgments
from data.stores.library import Library
from data.types import Moment, QueryError
from search.answering import concepts, engine, wire
from search.generation.follower import Follower
from search.generation.opened import OpenGeneration
from search.generation.towers import OpenPair, pair_of
from search.query import grammar
from search.query.bodies import Node, echoed, query_of, where_of
from search.query.cursor import MAX_OFFSET, cursor_for, offset_of
from search.query.language import language_of
from search.query.narrowing import narrowed
from search.query.tree import Query, Stretch, Text, leaves_of
from search.query.uploads import Uploads
from search.query.wire import SearchBody
from search.ranking.feedback import Verdicts
from search.ranking.reasons import Reason

A = TypeVar("A")

# The newest count: each costs a product with every clip of its stretch.
_MOST_VERDICTS = 1000


class Addresses(NamedTuple):
    """Where a moment's video, its picture and its pictures in a row are; None without a service."""

    stream_url: str | None = None
    thumbnail_url: str | None = None
    strip_url: str | None = None


def search_library(library: Library, body: SearchBody, *, open_pair: OpenPair = pair_of) -> wire.SearchAnswer:
    """One search without a service. Raises NoGeneration, QueryError, StaleCursor, and what opening a pair raises."""
    return asked_of_library(library, partial(answer, body=body), open_pair=open_pair)


def asked_of_library(library: Library, ask: Callable[[OpenGeneration], A], *, open_pair: OpenPair = pair_of) -> A:
    """What `ask` makes of the published generation. Raises NoGeneration, and what `ask` and opening a pair raise."""
    follower = Follower(library, open_pair=open_pair)
    try:
        return follower.answered(ask)
    finally:
        follower.close()


def answer(
    opened: OpenGeneration,
    body: SearchBody,
    addresses: Callable[[Moment], Addresses] = lambda _: Addresses(),
    uploads: Uploads | None = None,
) -> wire.SearchAnswer:
    """The moments that answer `body`; `addresses` says where to fetch what belongs to each.

    Without `uploads`, pictures and videos are decoded by processes for this call. Raises QueryError, StaleCursor for a
    page of another generation, and Full.
    """
    began = time.perf_counter()
    verdicts = verdicts_on(opened, body.query) if body.refine else Verdicts()
    understood, notes = understood_as(opened, body.query)
    with nullcontext(uploads) if uploads else Uploads() as decoding:
        query = narrowed(query_of(understood, decoding), body.filters.by, body.filters.language)
    meant = concepts.understood(opened, query)
    stamp = f"{opened.name} {verdicts} {meant.stamp}"
    question = body.model_dump_json(exclude={"limit", "cursor"})
    offset = offset_of(body.cursor, stamp, question) if body.cursor else 0
    page = engine.search(opened, asked(body, meant.query, offset, verdicts))
    notes, until = [*notes, *meant.notes, *page.notes], offset + len(page.moments)
    if page.more and until > MAX_OFFSET:
        notes = [*notes, f"pages end after {MAX_OFFSET:,} moments, and there are more: narrow the search"]
    return wire.SearchAnswer(
        query=echoed(body.query),
        model=opened.generation.model,
        generation=opened.name,
        moments=[_body(found, addresses(found.moment)) for found in page.moments],
        next_cursor=cursor_for(stamp, question, until) if page.more and until <= MAX_OFFSET else None,
        notes=notes,
        took_ms=round((time.perf_counter() - began) * 1000, 3),
    )


def understood_as(opened: OpenGeneration, query: str | Node) -> tuple[str | Node, list[str]]:
    """The query without slips of the keyboard, and what is to be said of it. Raises QueryError."""
    if not isinstance(query, str):
        return query, []
    # Errors point at what was typed, so that is parsed first.
    leaves = leaves_of(grammar.parse(query))
    concepts.check_known(opened.catalog, leaves)
    # Lines are in whatever language.
    language = language_of(query) if any(isinstance(leaf, Text) for leaf in leaves) else None
    if language is not None:
        return query, [f"the towers of this library read English; this looks like {language}"]
    corrected = opened.towers.corrected(query)
    kept = f"read as: {corrected} (words in quotes are never changed)"
    return corrected, [kept] if corrected != query else []


def asked(body: SearchBody, query: Query, offset: int, verdicts: Verdicts) -> engine.Request:
    """What the engine is to do."""
    return engine.Request(
        query=query,
        limit=body.limit,
        offset=offset,
        videos=where_of(body.filters),
        min_confidence=body.filters.min_confidence,
        sort=body.sort,
        per_video=body.per_video,
        fold=body.fold,
        verdicts=verdicts,
        by=body.filters.by,
        action=body.filters.action,
    )


def verdicts_on(opened: OpenGeneration, query: object) -> Verdicts:
    """What was judged of a query as typed. Raises QueryError for one that was not typed."""
    if not isinstance(query, str):
        raise QueryError(None, "only a typed query has judgments")
    _, kept = judgments.judgments(opened.catalog, query, limit=_MOST_VERDICTS)
    stretches = [(Stretch(one.video_id, one.start_s, one.end_s), one.relevant) for one in kept]
    return Verdicts(
        up=tuple(stretch for stretch, relevant in stretches if relevant),
        down=tuple(stretch for stretch, relevant in stretches if not relevant),
    )


def _why(reason: Reason) -> wire.Why:
    marks = [(mark.start, mark.end) for mark in reason.marks]
    return wire.Why(by=reason.by, text=reason.text, marks=marks, start_s=reason.start_s, end_s=reason.end_s)


def _body(found: engine.FoundMoment, addresses: Addresses) -> wire.FoundMoment:
    moment, video = found.moment, found.moment.video
    return wire.FoundMoment(
        video=path_text(found.path),
        video_id=video.id,
        start_s=moment.start_s,
        end_s=moment.end_s,
        best_s=moment.best_s,
        duration_s=video.duration_s,
        width=video.width,
        height=video.height,
        taken_at=video.taken_at,
        score=moment.score,
        cosine=moment.cosine,
        confidence=moment.confidence,
        why=[_why(reason) for reason in found.reasons],
        copies=found.copies,
        **addresses._asdict(),
    )
