"""The bodies that cross the wire, and what the command line prints as JSON."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from data.types import Confidence, State
from search.query.shape import check_shape
from search.query.tree import MAX_LEAVES, MAX_QUERY_CHARS, MAX_WEIGHT

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("in UTC this lies outside the years 1 to 9999") from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Sent(_Asked):
    """A whole body, looked at before it is taken apart: what is deep or wide costs much, and says nothing."""

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, sent: Any) -> Any:
        check_shape(sent)
        return sent


class _Part(_Asked):
    weight: Annotated[float, Field(gt=0, le=MAX_WEIGHT, description="how much it counts beside the others")] = 1.0


class TextLeaf(_Part):
    """A sentence; the short syntax is not read in it."""

    text: str


class ImageLeaf(_Part):
    """A picture: JPEG, PNG, WebP, GIF or BMP, at most 10 MB."""

    image: Annotated[str, Field(description="base64; null in answers")]


class VideoLeaf(_Part):
    """A video in any container and codec, at most 10 MB: what is alike from beginning to end."""

    video: Annotated[str, Field(description="base64; null in answers")]


class MomentBody(_Asked):
    """A stretch of a video."""

    video_id: Id
    start_s: Seconds
    end_s: Seconds


class MomentLeaf(_Part):
    """More like this."""

    moment: MomentBody


class AndNode(_Part):
    """All of these; what is inside `not` lowers what it names."""

    parts: Annotated[list["QueryTree | NotNode"], Field(alias="and", min_length=1, max_length=MAX_LEAVES)]


class OrNode(_Part):
    """Any of these."""

    parts: Annotated[list["QueryTree"], Field(alias="or", min_length=1, max_length=MAX_LEAVES)]


class NotNode(_Part):
    """Not this: only beside something that is wanted."""

    part: Annotated["QueryTree", Field(alias="not")]


QueryTree = TextLeaf | ImageLeaf | VideoLeaf | MomentLeaf | AndNode | OrNode


class ThenNode(_Asked):
    """One after the other in one video."""

    steps: Annotated[list[QueryTree], Field(alias="then", min_length=2, max_length=MAX_LEAVES)]
    within_s: Annotated[
        Seconds | None, Field(gt=0, description="between the end of one and the start of the next; null: any time")
    ] = None


class FilterBody(_Asked):
    """Which videos may answer, and how sure their moments must be. Dates are half-open."""

    folder: Annotated[
        str | None, Field(max_length=4096, description="in or below it; relative ones lie below any root")
    ] = None
    glob: Annotated[
        str | None,
        Field(max_length=1000, description="of the path, whole or below its root; * stands for slashes too"),
    ] = None
    video_id: Id | None = None
    min_duration_s: Seconds | None = None
    max_duration_s: Seconds | None = None
    min_height: Annotated[int | None, Field(ge=0, le=100_000)] = None
    max_height: Annotated[int | None, Field(ge=0, le=100_000)] = None
    taken_from: Instant | None = None
    taken_until: Instant | None = None
    indexed_from: Instant | None = None
    indexed_until: Instant | None = None
    min_confidence: Confidence = "low"


class SearchBody(_Sent):
    """One search."""

    query: Annotated[
        str | QueryTree | ThenNode,
        Field(
            description="a sentence, which may use the short syntax, or a tree",
            examples=["a cat on a sofa", "a door opens THEN a dog WITHIN 10s", {"and": [{"text": "a beach"}]}],
        ),
    ]
    limit: Annotated[int, Field(ge=1, le=500)] = 20
    filters: FilterBody = FilterBody()
    sort: Literal["relevance", "time"] = "relevance"
    per_video: Annotated[int | None, Field(ge=1, le=500, description="at most so many moments of one video")] = None
    fold: Annotated[bool, Field(description="near-identical moments under the best of them")] = True
    refine: Annotated[bool, Field(description="let the judgments of this very query move it")] = False
    cursor: Annotated[str | None, Field(max_length=500, description="`next_cursor` of the page before")] = None


class FoundMoment(BaseModel):
    """A moment; its addresses are null on the command line."""

    video: Annotated[str, Field(description="path")]
    video_id: Id
    start_s: float
    end_s: float
    best_s: float
    score: Annotated[float, Field(description="what it was ranked by")]
    cosine: float | None
    confidence: Annotated[Confidence | None, Field(description="null where no sentence was asked for")]
    copies: Annotated[int, Field(description="further moments that look the same")]
    stream_url: str | None
    thumbnail_url: str | None


class SearchAnswer(BaseModel):
    """Moments, best first unless sorted by time."""

    query: Annotated[str | dict[str, Any], Field(description="as asked; the bytes of pictures and videos are null")]
    model: str
    generation: str
    took_ms: float
    moments: list[FoundMoment]
    next_cursor: str | None
    notes: Annotated[list[str], Field(description="what one should know about the answer")]


class CurvePoint(BaseModel):
    """How near a picture is to the query, and where that lies from an arbitrary clip (0) to a sure one (1)."""

    t: float
    cosine: float
    relevance: float


class Curve(BaseModel):
    """Over one video, in time order."""

    query: str
    video_id: Id
    generation: str
    points: list[CurvePoint]


class JudgmentBody(_Sent):
    """A thumb: whether a moment answers a query as typed. The same moment judged again replaces the thumb."""

    query: Annotated[str, Field(min_length=1, max_length=MAX_QUERY_CHARS)]
    video_id: Id
    start_s: Seconds
    end_s: Seconds
    relevant: bool


class Judgment(JudgmentBody):
    """A thumb that is kept."""

    id: int
    judged_at: datetime


class JudgmentList(BaseModel):
    """The newest first."""

    total: int
    judgments: list[Judgment]


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
    forgotten: int
    bytes: int
    set_aside: int = 0
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
    proxy_url: Annotated[str, Field(description="what a browser plays when it can't play the file, part by part")]
    proxy_part_s: Annotated[float, Field(description="how long each of its parts is")]


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
