"""The HTTP service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from os import fsencode
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from data.media import excerpt
from data.sources.places import Places
from data.stores.aside import bytes_aside
from data.stores.library import Library
from search.generation.follower import Follower
from search.generation.towers import OpenPair, pair_by
from search.query.uploads import AT_ONCE, Uploads
from search.service.boundary import problems
from search.service.boundary.access import Access
from search.service.boundary.headers import BrowserHeaders
from search.service.boundary.hosts import Hosts
from search.service.boundary.limits import Bodies
from search.service.boundary.metrics import Metrics, Timed
from search.service.boundary.threads import Threads
from search.service.disk import DiskUse
from search.service.exports import Exports
from search.service.pictures.cache import DiskCache
from search.service.pictures.strips import strip
from search.service.pictures.thumbnails import Decoders
from search.service.routes import (
    collections,
    exports,
    health,
    indexing,
    judgments,
    library,
    lines,
    models,
    moments,
    pictures,
    roots,
    stream,
    videos,
    watch,
    welcome,
)
from search.service.runs.asking import DiskQuestions
from search.service.runs.events import Listeners
from search.service.runs.indexing import Indexing
from search.service.runs.watching import Watching
from search.service.service import Service
from search.service.settings import ServiceSettings
from search.service.status import Footprint

# Nobody keeps the pointer on a card until a tenth strip is there.
_STRIPS_WAITING = 8


def create_app(settings: ServiceSettings | None = None, *, open_pair: OpenPair | None = None) -> FastAPI:
    """The service over one library; without `settings`, as the environment says."""
    settings = settings or ServiceSettings()
    service = _service(settings, open_pair or pair_by(settings))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.follower.open_soon()
        service.watching.begin()
        service.exports.clear()
        yield
        service.close()

    app = FastAPI(
        title="Sceneseek",
        description="Type a sentence, get the moments where it happens.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    for routes in (
        moments,
        library,
        roots,
        indexing,
        watch,
        videos,
        stream,
        lines,
        pictures,
        judgments,
        collections,
        exports,
        models,
        health,
        welcome,
    ):
        app.include_router(routes.router)
    problems.install(app)
    # The last one added is asked first.
    app.add_middleware(Bodies, access=service.access, taken_by=_taking_bodies(app))
    if settings.key is None:
        app.add_middleware(Hosts, public_url=settings.public_url)
    app.add_middleware(BrowserHeaders)
    app.add_middleware(Timed, metrics=service.metrics)
    return app


def _taking_bodies(app: FastAPI) -> frozenset[tuple[str, str]]:
    """The method and path of every route that has a use for a body."""
    paths: dict[str, dict[str, Any]] = app.openapi()["paths"]
    return frozenset(
        (method.upper(), path)
        for path, methods in paths.items()
        for method, facts in methods.items()
        if "requestBody" in facts
    )


def _service(settings: ServiceSettings, open_pair: OpenPair) -> Service:
    kept = Library.of(settings)
    follower = Follower(kept, open_pair=open_pair)
    return Service(
        library=kept,
        footprint=Footprint(kept.bytes_used),
        aside=Footprint(partial(bytes_aside, kept)),
        follower=follower,
        access=Access(settings.key, settings.address_lifetime_s),
        decoders=Decoders(settings.thumbnail_workers, settings.thumbnail_timeout_s),
        strip_decoders=Decoders(settings.strip_workers, settings.thumbnail_timeout_s, strip, waiting=_STRIPS_WAITING),
        thumbnails=DiskCache(kept.thumbs, settings.thumbnail_cache_bytes, ".webp"),
        # A part takes two seconds or more: nobody waits for the seventh.
        encoders=Decoders(settings.proxy_workers, settings.proxy_timeout_s, excerpt.part, waiting=5),
        proxies=DiskCache(kept.proxies, settings.proxy_cache_bytes, ".mp4"),
        uploads=Uploads(),
        exports=Exports(kept.exports, follower.catalog, settings.export_bytes),
        metrics=Metrics(clips=lambda: follower.clip_count),
        # More threads only share the cores; the text tower takes along all that wait.
        searching=Threads("searches", count=16, waiting=48),
        # As many as the decoders take, so that none of them is turned away by those.
        by_picture=Threads("searches by picture", count=AT_ONCE, waiting=7),
        by_film=Threads("searches by video", count=AT_ONCE, waiting=3),
        asking_health=Threads("questions", count=2, waiting=14),
        indexing=Indexing(kept),
        watching=Watching(kept),
        places=Places(_places(settings), fsencode(kept.folder)),
        leaving=Threads("folders to be taken out", count=1, waiting=3),
        disk_use=DiskUse(kept),
        disks=DiskQuestions(count=8, patience_s=8.0),
        listeners=Listeners(16),
        models=settings.models,
    )


def _places(settings: ServiceSettings) -> list[bytes]:
    """Where others can reach the service, nothing may be added that nobody named."""
    chosen = settings.places
    if chosen is None:
        chosen = () if settings.key else (Path.home(),)
    return [fsencode(place.expanduser()) for place in chosen]
