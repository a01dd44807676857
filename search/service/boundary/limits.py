"""The boundary of the service: who asks is looked at before a byte of a body is kept, and what is kept is bounded."""

import asyncio
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search.service.boundary.access import Access
from search.service.boundary.problems import refusal

MAX_BODY_BYTES = 32 << 20
# Of all bodies that are held at a time; a sentence always finds room.
ROOM_BYTES = 96 << 20
_SMALL_BYTES = 64 << 10
# Brackets, commas and colons: base64 has none of them, and sentences few.
_MOST_SIGNS = 50_000
# Slower than this, counted from the start and after the grace, and a body is given up.
GRACE_S = 10.0
_PACE_BYTES_S = 100_000


class Bodies:
    """ASGI middleware: reads a body only where one is taken, and from who shows the key.

    `taken_by` names the routes that do, each by its method and its path, in which `{…}` stands for one part.

    Whatever else is sent is never read: 401, 408 (too slow), 413 (too large) and 503 (no room now) close the
    connection, and so does any answer to a request whose body nobody has use for.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        access: Access,
        taken_by: Collection[tuple[str, str]],
        room_bytes: int = ROOM_BYTES,
        grace_s: float = GRACE_S,
    ) -> None:
        self._app, self._access, self._taken_by = app, access, _pattern(taken_by)
        self._room, self._grace_s = _Room(room_bytes), grace_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._taken_by.fullmatch(f"{scope['method']} {scope['path']}"):
            await self._with_body(scope, receive, send)
        elif _announces_a_body(Headers(scope=scope)):
            await self._app(scope, _unread, _closing(send))
        else:
            await self._app(scope, receive, send)

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        with self._room.share() as share:
            try:
                self._access.require_key(headers.get("authorization"))
                _check_size(_announced_bytes(headers))
                body = await self._read(receive, share)
                _check_parts(body or b"")
            except HTTPException as error:
                await refusal(error)(scope, receive, _closing(send))
                return
            if body is not None:
                await self._app(scope, _once(body, receive), send)

    async def _read(self, receive: Receive, share: "_Share") -> bytes | None:
        """None when the caller has gone."""
        chunks: list[bytes] = []
        size, began_s = 0, _now_s()
        while True:
            due_s = began_s + self._grace_s + size / _PACE_BYTES_S
            try:
                async with asyncio.timeout(due_s - _now_s()):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(
                    408, f"the body comes too slowly: {size} bytes in {_now_s() - began_s:.0f} s"
                ) from None
            if message["type"] == "http.disconnect":
                return None
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            share.grow(size)
            if not message.get("more_body", False):
                return b"".join(chunks)


def _pattern(routes: Collection[tuple[str, str]]) -> re.Pattern[str]:
    """Of `POST /v1/things/{id}` and the like."""
    parts = (re.split(r"\{\w+\}", f"{method} {path}") for method, path in sorted(routes))
    return re.compile("|".join("[^/]+".join(map(re.escape, fixed)) for fixed in parts) or "(?!)")


class _Room:
    """How many bytes of bodies may still be held."""

    def __init__(self, left_bytes: int) -> None:
        self.left_bytes = left_bytes

    @contextmanager
    def share(self) -> "Iterator[_Share]":
        """For one body, until it is answered."""
        share = _Share(self)
        try:
            yield share
        finally:
            self.left_bytes += share.taken_bytes


class _Share:
    def __init__(self, room: _Room) -> None:
        self._room, self.taken_bytes = room, 0

    def grow(self, body_bytes: int) -> None:
        """Make room for so many bytes that have come. Raises 413 or 503."""
        _check_size(body_bytes)
        more_bytes = max(body_bytes - _SMALL_BYTES - self.taken_bytes, 0)
        if more_bytes > self._room.left_bytes:
            crowded = "other large requests are being read; try again"
            raise HTTPException(503, crowded, {"Retry-After": "2", "x-problem": "busy"})
        self._room.left_bytes -= more_bytes
        self.taken_bytes += more_bytes


def _check_size(body_bytes: int) -> None:
    if body_bytes > MAX_BODY_BYTES:
        raise HTTPException(413, f"the body is larger than {MAX_BODY_BYTES} bytes")


def _check_parts(body: bytes) -> None:
    """Counted before it is parsed, which takes seconds for a body of nothing but brackets."""
    if sum(body.count(sign) for sign in (b"[", b"{", b",", b":")) > _MOST_SIGNS:
        raise HTTPException(422, "the body holds too many values", {"x-problem": "invalid"})


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _announced_bytes(headers: Headers) -> int:
    """0 where the length is not said; the server has seen to it that it is a number."""
    length = headers.get("content-length", "0")
    return int(length) if length.isdecimal() and len(length) < 20 else 0


def _announces_a_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _once(body: bytes, receive: Receive) -> Receive:
    left = [body]

    async def receiving() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return receiving


async def _unread() -> Message:
    """In the place of a body that is not read: whoever listens for the end of the connection waits until cancelled."""
    await asyncio.Event().wait()
    return {"type": "http.disconnect"}


def _closing(send: Send) -> Send:
    """Say that the connection ends with this answer, so that the server does not read on."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), (b"connection", b"close")]}
        await send(message)

    return sending
