"""Who gets into the service, and that it answers whatever else is going on."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import httpx
import pytest
from anyio import to_thread
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from search.service.api import create_app
from search.service.boundary.threads import Threads
from search.service.settings import ServiceSettings
from search.service.status import Footprint
from tests.loops import run
from tests.small_library import SmallLibrary, colour_pair, published

THUMB = {"query": "red", "start_s": 0, "end_s": 4, "relevant": True}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallLibrary]:
    with published(tmp_path_factory.mktemp("doors"), "sea.mp4", [("blue", 4), ("white", 4)]) as library:
        yield library


def _app(small: SmallLibrary, **settings: Any) -> FastAPI:
    settings = {"public_url": None, **settings}
    return create_app(ServiceSettings(library=small.library.folder, **settings), open_pair=lambda *_: colour_pair())


def _client(small: SmallLibrary, **settings: Any) -> TestClient:
    return TestClient(_app(small, **settings), base_url="http://127.0.0.1:8000", raise_server_exceptions=False)


def test_keyless_service_answers_to_this_machines_names_only(small: SmallLibrary) -> None:
    with _client(small) as client:
        assert client.get("/v1/status").status_code == 200
        for path in ("/v1/videos", "/healthz", "/openapi.json", "/"):
            refused = client.get(path, headers={"Host": "evil.example"})
            assert (refused.status_code, refused.json()["type"]) == (421, "urn:sceneseek:host")
    with _client(small, public_url="http://videos.lan:8000") as client:
        assert client.get("/v1/videos", headers={"Host": "videos.lan:8000"}).status_code == 200
    with _client(small, api_key=SecretStr("secret")) as client:
        named = {"Host": "evil.example", "Authorization": "Bearer secret"}
        assert client.get("/v1/videos", headers=named).status_code == 200


def test_page_of_another_site_can_neither_judge_nor_search(small: SmallLibrary) -> None:
    thumb = {**THUMB, "video_id": small.videos["sea.mp4"]}
    with _client(small) as client:
        for path, body in (("/v1/judgments", thumb), ("/v1/search", {"query": "red"})):
            assert client.post(path, json=body, headers={"Origin": "http://evil.example"}).status_code == 403
            # What a form can send without asking first.
            plain = client.post(path, content=httpx.Request("POST", "http://x", json=body).content)
            assert plain.status_code == 422
            assert client.post(path, json=body, headers={"Origin": "http://localhost:8501"}).status_code < 300
        assert client.get("/v1/judgments").json()["total"] == 1


def test_every_answer_tells_browsers_what_not_to_do(small: SmallLibrary) -> None:
    stream = f"/v1/videos/{small.videos['sea.mp4']}/stream"
    with _client(small) as client:
        for path in ("/v1/status", "/v1/nothing", "/docs", stream):
            headers = client.get(path).headers
            assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
            assert ("default-src 'none'" in headers.get("content-security-policy", "")) == (path != stream)


def test_service_says_what_it_can_do(small: SmallLibrary) -> None:
    with _client(small) as client:
        assert "/docs" in client.get("/").text
        page = client.get("/docs").text
        assert all(path in page for path in client.get("/openapi.json").json()["paths"])
        assert "curl -s http://127.0.0.1:8000/v1/search -H" in page
        assert "<script" not in page
        assert "src=" not in page


def test_metrics_tell_the_clips_that_are_served(small: SmallLibrary) -> None:
    with _client(small) as client:
        client.get("/readyz")
        assert "sceneseek_clips 2.0" in client.get("/metrics").text


def test_bodies_are_taken_by_the_routes_that_have_a_use_for_them(small: SmallLibrary) -> None:
    with _client(small, api_key=SecretStr("secret")) as client:
        for path in ("/v1/search", "/v1/judgments"):
            assert client.post(path, content=b"x" * 1000).status_code == 401
        assert client.post("/v1/nothing", content=b"x" * 1000).headers["connection"] == "close"


def test_health_and_search_answer_while_every_other_thread_is_taken(small: SmallLibrary) -> None:
    async def answered(client: httpx.AsyncClient) -> list[int]:
        to_thread.current_default_thread_limiter().total_tokens = 1
        done = Event()
        slow = asyncio.ensure_future(to_thread.run_sync(done.wait))
        await asyncio.sleep(0.05)
        curve = f"/v1/videos/{small.videos['sea.mp4']}/curve?q=red"
        asked = [client.get(path) for path in ("/healthz", "/readyz", "/metrics", curve)]
        asked += [client.post("/v1/search", json={"query": query}) for query in ("red", "red AND")]
        try:
            answers = await asyncio.wait_for(asyncio.gather(*asked), 20)
        finally:
            done.set()
            await slow
        return [answer.status_code for answer in answers]

    assert _with_client(_app(small), answered) == [200, 200, 200, 200, 200, 422]


def test_searches_beyond_the_queue_are_refused_at_once_and_pictures_have_their_own(small: SmallLibrary) -> None:
    app = _app(small)
    done = Event()
    app.state.service = replace(app.state.service, searching=Threads("searches", count=1, waiting=0))

    async def answered(client: httpx.AsyncClient) -> list[int]:
        held = asyncio.ensure_future(app.state.service.searching.run(done.wait))
        await asyncio.sleep(0.05)
        refused = await asyncio.wait_for(client.post("/v1/search", json={"query": "red"}), 5)
        assert refused.json()["type"] == "urn:sceneseek:busy"
        assert int(refused.headers["retry-after"]) > 0
        example = await client.post("/v1/search", json={"query": {"image": "!"}})
        done.set()
        await held
        return [refused.status_code, example.status_code]

    assert _with_client(app, answered) == [503, 422]


def test_a_picture_does_not_wait_for_films(small: SmallLibrary) -> None:
    app = _app(small)
    done = Event()
    app.state.service = replace(app.state.service, by_film=Threads("searches by video", count=1, waiting=0))

    async def answered(client: httpx.AsyncClient) -> list[int]:
        held = asyncio.ensure_future(app.state.service.by_film.run(done.wait))
        await asyncio.sleep(0.05)
        asked: list[dict[str, Any]] = [{"image": "!"}, {"video": "!"}, {"and": [{"image": "!"}, {"video": "!"}]}]
        answers = [await asyncio.wait_for(client.post("/v1/search", json={"query": query}), 5) for query in asked]
        done.set()
        await held
        return [answer.status_code for answer in answers]

    assert _with_client(app, answered) == [422, 503, 503]


def test_what_was_set_aside_is_not_counted_at_every_question(small: SmallLibrary) -> None:
    app = _app(small)
    now_s, counts = itertools.count(0.0), itertools.repeat(2000, 1)  # a second one would raise
    app.state.service = replace(app.state.service, aside=Footprint(lambda: next(counts), lambda: next(now_s)))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert [client.get("/v1/status").json()["set_aside"] for _ in range(9)] == [2000] * 9


def _with_client(app: FastAPI, ask: Callable[[httpx.AsyncClient], Awaitable[list[int]]]) -> list[int]:
    async def asking() -> list[int]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await ask(client)

    try:
        return run(asking())
    finally:
        app.state.service.close()
