"""Concepts as they are told, by the service and on the command line."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from data.paths import path_text
from data.stores.catalog import Catalog, concepts
from data.stores.catalog.concepts import Mark
from search.answering.answers import Addresses
from search.query.wire import Id

Addressed = Callable[[Mark], Addresses]


class Example(BaseModel):
    """A moment that shows what a concept names, or does not; `video` is a path, null when no file is there."""

    id: Id
    video_id: Id
    video: str | None
    last_path: Annotated[str | None, Field(description="where the video lay when the moment was marked")]
    start_s: float
    end_s: float
    fits: bool
    added_at: datetime
    width: int | None
    height: int | None
    duration_s: float | None
    stream_url: str | None
    thumbnail_url: str | None
    strip_url: str | None


class Concept(BaseModel):
    """A concept with its examples, the oldest first; `version` grows by one with each change."""

    id: Id
    name: str
    version: int
    created_at: datetime
    updated_at: datetime
    examples: list[Example]


class ListedConcept(BaseModel):
    """A concept, how many of its examples fit and do not; the picture is that of the first whose video is there."""

    id: Id
    name: str
    version: int
    fits: int
    does_not_fit: int
    created_at: datetime
    updated_at: datetime
    thumbnail_url: str | None


class ConceptList(BaseModel):
    """A page of concepts, what changed last first; `total` counts all pages."""

    total: int
    concepts: list[ListedConcept]


def _no_addresses(_: Mark) -> Addresses:
    return Addresses()


def told(catalog: Catalog, name: str, addresses: Addressed = _no_addresses) -> Concept | None:
    """The whole of a concept; None where there is none."""
    found = concepts.concept(catalog, name)
    if found is None:
        return None
    return Concept(
        **{name: getattr(found, name) for name in _FACTS},
        examples=[_example(each, addresses) for each in found.examples],
    )


def listed(
    catalog: Catalog, addresses: Addressed = _no_addresses, *, limit: int | None = None, offset: int = 0
) -> ConceptList:
    """A page of all concepts."""
    total, page = concepts.listed(catalog, limit=limit, offset=offset)
    return ConceptList(total=total, concepts=[_listed(each, addresses) for each in page])


_FACTS = ("id", "name", "version", "created_at", "updated_at")


def _listed(each: concepts.Listed, addresses: Addressed) -> ListedConcept:
    return ListedConcept(
        **{name: getattr(each.concept, name) for name in _FACTS},
        fits=each.fits,
        does_not_fit=each.does_not_fit,
        thumbnail_url=None if each.first is None else addresses(each.first).thumbnail_url,
    )


def _example(each: concepts.Example, addresses: Addressed) -> Example:
    found = Addresses() if each.path is None else addresses(each.mark)
    video = each.video
    return Example(
        id=each.id,
        video=None if each.path is None else path_text(each.path),
        last_path=None if each.last_path is None else path_text(each.last_path),
        added_at=each.added_at,
        width=None if video is None else video.width,
        height=None if video is None else video.height,
        duration_s=None if video is None else video.duration_s,
        **found._asdict(),
        **asdict(each.mark),
    )
