"""What is read of a request, and when."""

import asyncio
import json
from collections.abc import Sequence

import pytest
from starlette.types import Message, Receive, Scope, Send

from search.service.boundary.access import Access
from search.service.boundary.limits import MAX_BODY_BYTES, Bodies
from tests.loops import run

TAKEN_BY = {("POST", "/taken"), ("POST", "/things/{thing_id}/parts"), ("POST", "/dot.s/{thing_id}")}
KEY = (b"authorization", b"Bearer secret")


class Caller:
    """Sends the pieces of a body, then falls silent or, where the body is whole, waits; keeps what is answered."""

    def __init__(self, *pieces: bytes, whole: bool = True, pause_s: float = 0.0) -> None:
        self.pieces, self.whole, self.pause_s = list(pieces), whole, pause_s
        self.read = 0
        self.answer: list[Message] = []

    async def receive(self) -> Message:
        await asyncio.sleep(self.pause_s)
        if not self.pieces:
            await asyncio.Event().wait()
        self.read += 1
        piece = self.pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self.pieces) or not self.whole}

    async def send(self, message: Message) -> None:
        self.answer.append(message)

    @property
    def status(self) -> int:
        status: int = self.answer[0]["status"]
        return status

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.answer[0]["headers"])


class Echo:
    """An application that answers with the body, once it may."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"] if scope["method"] == "POST" else b""
        await self.may_answer.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


def _scope(path: str = "/taken", method: str = "POST", headers: Sequence[tuple[bytes, bytes]] = (KEY,)) -> Scope:
    return {"type": "http", "method": method, "path": path, "headers": list(headers)}


def _length(count: int) -> tuple[bytes, bytes]:
    return b"content-length", str(count).encode()


def _bodies(app: Echo | None = None, room_bytes: int = 1 << 20, grace_s: float = 5.0) -> Bodies:
    access = Access("secret", 60)
    return Bodies(app or Echo(), access=access, taken_by=TAKEN_BY, room_bytes=room_bytes, grace_s=grace_s)


def _ask(bodies: Bodies, caller: Caller, scope: Scope) -> None:
    run(bodies(scope, caller.receive, caller.send))


@pytest.mark.parametrize("headers", [(), ((b"authorization", b"Bearer wrong"),)])
def test_nothing_is_read_from_who_has_no_key(headers: Sequence[tuple[bytes, bytes]]) -> None:
    caller = Caller(b"x" * 100, whole=False)
    _ask(_bodies(), caller, _scope(headers=[*headers, _length(31_000_000)]))
    assert (caller.status, caller.read) == (401, 0)
    assert caller.headers[b"connection"] == b"close"


@pytest.mark.parametrize("path", ["/things/a1/parts", "/dot.s/x"])
def test_a_body_is_read_whatever_stands_for_a_part_of_the_path(path: str) -> None:
    caller = Caller(b"abc")
    _ask(_bodies(), caller, _scope(path))
    assert (caller.status, caller.answer[1]["body"]) == (200, b"abc")


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/nothing", "POST"),
        ("/taken", "GET"),
        ("/things/a/b/parts", "POST"),
        ("/things//parts", "POST"),
        ("/things/a/parts/", "POST"),
        ("/dotxs/a", "POST"),
        ("/x/taken", "POST"),
    ],
)
def test_nothing_is_read_where_no_body_is_taken(path: str, method: str) -> None:
    caller = Caller(b"x" * 100, whole=False)

    async def unread(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})

    bodies = Bodies(unread, access=Access(None, 60), taken_by=TAKEN_BY)
    _ask(bodies, caller, _scope(path, method, [_length(100)]))
    assert (caller.status, caller.read, caller.headers) == (404, 0, {b"connection": b"close"})


def test_body_comes_whole_however_it_is_cut() -> None:
    caller = Caller(b"a", b"", b"bc")
    _ask(_bodies(), caller, _scope())
    assert (caller.status, caller.answer[1]["body"]) == (200, b"abc")


def test_body_that_says_or_turns_out_to_be_too_large_is_refused() -> None:
    said = Caller(b"x", whole=False)
    _ask(_bodies(), said, _scope(headers=[KEY, _length(MAX_BODY_BYTES + 1)]))
    assert (said.status, said.read) == (413, 0)
    unsaid = Caller(*[bytes(16 << 20)] * 3, whole=False)
    _ask(_bodies(room_bytes=1 << 30), unsaid, _scope())
    assert (unsaid.status, unsaid.read) == (413, 3)


def test_body_that_stops_or_trickles_is_given_up() -> None:
    for caller in (Caller(b"begun", whole=False), Caller(*[b"x"] * 100, pause_s=0.03)):
        _ask(_bodies(grace_s=0.2), caller, _scope())
        assert (caller.status, caller.headers[b"connection"]) == (408, b"close")
        assert json.loads(caller.answer[1]["body"])["title"] == "Request Timeout"


def test_large_bodies_share_a_bounded_room_and_small_ones_always_find_some() -> None:
    async def together() -> list[Caller]:
        echo = Echo()
        echo.may_answer.clear()
        bodies = _bodies(echo, room_bytes=1 << 20)
        callers = [Caller(bytes(600_000)), Caller(bytes(600_000)), Caller(b"small")]
        asking = [asyncio.ensure_future(bodies(_scope(), one.receive, one.send)) for one in callers]
        await asyncio.sleep(0.05)
        assert callers[1].status == 503
        assert int(callers[1].headers[b"retry-after"]) > 0
        echo.may_answer.set()
        await asyncio.gather(*asking)
        again = Caller(bytes(600_000))
        await bodies(_scope(), again.receive, again.send)
        return [*callers, again]

    assert [one.status for one in run(together())] == [200, 503, 200, 200]


def test_body_that_is_only_announced_takes_no_room() -> None:
    idle, large = Caller(bytes(100), whole=False), Caller(bytes(900_000))
    bodies = _bodies(room_bytes=1 << 20)

    async def together() -> None:
        waiting = asyncio.ensure_future(bodies(_scope(headers=[KEY, _length(30_000_000)]), idle.receive, idle.send))
        await asyncio.sleep(0.05)
        await bodies(_scope(headers=[KEY, _length(900_000)]), large.receive, large.send)
        waiting.cancel()

    run(together())
    assert large.status == 200


@pytest.mark.parametrize("body", [b"[]," * 30_000, b'{"a":1,' * 20_000, b"[" * 60_000])
def test_body_of_too_many_values_is_refused_before_it_is_parsed(body: bytes) -> None:
    caller = Caller(body)
    _ask(_bodies(), caller, _scope(headers=[KEY, _length(len(body))]))
    assert caller.status == 422
