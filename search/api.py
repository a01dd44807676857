"""The HTTP service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from data import excerpt
from data.library import Library
from search import problems
from search.access import Access
from search.cache import DiskCache
from search.generation import Follower
from search.limits import BodyLimit
from search.metrics import Metrics, Timed
from search.routes import health, judgments, library, moments, videos
from search.service import Service
from search.settings import ServiceSettings
from search.status import Footprint
from search.thumbnails import Decoders
from search.towers import OpenPair, pair_by


def create_app(settings: ServiceSettings | None = None, *, open_pair: OpenPair | None = None) -> FastAPI:
    """The service over one library; without `settings`, as the environment says."""
    settings = settings or ServiceSettings()
    service = _service(settings, open_pair or pair_by(settings))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.follower.open_soon()
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
    for router in (moments.router, library.router, videos.router, judgments.router, health.router):
        app.include_router(router)
    problems.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(Timed, metrics=service.metrics)
    return app


def _service(settings: ServiceSettings, open_pair: OpenPair) -> Service:
    kept = Library(settings.library)
    return Service(
        library=kept,
        footprint=Footprint(kept.bytes_used),
        follower=Follower(kept, open_pair=open_pair),
        access=Access(settings.key, settings.address_lifetime_s),
        decoders=Decoders(settings.thumbnail_workers, settings.thumbnail_timeout_s),
        thumbnails=DiskCache(kept.thumbs, settings.thumbnail_cache_bytes, ".webp"),
        encoders=Decoders(settings.proxy_workers, settings.proxy_timeout_s, excerpt.part),
        proxies=DiskCache(kept.proxies, settings.proxy_cache_bytes, ".mp4"),
        metrics=Metrics(),
    )
