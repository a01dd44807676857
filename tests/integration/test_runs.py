"""Indexing and folders by HTTP, with the real program beside the service."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from data.child import Child, program
from data.stores.library import Library
from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests.e2e.programs import answers, free_port, running, until
from tests.media import scenes, text

_ENDED = ("done", "failed", "stopped")


@contextmanager
def _served(folder: Path, **settings: Any) -> Iterator[TestClient]:
    settings = {"places": (folder,), **settings}
    app = create_app(ServiceSettings(library=folder / "library", **settings))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with _served(tmp_path) as client:
        yield client


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    folder.mkdir()
    scenes(folder / "a.mp4", cuts_s=(1.0,), duration_s=2.0)
    return folder


@pytest.fixture
def long_run(tmp_path: Path) -> Path:
    """A folder that takes a while to index."""
    folder = tmp_path / "many"
    folder.mkdir()
    first = scenes(folder / "0.mp4", cuts_s=(1.0,), duration_s=20.0)
    for number in range(1, 8):
        # A box that players pass over makes it another video.
        (folder / f"{number}.mp4").write_bytes(first.read_bytes() + b"\0\0\0\x0cfree" + number.to_bytes(4))
    return folder


def _ended(client: TestClient) -> dict[str, Any]:
    """The run, once it is over."""
    until(lambda: client.get("/v1/index").json()["state"] in _ENDED, within_s=120)
    body: dict[str, Any] = client.get("/v1/index").json()
    return body


def _begin(client: TestClient, *folders: Path, **more: Any) -> dict[str, Any]:
    answer = client.post("/v1/index", json={"add": [str(folder) for folder in folders], **more})
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_folder_is_indexed_listed_and_left_again(client: TestClient, videos: Path) -> None:
    assert client.get("/v1/index").json()["state"] == "idle"
    text(videos / "notes.mp4")
    begun = _begin(client, videos)
    assert (begun["state"], begun["here"]) == ("running", True)
    ended = _ended(client)
    assert (ended["state"], ended["files_done"], ended["files_total"], ended["failed"]) == ("done", 2, 2, 1)
    assert ended["message"] == "1 video added. 1 file could not be indexed."
    assert (ended["report"]["indexed"], ended["report"]["failures"][0]["stage"]) == (1, "probe")
    (root,) = client.get("/v1/roots").json()["roots"]
    assert (root["path"], root["there"], root["videos"], root["failed"]) == (str(videos), True, 1, 1)
    assert root["walked_at"]
    assert client.delete("/v1/roots", params={"path": str(videos)}).status_code == 204
    assert client.get("/v1/roots").json() == {"roots": [], "may_add": True}
    assert (videos / "a.mp4").exists()
    assert client.delete("/v1/roots", params={"path": str(videos)}).status_code == 404


def test_stopping_keeps_and_publishes_what_is_finished(client: TestClient, long_run: Path) -> None:
    _begin(client, long_run)
    until(lambda: client.get("/v1/index").json()["files_done"] > 0, within_s=120)
    assert client.post("/v1/index", json={}).status_code == 409
    assert client.delete("/v1/roots", params={"path": str(long_run)}).status_code == 409
    assert client.delete("/v1/index").json()["state"] == "stopping"
    ended = _ended(client)
    assert (ended["state"], ended["message"]) == ("stopped", "Stopped. What was finished is kept.")
    assert 0 < client.get("/v1/videos").json()["total"] < 8
    assert client.get("/readyz").status_code == 200
    _begin(client)
    assert _ended(client)["state"] == "done"
    assert client.get("/v1/videos").json()["total"] == 8


def test_a_run_that_is_killed_is_said_to_be_and_the_next_goes_on(client: TestClient, long_run: Path) -> None:
    _begin(client, long_run)
    until(lambda: client.get("/v1/index").json()["files_done"] > 0, within_s=120)
    running = client.app.state.service.indexing._run  # type: ignore[attr-defined]
    running.child.kill()
    ended = _ended(client)
    assert ended["state"] == "failed"
    assert ended["message"].startswith("The run was ended from outside")
    _begin(client)
    assert _ended(client)["state"] == "done"


def test_the_run_ends_with_the_service(tmp_path: Path, long_run: Path) -> None:
    with _served(tmp_path) as client:
        _begin(client, long_run)
        until(lambda: client.get("/v1/index").json()["files_done"] > 0, within_s=120)
        child = client.app.state.service.indexing._run.child  # type: ignore[attr-defined]
    assert not child.is_alive
    assert not Library(tmp_path / "library").is_being_written()


def test_a_run_of_another_program_is_shown_and_is_not_stopped_here(client: TestClient, long_run: Path) -> None:
    library = long_run.parent / "library"
    other = Child(program("index", "--library", library, "--progress", "json", "--", long_run), hear=lambda _: None)
    until(lambda: client.get("/v1/index").json()["files_total"] == 8, within_s=120)
    body = client.get("/v1/index").json()
    assert (body["state"], body["here"]) == ("running", False)
    refused = client.post("/v1/index", json={"add": [str(long_run)]})
    assert (refused.status_code, "another program" in refused.json()["detail"]) == (409, True)
    assert client.delete("/v1/index").status_code == 409
    other.end(30)
    assert client.get("/v1/index").json()["state"] == "idle"


def test_nothing_to_index_is_said(client: TestClient, tmp_path: Path) -> None:
    refused = client.post("/v1/index", json={})
    assert (refused.status_code, "no folder is known" in refused.json()["detail"]) == (422, True)
    (tmp_path / "empty").mkdir()
    _begin(client, tmp_path / "empty")
    assert _ended(client)["message"] == "No video was found there."
    assert client.get("/v1/roots").json()["roots"] == []


def test_folders_are_browsed_by_name_with_their_videos(client: TestClient, videos: Path, tmp_path: Path) -> None:
    (videos / "inner").mkdir()
    (videos / ".hidden").mkdir()
    shutil.copy(videos / "a.mp4", videos / "inner" / "b.MP4")
    shutil.copy(videos / "a.mp4", videos / "inner" / ".c.mp4")
    top = client.get("/v1/places").json()
    assert [each["path"] for each in top["folders"]] == [str(tmp_path)]
    assert (top["path"], top["parent"]) == (None, None)
    inside = client.get("/v1/places", params={"path": str(tmp_path)}).json()
    assert (inside["parent"], [each["name"] for each in inside["folders"]]) == (None, ["videos"])
    below = client.get("/v1/places", params={"path": str(videos)}).json()
    assert (below["path"], below["parent"], below["videos"]) == (str(videos), str(tmp_path), 1)
    assert [(each["name"], each["videos"], each["known"]) for each in below["folders"]] == [("inner", 1, False)]
    assert not below["truncated"]


def test_links_that_lead_outside_are_refused_and_those_that_stay_inside_are_not(tmp_path: Path, videos: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    (outside / "secret").mkdir(parents=True)
    (inside / "out").symlink_to(outside)
    (inside / "real").mkdir()
    (inside / "link").symlink_to(inside / "real")
    with _served(tmp_path, places=(inside,)) as client:
        listed = client.get("/v1/places", params={"path": str(inside)}).json()
        assert [each["name"] for each in listed["folders"]] == ["link", "real"]
        assert client.get("/v1/places", params={"path": str(inside / "link")}).json()["path"] == str(inside / "real")
        for path in (outside, inside / "out", inside / "out" / "secret", f"{inside}/../outside", videos, "/", "/etc"):
            assert client.get("/v1/places", params={"path": str(path)}).status_code == 422, path
            assert client.post("/v1/index", json={"add": [str(path)]}).status_code == 422, path


@pytest.mark.parametrize("path", ["nowhere", "a\0b", "\ud800", ".hidden", "library", "library/thumbs"])
def test_what_may_not_be_added_is_refused_in_words(client: TestClient, tmp_path: Path, path: str) -> None:
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "library" / "thumbs").mkdir(parents=True)
    text = repr(f"{tmp_path}/{path}")[1:-1].replace("\\x00", "\\u0000")
    sent = f'{{"add": ["{text}"]}}'
    answer = client.post("/v1/index", content=sent, headers={"content-type": "application/json"})
    assert answer.status_code in (404, 422)
    assert answer.json()["detail"]


def test_names_that_are_no_utf8_are_listed_and_indexed(client: TestClient, tmp_path: Path, videos: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/caf\xe9"
    videos.rename(os.fsdecode(odd))
    (folder,) = client.get("/v1/places", params={"path": str(tmp_path)}).json()["folders"]
    assert (folder["name"], folder["videos"]) == ("caf\\udce9", 1)
    assert client.post("/v1/index", json={"add": [folder["path"]]}).status_code == 202
    assert _ended(client)["state"] == "done"
    (root,) = client.get("/v1/roots").json()["roots"]
    assert (root["path"], root["videos"]) == (folder["path"], 1)
    assert client.delete("/v1/roots", params={"path": root["path"]}).status_code == 204


def test_with_a_key_only_what_is_known_may_be_indexed_and_nothing_without_it(tmp_path: Path, videos: Path) -> None:
    with _served(tmp_path) as client:
        _begin(client, videos)
        _ended(client)
    (tmp_path / "new").mkdir()
    key = {"Authorization": "Bearer secret"}
    with _served(tmp_path, places=None, api_key=SecretStr("secret")) as client:
        for method, path in _ROUTES:
            assert client.request(method, path, json={"on": True}).status_code == 401, path
        assert client.get("/v1/places", headers=key).json()["folders"] == []
        assert client.get("/v1/roots", headers=key).json()["may_add"] is False
        assert client.post("/v1/index", json={"add": [str(tmp_path / "new")]}, headers=key).status_code == 422
        assert client.post("/v1/index", json={"add": [str(videos)]}, headers=key).status_code == 202
        until(lambda: client.get("/v1/index", headers=key).json()["state"] == "done", within_s=60)


_ROUTES = [
    ("GET", "/v1/index"),
    ("POST", "/v1/index"),
    ("DELETE", "/v1/index"),
    ("GET", "/v1/index/events"),
    ("GET", "/v1/roots"),
    ("DELETE", "/v1/roots?path=/x"),
    ("GET", "/v1/places"),
    ("GET", "/v1/models"),
]


def test_pages_of_other_sites_can_start_stop_and_drop_nothing(client: TestClient, videos: Path) -> None:
    elsewhere = {"origin": "http://evil.example"}
    for method, path in _ROUTES:
        if method != "GET":
            assert client.request(method, path, json={"on": True}, headers=elsewhere).status_code == 403
    # What a form may send without asking first: no JSON by its type, so none is read.
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        sent = client.post("/v1/index", content=f'{{"add": ["{videos}"]}}', headers={"content-type": kind})
        assert sent.status_code == 422
    rebound = client.post("/v1/index", json={"add": [str(videos)]}, headers={"host": "evil.example"})
    assert rebound.status_code == 421
    asked = client.options("/v1/index", headers={**elsewhere, "access-control-request-method": "DELETE"})
    assert not [name for name in asked.headers if name.startswith("access-control")]
    time.sleep(0.2)
    assert client.get("/v1/index").json()["state"] == "idle"


def test_models_are_those_of_the_command(client: TestClient) -> None:
    listed = client.get("/v1/models").json()
    assert (listed[0]["name"], listed[0]["available"]) == ("vlc-lite", True)
    assert all(each["how_to_get"] for each in listed)


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """The service as a process of its own, and its address."""
    url = f"http://127.0.0.1:{free_port()}"
    places = json.dumps([str(folder)])
    words = ("serve", "--port", url.rpartition(":")[2], "--library", str(folder / "library"))
    with running(*words, SCENESEEK_PLACES=places) as process:
        until(lambda: answers(f"{url}/healthz"))
        yield url, process


def _events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def test_changes_are_told_as_events_to_so_many_and_no_longer_than_they_listen(tmp_path: Path, videos: Path) -> None:
    with _serving(tmp_path) as (url, _), ExitStack() as listening:

        def listen() -> httpx.Response:
            return listening.enter_context(httpx.stream("GET", f"{url}/v1/index/events", timeout=60))

        first = listen()
        assert (first.status_code, first.headers["content-type"].split(";")[0]) == (200, "text/event-stream")
        events = _events(first.iter_lines())
        assert next(events)["state"] == "idle"
        httpx.post(f"{url}/v1/index", json={"add": [str(videos)]}).raise_for_status()
        states = []
        while (event := next(events))["state"] != "done":
            states.append(event["state"])
        assert set(states) == {"running"}
        assert event["report"]["indexed"] == 1
        for _ in range(15):
            assert listen().status_code == 200
        assert listen().status_code == 503
        listening.close()
        until(lambda: _is_open(url), within_s=30)


def _is_open(url: str) -> bool:
    with httpx.stream("GET", f"{url}/v1/index/events", timeout=60) as response:
        return response.status_code == 200


def test_the_run_stops_when_the_service_is_killed(tmp_path: Path, long_run: Path) -> None:
    library = Library(tmp_path / "library")
    with _serving(tmp_path) as (url, process):
        httpx.post(f"{url}/v1/index", json={"add": [str(long_run)]}).raise_for_status()
        until(lambda: httpx.get(f"{url}/v1/index").json()["files_done"] > 0, within_s=120)
        process.kill()
        until(lambda: not library.is_being_written(), within_s=60)
    with _served(tmp_path) as client:
        assert 0 < client.get("/v1/videos").json()["total"] < 8
