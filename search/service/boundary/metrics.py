"""What Prometheus reads."""

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset(("GET", "HEAD", "POST"))


class Metrics:
    """A registry of its own, so that two applications in one process do not mix."""

    def __init__(self, *, clips: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "sceneseek_request_seconds",
            "Time until the last byte, by route and status.",
            ["route", "method", "status"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.moments = Counter("sceneseek_moments", "Moments found by all searches.", registry=self.registry)
        Gauge("sceneseek_clips", "Clips of the serving generation.", registry=self.registry).set_function(clips)

    def text(self) -> bytes:
        """In Prometheus's text format."""
        return generate_latest(self.registry)


class Timed:
    """ASGI middleware: observes every request under the route that answered it, never under its raw path."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            seconds = time.perf_counter() - began
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.requests.labels(route, method, str(status)).observe(seconds)
