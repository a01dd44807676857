"""What is asked of a library, on the command line and from Python, as the body of a search."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypedDict, TypeVar

from pydantic import ValidationError

from data.stores.catalog import Catalog
from data.types import Confidence, QueryError
from search.query.arguments import video_named
from search.query.wire import FilterBody

B = TypeVar("B")


class Filters(TypedDict, total=False):
    """Which videos may answer, and how sure their moments must be; what is None or left out asks for nothing.

    `in_video` is a path or an id, lengths are in seconds and heights in lines. A time without a zone is one of here,
    and intervals of time are half-open.
    """

    folder: str | None
    glob: str | None
    in_video: str | None
    min_duration: float | None
    max_duration: float | None
    min_height: int | None
    max_height: int | None
    taken_from: datetime | None
    taken_until: datetime | None
    indexed_from: datetime | None
    indexed_until: datetime | None
    min_confidence: Confidence
    by: Sequence[str]
    language: str | None
    action: str | None


_SECONDS = {"min_duration": "min_duration_s", "max_duration": "max_duration_s"}


def filter_body(catalog: Catalog, asked: Filters) -> FilterBody:
    """The filters of a search. Raises QueryError."""
    facts: dict[str, object] = {}
    for name, value in asked.items():
        if name == "in_video":
            facts["video_id"] = video_named(catalog, str(value)) if value else None
        else:
            facts[_SECONDS.get(name, name)] = _local(value) if isinstance(value, datetime) else value
    return checked(FilterBody, **facts)


def checked(kind: Callable[..., B], **facts: object) -> B:
    """A body made of what a person said. Raises QueryError."""
    try:
        return kind(**facts)
    except ValidationError as error:
        first = error.errors()[0]
        raise QueryError(None, ": ".join([*map(str, first["loc"][:1]), first["msg"]])) from None


def _local(time: datetime) -> datetime:
    """A time without a zone is one of here."""
    try:
        return time.astimezone()
    except (OverflowError, ValueError):
        raise QueryError(None, f"{time}: in UTC this lies outside the years 1 to 9999") from None
