"""What is told of a library, its files and its videos, and of what went wrong."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from data.types import State
from search.query.wire import Id


class Indexing(BaseModel):
    """The run in progress."""

    files_done: int
    files_total: int
    eta_s: float | None
    failed: int


class WatchedFolder(BaseModel):
    """A folder that is watched, by events of the system or by looking again and again."""

    path: str
    how: Literal["events", "polling"]


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
    watching: Annotated[
        list[WatchedFolder] | None, Field(description="the folders that are kept up to date, by whatever program")
    ] = None


class Disk(BaseModel):
    """Bytes by what they are for; all but `videos` are in the library."""

    videos: int
    vectors: int
    index: int
    pictures: int
    copies: int
    model: int
    catalogue: int
    set_aside: int


class NamedLibrary(BaseModel):
    """A library of the service: `/v1/status` of it is `base` and `/status`."""

    name: str
    base: str


class LibraryList(BaseModel):
    """All of them."""

    libraries: list[NamedLibrary]


class KnownModel(BaseModel):
    """A pair of towers by its name."""

    name: str
    dim: int | None
    frames: int
    image_size: int | None
    licence: str
    languages: str
    commercial: Annotated[bool | None, Field(description="whether its licence allows such use; null where unclear")]
    r1: Annotated[float | None, Field(description="R@1, text to video, MSR-VTT 1k-A, zero-shot, as published, in %")]
    available: bool
    bytes: int | None
    how_to_get: str


class LedgerFile(BaseModel):
    """One file ever seen, and what became of it."""

    path: str
    state: State
    stage: str | None
    reason: str | None
    says: Annotated[str | None, Field(description="the same in a plain sentence; null where nothing is wrong")] = None
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
    size_bytes: Annotated[int | None, Field(description="of the file there as it was indexed, null when it is gone")]
    duration_s: float
    width: int
    height: int
    fps: float
    codec: str
    has_audio: bool
    taken_at: datetime | None
    stream_url: str
    thumbnail_url: str
    strip_url: Annotated[str, Field(description="pictures of the whole video in a row")]
    proxy_url: Annotated[str, Field(description="what a browser plays when it can't play the file, part by part")]
    proxy_part_s: Annotated[float, Field(description="how long each of its parts is")]


class VideoList(BaseModel):
    """A page of videos; `total` counts all pages."""

    total: int
    videos: list[ListedVideo]


class CountedFolder(BaseModel):
    """How many videos lie in or below a folder."""

    path: str
    videos: int


class FolderList(BaseModel):
    """Upper ones first, then by path."""

    folders: list[CountedFolder]


class CountedDate(BaseModel):
    """How many videos were taken in a month or on a day of UTC."""

    date: Annotated[str, Field(examples=["2024-05", "2024-05-31"])]
    videos: int


class DateList(BaseModel):
    """Oldest first; `undated` videos don't say when they were taken."""

    dates: list[CountedDate]
    undated: int


class ShotSpan(BaseModel):
    """What the camera showed between two cuts."""

    start_s: float
    end_s: float


class ClipSpan(BaseModel):
    """A searchable piece of a video."""

    start_s: float
    end_s: float
    shot: int


class ActionSpan(BaseModel):
    """What a recogniser took a stretch for."""

    action: str
    start_s: float
    end_s: float


class CountedAction(BaseModel):
    """How many clips, of how many videos, are tagged with an action."""

    action: str
    videos: int
    clips: int


class ActionList(BaseModel):
    """The most frequent first."""

    actions: list[CountedAction]


class VideoDetail(ListedVideo):
    """A video with every place where it lies, and its shots, clips and tags in the serving generation, by time."""

    paths: list[str]
    shots: list[ShotSpan]
    clips: list[ClipSpan]
    actions: Annotated[list[ActionSpan], Field(description="none where no recogniser was named when it was indexed")]
    lines_url: Annotated[str, Field(description="what is said and shown in it, page by page")]
    transcript_url: Annotated[str, Field(description="the same as a file")]


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    position: Annotated[int | None, Field(description="the offending character of the query")] = None
    errors: Annotated[list[str] | None, Field(description="each field that is wrong")] = None
