"""Serving connections: no more than there are descriptors for, and none that only waits."""

import asyncio
import resource

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from search.service.boundary.listening import Listener

ASK_S = 10.0
"""How long a connection may take to send the head of its next request."""
_AT_ONCE = 16
# Whoever takes nothing of an answer must not keep the service from ending.
_LEAVE_S = 5
_MOST = 1000
# For the catalogue, the index, and pipes to the decoders.
_DESCRIPTORS_BESIDE = 128
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def serve(app: FastAPI, opened: Listener) -> None:
    """Until the process is told to end."""
    _raise_descriptor_limit()
    # What callers do wrong is told to them and not logged: they could fill the disk with it.
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        log_level="error",
        backlog=_AT_ONCE,
        server_header=False,
        timeout_graceful_shutdown=_LEAVE_S,
    )
    uvicorn.Server(config).run(sockets=[opened])


def most_connections() -> int:
    """As the limit of descriptors allows: each may have a video open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MOST
    return min(_MOST, max((soft - _DESCRIPTORS_BESIDE) // 2, soft // 4))


def _raise_descriptor_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = 2 * _MOST + _DESCRIPTORS_BESIDE
    if soft != resource.RLIM_INFINITY and soft < enough:
        wanted = enough if hard == resource.RLIM_INFINITY else min(enough, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Connection(H11Protocol):
    """uvicorn's, closed when it asks nothing for `ASK_S`, or sooner when a new one needs its place."""

    _waiting_since_s = 0.0
    _given_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._wait()
        self._make_room()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._given_up is not None:
            self._given_up.cancel()
        super().connection_lost(exc)

    @property
    def is_waiting(self) -> bool:
        """For a request, or for the rest of one's head."""
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        if self._given_up is not None:
            self._given_up.cancel()
        self._waiting_since_s = self.loop.time()
        self._given_up = self.loop.call_later(ASK_S, self._give_up)

    def _give_up(self) -> None:
        if self.is_waiting:
            self.transport.close()
            # It closes when all is sent: who takes nothing of an answer would stay for ever.
            self._given_up = self.loop.call_later(_LEAVE_S, self.transport.abort)

    def _make_room(self) -> None:
        """Where there are too many, close what has waited longest, else what takes nothing of its answer, else this."""
        if len(self.connections) <= most_connections():
            return
        alive = [one for one in self.connections if isinstance(one, Connection) and not one.transport.is_closing()]
        if len(alive) <= most_connections():
            return
        idle = [one for one in alive if one is not self and (one.is_waiting or one.flow.write_paused)]
        if idle:
            min(idle, key=lambda one: (not one.is_waiting, one._waiting_since_s)).transport.abort()
        else:
            self.transport.write(_BUSY)
            self.transport.close()
