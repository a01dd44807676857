"""The HTTP service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from search.generation.towers import OpenPair, pair_by
from search.service.assembly import services_of
from search.service.boundary import problems
from search.service.boundary.headers import BrowserHeaders
from search.service.boundary.hosts import Hosts
from search.service.boundary.libraries import ByName
from search.service.boundary.limits import Bodies
from search.service.boundary.metrics import Timed
from search.service.routes import (
    collections,
    concepts,
    exports,
    health,
    indexing,
    judgments,
    libraries,
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
from search.service.settings import MAIN, ServiceSettings


def create_app(settings: ServiceSettings | None = None, *, open_pair: OpenPair | None = None) -> FastAPI:
    """The service over a library, and others by name; without `settings`, as the environment says."""
    settings = settings or ServiceSettings()
    services = services_of(settings, open_pair or pair_by(settings))
    service = services[MAIN]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        for each in services.values():
            each.begin()
        yield
        for each in services.values():
            each.close()
        service.close_shared()

    app = FastAPI(
        title="Sceneseek",
        description="Type a sentence, get the moments where it happens. What is below /v1 is there for each library "
        "of several, below /v1/libraries/NAME.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    app.state.others = {name: each for name, each in services.items() if name != MAIN}
    for routes in (
        moments,
        libraries,
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
        concepts,
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
    app.add_middleware(ByName)
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
