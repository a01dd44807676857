"""From what was asked to what is answered, with or without HTTP around it."""

import os
import time
from collections.abc import Callable

from data.catalog import open_catalog
from data.library import Library
from data.types import Moment, NoSnapshot, QueryError
from search import engine, pictures, wire
from search.generation import Generation, open_generation
from search.query import Image, Like, Query, Text, checked, parse
from search.towers import OpenPair, pair_of

Addresses = Callable[[Moment], tuple[str | None, str | None]]


def search_library(library: Library, body: wire.SearchBody, *, open_pair: OpenPair = pair_of) -> wire.SearchAnswer:
    """One search without a service. Raises NoSnapshot, QueryError, and what opening a pair raises."""
    if not library.exists:
        raise NoSnapshot(f"nothing is indexed in {library.folder}")
    catalog = open_catalog(library.catalog)
    try:
        return answer(open_generation(library, catalog, open_pair=open_pair), body)
    finally:
        catalog.dispose()


def answer(
    generation: Generation, body: wire.SearchBody, addresses: Addresses = lambda _: (None, None)
) -> wire.SearchAnswer:
    """The moments that answer `body`; `addresses` gives a moment's stream and thumbnail. Raises QueryError."""
    began = time.perf_counter()
    found = engine.search(generation, asked(body))
    return wire.SearchAnswer(
        query=wire.EchoedImage() if isinstance(body.query, wire.ImageLeaf) else body.query,
        model=generation.snapshot.model,
        generation=generation.snapshot.generation,
        moments=[_body(moment, addresses) for moment in found],
        took_ms=round((time.perf_counter() - began) * 1000, 3),
    )


def asked(body: wire.SearchBody) -> engine.Request:
    """What the engine is to do. Raises QueryError."""
    return engine.Request(
        query=_query(body.query),
        limit=body.limit,
        filters=engine.Filters(**body.filters.model_dump()),
        sort=body.sort,
        per_video=body.per_video,
    )


def path_text(path: bytes) -> str:
    """A path for JSON: bytes that are no UTF-8 escaped."""
    return os.fsdecode(path).encode("utf-8", "backslashreplace").decode()


def _query(asked_for: str | wire.QueryTree) -> Query:
    match asked_for:
        case str():
            return parse(asked_for)
        case wire.TextLeaf(text=text):
            return Text(checked(text))
        case wire.ImageLeaf(image=image):
            return Image(pictures.from_base64(image))
        case wire.MomentLeaf(moment=of):
            if of.end_s <= of.start_s:
                raise QueryError(None, f"a moment ends after it starts, got {of.start_s:g} to {of.end_s:g} s")
            return Like(of.video_id, of.start_s, of.end_s)


def _body(found: engine.FoundMoment, addresses: Addresses) -> wire.FoundMoment:
    moment = found.moment
    stream_url, thumbnail_url = addresses(moment)
    return wire.FoundMoment(
        video=path_text(found.path),
        video_id=moment.video.id,
        start_s=moment.start_s,
        end_s=moment.end_s,
        best_s=moment.best_s,
        score=moment.score,
        cosine=moment.cosine,
        confidence=moment.confidence,
        stream_url=stream_url,
        thumbnail_url=thumbnail_url,
    )
