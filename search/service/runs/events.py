"""Server-sent events: what changes is told as it changes, to a bounded number of listeners."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from data.sandbox.pool import Full

_LOOK_EVERY_S = 0.25
_BEAT_EVERY_S = 15.0


class Listeners:
    """How many listen now."""

    def __init__(self, most: int) -> None:
        self._free = most

    def enter(self) -> None:
        """Raises Full."""
        if self._free == 0:
            raise Full("too many listen to the events already: ask again and again instead")
        self._free -= 1

    def leave(self) -> None:
        self._free += 1


class Events(StreamingResponse):
    """`look` gives the present state as JSON; each change is an event, until the client leaves."""

    media_type = "text/event-stream"

    def __init__(self, listeners: Listeners, look: Callable[[], Awaitable[str]]) -> None:
        listeners.enter()
        self._listeners = listeners
        super().__init__(_changes(look), headers={"Cache-Control": "no-store"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._listeners.leave()


async def _changes(look: Callable[[], Awaitable[str]]) -> AsyncIterator[str]:
    last, silent_s = "", 0.0
    while True:
        now = await look()
        if now != last:
            last, silent_s = now, 0.0
            yield f"event: progress\ndata: {now}\n\n"
        elif silent_s >= _BEAT_EVERY_S:
            silent_s = 0.0
            # A comment: it keeps the connection, and tells when nobody is there any more.
            yield ": still here\n\n"
        await asyncio.sleep(_LOOK_EVERY_S)
        silent_s += _LOOK_EVERY_S
