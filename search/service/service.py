"""What the routes share: one object per application, made by `create_app`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from data.sources.places import Places
from data.stores.catalog.collections import Pick
from data.stores.catalog.concepts import Mark
from data.stores.library import Library
from search.answering.answers import Addresses
from search.generation.follower import Follower
from search.handover.collected import shown_at
from search.query.uploads import Uploads
from search.service.boundary.access import Access
from search.service.boundary.libraries import asked_path, library_in
from search.service.boundary.metrics import Metrics
from search.service.boundary.threads import Threads
from search.service.disk import DiskUse
from search.service.exports import Exports
from search.service.pictures.cache import DiskCache
from search.service.pictures.thumbnails import Decoders
from search.service.runs.asking import DiskQuestions
from search.service.runs.events import Listeners
from search.service.runs.indexing import Indexing
from search.service.runs.watching import Watching
from search.service.settings import MAIN
from search.service.status import Footprint


@dataclass(frozen=True, slots=True)
class Service:
    """A library that is being served, and what all that are served share: threads, processes and room."""

    library: Library
    base: str
    """What the paths of its routes begin with."""
    footprint: Footprint
    aside: Footprint
    follower: Follower
    access: Access
    decoders: Decoders
    strip_decoders: Decoders
    """Apart from those of thumbnails: whoever moves over cards asks for many strips, and waits for none."""
    thumbnails: DiskCache
    """Strips, too."""
    encoders: Decoders
    proxies: DiskCache
    uploads: Uploads
    exports: Exports
    metrics: Metrics
    searching: Threads
    """For queries of words and moments."""
    by_picture: Threads
    """For queries with a picture, which take longer."""
    by_film: Threads
    """For queries with a video, which take longer still."""
    asking_health: Threads
    indexing: Indexing
    watching: Watching
    places: Places
    disks: DiskQuestions
    disk_use: DiskUse
    leaving: Threads
    """For taking folders out, each a program of its own."""
    listeners: Listeners
    models: Path
    """Where weights lie that are not shipped."""

    def stream_url(self, video_id: str) -> str:
        """Relative, signed when a key is set."""
        return self.access.signed(f"{self.base}/videos/{video_id}/stream")

    def thumbnail_url(self, video_id: str, time_s: float) -> str:
        """Relative, signed when a key is set; the signature covers every time of this video."""
        return self.access.signed(f"{self.base}/videos/{video_id}/thumbnail", t=f"{time_s:.3f}")

    def strip_url(self, video_id: str, start_s: float, end_s: float) -> str:
        """Relative, signed when a key is set; the signature covers every stretch of this video."""
        return self.access.signed(f"{self.base}/videos/{video_id}/strip", start=f"{start_s:.3f}", end=f"{end_s:.3f}")

    def proxy_url(self, video_id: str) -> str:
        """Relative, signed when a key is set; the signature covers every part."""
        return self.access.signed(f"{self.base}/videos/{video_id}/proxy")

    def lines_url(self, video_id: str) -> str:
        """Relative, signed when a key is set; the signature covers every page, and every search in them."""
        return self.access.signed(f"/v1/videos/{video_id}/lines")

    def transcript_url(self, video_id: str) -> str:
        """Relative, signed when a key is set; the signature covers every form of it."""
        return self.access.signed(f"/v1/videos/{video_id}/transcript")

    def pick_urls(self, pick: Pick) -> Addresses:
        """Where the video of a moment that was picked is, its picture, and its pictures in a row."""
        return self._urls(pick.video_id, pick.start_s, pick.end_s, shown_at(pick))

    def mark_urls(self, mark: Mark) -> Addresses:
        """The same of an example of a concept."""
        return self._urls(mark.video_id, mark.start_s, mark.end_s, (mark.start_s + mark.end_s) / 2)

    def _urls(self, video_id: str, start_s: float, end_s: float, shown_s: float) -> Addresses:
        return Addresses(
            self.stream_url(video_id), self.thumbnail_url(video_id, shown_s), self.strip_url(video_id, start_s, end_s)
        )

    def start_soon(self) -> None:
        """Start the processes that every page needs at once, of whatever library."""
        self.decoders.start_soon()
        self.strip_decoders.start_soon()

    def begin(self) -> None:
        """Open the library, and watch its folders where that is wanted."""
        self.follower.open_soon()
        self.watching.begin()
        self.exports.clear()

    def close(self) -> None:
        """End what runs beside the service for this library."""
        self.watching.close()
        self.indexing.close()
        self.exports.close()
        self.follower.close()

    def close_shared(self) -> None:
        """End what runs for all, once they are closed."""
        self.decoders.close()
        self.strip_decoders.close()
        self.encoders.close()
        self.uploads.close()


# These are asked in the event loop: in a thread they would wait behind slow work.
async def _services(request: Request) -> Mapping[str, Service]:
    state = request.app.state
    return {MAIN: state.service, **state.others}


Services = Annotated[Mapping[str, Service], Depends(_services)]


async def _service(request: Request, services: Services) -> Service:
    name = library_in(request.scope)
    if name not in services:
        raise HTTPException(404, f"no library {name!r}: `GET /v1/libraries` lists them")
    return services[name]


Serving = Annotated[Service, Depends(_service)]


# Whoever may not ask is not told which libraries there are.
async def _with_key(request: Request, services: Services) -> None:
    services[MAIN].access.require_key(request.headers.get("authorization"))


async def _with_key_or_signature(
    request: Request, services: Services, expires: int | None = None, signature: str | None = None
) -> None:
    key, path = request.headers.get("authorization"), asked_path(request.scope)
    services[MAIN].access.require_key_or_signature(key, path, expires, signature)


KEY = Depends(_with_key)
KEY_OR_SIGNATURE = Depends(_with_key_or_signature)
