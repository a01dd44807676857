"""What the routes share: one object per application, made by `create_app`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from data.sources.places import Places
from data.stores.library import Library
from search.generation.follower import Follower
from search.query.uploads import Uploads
from search.service.boundary.access import Access
from search.service.boundary.metrics import Metrics
from search.service.boundary.threads import Threads
from search.service.disk import DiskUse
from search.service.pictures.cache import DiskCache
from search.service.pictures.thumbnails import Decoders
from search.service.runs.asking import DiskQuestions
from search.service.runs.events import Listeners
from search.service.runs.indexing import Indexing
from search.service.runs.watching import Watching
from search.service.status import Footprint


@dataclass(frozen=True, slots=True)
class Service:
    """A library that is being served."""

    library: Library
    footprint: Footprint
    aside: Footprint
    follower: Follower
    access: Access
    decoders: Decoders
    thumbnails: DiskCache
    encoders: Decoders
    proxies: DiskCache
    uploads: Uploads
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
        return self.access.signed(f"/v1/videos/{video_id}/stream")

    def thumbnail_url(self, video_id: str, time_s: float) -> str:
        """Relative, signed when a key is set; the signature covers every time of this video."""
        return self.access.signed(f"/v1/videos/{video_id}/thumbnail", t=f"{time_s:.3f}")

    def proxy_url(self, video_id: str) -> str:
        """Relative, signed when a key is set; the signature covers every part."""
        return self.access.signed(f"/v1/videos/{video_id}/proxy")

    def close(self) -> None:
        """End what runs beside the service."""
        self.watching.close()
        self.indexing.close()
        self.decoders.close()
        self.encoders.close()
        self.uploads.close()
        self.follower.close()


# These are asked in the event loop: in a thread they would wait behind slow work.
async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Serving = Annotated[Service, Depends(_service)]


async def _with_key(request: Request, service: Serving) -> None:
    service.access.require_key(request.headers.get("authorization"))


async def _with_key_or_signature(
    request: Request, service: Serving, expires: int | None = None, signature: str | None = None
) -> None:
    service.access.require_key_or_signature(request.headers.get("authorization"), request.url.path, expires, signature)


KEY = Depends(_with_key)
KEY_OR_SIGNATURE = Depends(_with_key_or_signature)
