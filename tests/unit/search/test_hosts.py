"""Which names a service without a key answers to."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from search.service.boundary.hosts import Hosts
from tests.loops import run


def _status(method: str = "GET", *, public_url: str | None = None, **headers: str) -> int:
    answer: list[Message] = []

    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    async def send(message: Message) -> None:
        answer.append(message)

    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    run(Hosts(app, public_url)({"type": "http", "method": method, "headers": sent}, receive, send))
    status: int = answer[0]["status"]
    return status


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "LOCALHOST", "localhost.:80", "[::1]", "[::1]:8000"],
)
def test_names_of_this_machine_are_answered_on_any_port(host: str) -> None:
    assert _status(host=host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.1",
        "",
        "[::1",
    ],
)
def test_other_names_are_not(host: str) -> None:
    assert _status(host=host) == 421


def test_public_name_is_answered_on_any_port() -> None:
    assert _status(host="videos.lan", public_url="http://Videos.lan:8000/below") == 200
    assert _status(host="videos.lan:9", public_url="http://videos.lan") == 200
    assert _status(host="other.lan", public_url="http://videos.lan") == 421


def test_pages_of_other_sites_may_not_send_anything() -> None:
    ours = {"host": "127.0.0.1:8000"}
    for origin in ("http://evil.example", "null", "https://127.0.0.1.evil.example"):
        assert _status("POST", **ours, origin=origin) == 403
        assert _status("DELETE", **ours, origin=origin) == 403
        assert _status("GET", **ours, origin=origin) == 200
    assert _status("POST", **ours, origin="http://localhost:8501") == 200


def test_caller_that_names_no_host_is_no_browser() -> None:
    assert _status() == 200
