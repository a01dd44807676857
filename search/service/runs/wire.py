"""What is told of runs, of the folders of a library, and of those of the machine."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from search.service.wire import WatchedFolder

RunState = Literal["idle", "running", "stopping", "done", "failed", "stopped"]

# As long as the longest path that Linux takes.
PathText = Annotated[str, Field(min_length=1, max_length=4096, examples=["/home/me/Videos"])]


class IndexRun(BaseModel):
    """The run in progress, else the last one that this service did."""

    state: RunState = "idle"
    here: Annotated[bool, Field(description="whether this service started it, and can stop it")] = False
    files_done: int = 0
    files_total: int = 0
    failed: int = 0
    eta_s: float | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    message: Annotated[str | None, Field(description="what was said last")] = None
    generation: Annotated[str | None, Field(description="what is served now: another one when a run publishes")] = None
    report: Annotated[dict[str, Any] | None, Field(description="as `sceneseek index --json`")] = None


class IndexBody(BaseModel):
    """What is to be indexed."""

    model_config = ConfigDict(extra="forbid")

    add: Annotated[list[PathText], Field(max_length=100, description="folders; without any, all that are known")] = []
    retry_failed: Annotated[bool, Field(description="try again what failed before")] = False


class RootFolder(BaseModel):
    """A folder that the library knows."""

    path: str
    there: bool
    videos: int
    failed: int
    walked_at: datetime | None
    watched: Literal["no", "events", "polling"]


class RootList(BaseModel):
    """All of them; `may_add` says whether others may be added from here."""

    roots: list[RootFolder]
    may_add: bool


class PlaceFolder(BaseModel):
    """A folder of the service's machine; `videos` counts files with a video's ending directly in it."""

    name: str
    path: str
    videos: int
    known: Annotated[bool, Field(description="whether the library indexes it already")]


class PlaceList(BaseModel):
    """The folders in a folder; without `path`, the places that may be added."""

    path: str | None
    parent: str | None
    folders: list[PlaceFolder]
    videos: int
    truncated: bool


class Watch(BaseModel):
    """Whether the folders are kept up to date, and which are by now."""

    on: bool
    folders: list[WatchedFolder]


class WatchBody(BaseModel):
    """Whether they are to be."""

    model_config = ConfigDict(extra="forbid")

    on: bool
