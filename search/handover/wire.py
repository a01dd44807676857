"""What is sent and told of collections and of what is handed over, over HTTP and as JSON of the command line."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from data.stores.catalog.collections import MAX_COLLECTED, Pick
from data.types import Confidence
from search.handover.order import MAX_HANDLES_S
from search.query.shape import check_shape
from search.query.tree import MAX_QUERY_CHARS
from search.query.wire import Id, Seconds

MAX_SENT = 1000
"""Moments of one request; more come in several."""
_MAX_VALUES = 20 * MAX_SENT

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, Field(max_length=4000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Sent(_Part):
    """A whole body, looked at before it is taken apart."""

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, sent: Any) -> Any:
        check_shape(sent, most=_MAX_VALUES)
        return sent


class PickBody(_Part):
    """A moment that was chosen: content and seconds, and what is known of why."""

    video_id: Id
    start_s: Seconds
    end_s: Seconds
    best_s: Seconds | None = None
    note: Note | None = None
    query: Annotated[str | None, Field(max_length=MAX_QUERY_CHARS)] = None
    confidence: Confidence | None = None
    score: Annotated[float | None, Field(allow_inf_nan=False)] = None

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.end_s <= self.start_s:
            raise ValueError(f"a moment ends after it starts, got {self.start_s:g} to {self.end_s:g} s")
        return self

    @property
    def pick(self) -> Pick:
        return Pick(**(self.model_dump() | {"note": self.note or ""}))


Picks = Annotated[list[PickBody], Field(max_length=MAX_SENT)]


class CollectionBody(_Sent):
    """A new collection."""

    name: Name
    note: Note = ""
    moments: Picks = []


class CollectionChange(_Sent):
    """What is to be another; `order` names all moments of the collection."""

    name: Name | None = None
    note: Note | None = None
    order: Annotated[list[Id] | None, Field(max_length=MAX_COLLECTED)] = None


class PicksBody(_Sent):
    """Moments that are to be put into a collection."""

    moments: Picks


class PickChange(_Sent):
    """What is to be another of a moment in a collection."""

    note: Note | None = None
    start_s: Seconds | None = None
    end_s: Seconds | None = None


FormatName = Literal["csv", "edl", "markers", "fcpxml", "fcp7xml", "otio", "clips", "reel"]
ExportState = Literal["making", "done", "failed", "stopped"]


class ExportBody(_Sent):
    """Moments, or a collection of them, and the form in which they are to be handed over."""

    format: FormatName
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    collection: Id | None = None
    moments: Annotated[list[PickBody] | None, Field(min_length=1, max_length=MAX_SENT)] = None
    handles_s: Annotated[
        float, Field(ge=0, le=MAX_HANDLES_S, allow_inf_nan=False, description="so much more before and after each")
    ] = 0.0
    exact: Annotated[bool, Field(description="clips are encoded, and begin with the very picture")] = False

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.collection is None) == (self.moments is None):
            raise ValueError("say which collection, or which moments: one of them")
        return self


class Export(BaseModel):
    """How far it is; `url` and `bytes` are there when it is done, `reason` when it has failed."""

    id: Id
    format: FormatName
    file_name: str
    state: ExportState
    done: Annotated[int, Field(description="of the moments")]
    total: int
    reason: str | None
    bytes: int | None
    url: str | None


class CollectedMoment(BaseModel):
    """A moment of a collection. Its `video` is a path, null when no file of it is there any more."""

    id: Id
    video_id: Id
    video: str | None
    last_path: Annotated[str | None, Field(description="where the video lay when the moment was put in")]
    start_s: float
    end_s: float
    best_s: float | None
    note: str
    query: str | None
    confidence: Confidence | None
    score: float | None
    added_at: datetime
    taken_at: datetime | None
    width: int | None
    height: int | None
    duration_s: float | None
    stream_url: str | None
    thumbnail_url: str | None
    strip_url: str | None


class Collection(BaseModel):
    """A collection with its moments, in their order."""

    id: Id
    name: str
    note: str
    updated_at: datetime
    moments: list[CollectedMoment]


class ListedCollection(BaseModel):
    """A collection and how many moments it has; the picture is that of the first whose video is there."""

    id: Id
    name: str
    note: str
    moments: int
    updated_at: datetime
    thumbnail_url: str | None


class CollectionList(BaseModel):
    """A page of collections, what changed last first; `total` counts all pages."""

    total: int
    collections: list[ListedCollection]
