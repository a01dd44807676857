"""The bodies that cross the wire, and what the command line prints as JSON."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from data.types import Confidence, State

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TextLeaf(_Asked):
    """A sentence."""

    text: str


class ImageLeaf(_Asked):
    """A picture: JPEG, PNG, WebP, GIF or BMP, at most 10 MB."""

    image: Annotated[str, Field(description="base64; null in answers")]


class Stretch(_Asked):
    """A stretch of a video."""

    video_id: Id
    start_s: Seconds
    end_s: Seconds


class MomentLeaf(_Asked):
    """More like this."""

    moment: Stretch


QueryTree = TextLeaf | ImageLeaf | MomentLeaf


class FilterBody(_Asked):
    """Which videos may answer."""

    folder: Annotated[
        str | None, Field(max_length=4096, description="in or below it; relative ones lie below any root")
    ] = None
    video_id: Id | None = None


class SearchBody(_Asked):
    """One search."""

    query: Annotated[str | QueryTree, Field(description="a sentence, or a tree", examples=["a cat on a sofa"])]
    limit: Annotated[int, Field(ge=1, le=500)] = 20
    filters: FilterBody = FilterBody()
    sort: Literal["relevance", "time"] = "relevance"
    per_video: Annotated[int | None, Field(ge=1, le=500, description="at most so many moments of one video")] = None


class EchoedImage(BaseModel):
    """A picture that was asked with; its bytes are not sent back."""

    image: None = None


class FoundMoment(BaseModel):
    """A moment; its addresses are null on the command line."""

    video: Annotated[str, Field(description="path")]
    video_id: Id
    start_s: float
    end_s: float
    best_s: float
    score: Annotated[float, Field(description="what it was ranked by")]
    cosine: float | None
    confidence: Confidence | None
    stream_url: str | None
    thumbnail_url: str | None


class SearchAnswer(BaseModel):
    """Moments, best first unless sorted by time."""

    query: str | TextLeaf | MomentLeaf | EchoedImage
    model: str
    generation: str
    took_ms: float
    moments: list[FoundMoment]


class Indexing(BaseModel):
    """The run in progress."""

    files_done: int
    files_total: int
    eta_s: float | None
    failed: int


class Status(BaseModel):
    """The library in numbers."""

    library: str
    model: str | None
    generation: str | None
    files: int
    videos: int
    clips: int
    hours: float
    partial: int
    failed: int
    skipped: int
    duplicates: int
    gone: int
    bytes: int
    indexing: Indexing | None


class LedgerFile(BaseModel):
    """One file ever seen, and what became of it."""

    path: str
    state: State
    stage: str | None
    reason: str | None
    video_id: str | None
    size_bytes: int
    seen_at: datetime


class Ledger(BaseModel):
    """A page of files by path; `total` counts all pages."""

    total: int
    files: list[LedgerFile]


class ListedVideo(BaseModel):
    """A video, wherever it lies; `path` is the place that stands for it, null when all its files are gone."""

    video_id: Id
    path: str | None
    duration_s: float
    width: int
    height: int
    fps: float
    codec: str
    has_audio: bool
    taken_at: datetime | None
    stream_url: str
    thumbnail_url: str


class VideoList(BaseModel):
    """A page of videos by path; `total` counts all pages."""

    total: int
    videos: list[ListedVideo]


class ClipSpan(BaseModel):
    """A searchable piece of a video."""

    start_s: float
    end_s: float
    shot: int


class VideoDetail(ListedVideo):
    """A video with every place where it lies and its clips in the serving generation, in time order."""

    paths: list[str]
    clips: list[ClipSpan]


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    position: Annotated[int | None, Field(description="the offending character of the query")] = None
    errors: Annotated[list[str] | None, Field(description="each field that is wrong")] = None
