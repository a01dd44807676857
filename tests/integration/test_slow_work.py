"""What takes long, many ask for, or changes meanwhile, in the service over a small real library."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from search.service.api import create_app
from search.service.pictures.thumbnails import Decoders, Render
from search.service.settings import ServiceSettings
from tests.small_library import SmallLibrary, colour_pair, published


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLibrary]:
    with published(tmp_path, "sea.mp4", [("blue", 4), ("white", 4)]) as library:
        yield library


@pytest.fixture
def client(small: SmallLibrary) -> Iterator[TestClient]:
    app = create_app(ServiceSettings(library=small.library.folder), open_pair=lambda *_: colour_pair())
    with TestClient(app) as client:
        yield client


def _render_by(client: TestClient, rendering: Render, **options: Any) -> None:
    """Let pictures and copies be made in another way."""
    state = client.app.state  # type: ignore[attr-defined]
    names = ("decoders", "strip_decoders", "encoders")
    for name in names:
        getattr(state.service, name).close()
    state.service = replace(state.service, **{name: Decoders(1, 60.0, rendering, **options) for name in names})


def _held(path: Path, time_s: float, *_: float) -> bytes:
    """Works until it is let go, and leaves a mark for each time that it was asked."""
    (path.parent / f"asked-{time.monotonic_ns()}").touch()
    while not (path.parent / "go").exists():
        time.sleep(0.02)
    return f"{time_s}".encode()


def _replaced(path: Path, *_: float) -> bytes:
    """Meets another file of the same size and time, as a copy that was swapped in keeps them."""
    before = path.stat()
    other = path.with_name("other")
    other.write_bytes(bytes(before.st_size))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)
    return b"another video"


def _in_place(path: Path, *_: float) -> bytes:
    """Meets a file that is written to, and given its old time again."""
    before = path.stat()
    path.write_bytes(bytes(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    raise ValueError("what it found made no sense")


def _url(small: SmallLibrary, what: str) -> str:
    return f"/v1/videos/{small.videos['sea.mp4']}/{what}"


def test_slow_work_has_a_short_queue_and_keeps_nothing_else_waiting(client: TestClient, small: SmallLibrary) -> None:
    _render_by(client, _held, waiting=3)
    with ThreadPoolExecutor(45) as threads:
        asked = [threads.submit(client.get, _url(small, f"thumbnail?t={number / 10}")) for number in range(45)]
        while sum(each.done() for each in asked) < 41:
            time.sleep(0.02)
        refused = [each.result() for each in asked if each.done()]
        assert {(each.status_code, each.json()["type"]) for each in refused} == {(503, "urn:sceneseek:busy")}
        assert all(int(each.headers["retry-after"]) > 0 for each in refused)
        assert client.get("/healthz").status_code == 200
        assert client.post("/v1/search", json={"query": "blue"}).json()["moments"]
        (small.root / "go").touch()
        assert sorted(each.result().status_code for each in asked) == [200] * 4 + [503] * 41


def test_strips_that_wait_keep_no_thumbnail_waiting(client: TestClient, small: SmallLibrary) -> None:
    state = client.app.state  # type: ignore[attr-defined]
    state.service.strip_decoders.close()
    state.service = replace(state.service, strip_decoders=Decoders(1, 60.0, _held, waiting=2))
    with ThreadPoolExecutor(5) as threads:
        asked = [threads.submit(client.get, _url(small, f"strip?end={number}")) for number in range(1, 6)]
        while sum(each.done() for each in asked) < 2:
            time.sleep(0.02)
        assert client.get(_url(small, "thumbnail?t=1")).status_code == 200
        (small.root / "go").touch()
        assert sorted(each.result().status_code for each in asked) == [200] * 3 + [503] * 2


def test_a_part_that_many_ask_for_is_made_once(client: TestClient, small: SmallLibrary) -> None:
    _render_by(client, _held, waiting=0)
    with ThreadPoolExecutor(20) as threads:
        asked = [threads.submit(client.get, _url(small, "proxy?part=1")) for _ in range(20)]
        while not list(small.root.glob("asked-*")):
            time.sleep(0.02)
        (small.root / "go").touch()
        assert {(each.result().status_code, each.result().content) for each in asked} == {(200, b"5.12")}
    assert len(list(small.root.glob("asked-*"))) == 1


@pytest.mark.parametrize("rendering", [_replaced, _in_place])
@pytest.mark.parametrize("what", ["thumbnail?t=1", "strip?start=1&end=3", "proxy?part=0"])
def test_file_that_changes_while_it_is_decoded_is_410_and_not_kept(
    client: TestClient, small: SmallLibrary, rendering: Render, what: str
) -> None:
    _render_by(client, rendering)
    response = client.get(_url(small, what))
    assert (response.status_code, response.json()["type"]) == (410, "urn:sceneseek:file-changed")
    assert not [*small.library.thumbs.glob("*/*"), *small.library.proxies.glob("*/*")]


def test_a_picture_gets_as_long_as_a_part_of_a_copy() -> None:
    """Both decode from the key frame before, which may lie 25 minutes back."""
    settings = ServiceSettings()
    assert settings.thumbnail_timeout_s >= settings.proxy_timeout_s


def test_closing_the_service_ends_all_processes(small: SmallLibrary) -> None:
    before = set(multiprocessing.active_children())
    app = create_app(ServiceSettings(library=small.library.folder), open_pair=lambda *_: colour_pair())
    with TestClient(app) as client, ThreadPoolExecutor() as threads:
        assert client.get(_url(small, "proxy?part=0")).status_code == 200
        _render_by(client, _held)
        hanging = threads.submit(client.get, _url(small, "thumbnail?t=1"))
        while not list(small.root.glob("asked-*")):
            time.sleep(0.02)
        assert set(multiprocessing.active_children()) - before
        app.state.service.close()
        app.state.service.close_shared()
        assert hanging.result(60).status_code == 503
    assert not set(multiprocessing.active_children()) - before


def test_processes_start_before_anybody_asks_and_end_with_the_service(small: SmallLibrary) -> None:
    before = set(multiprocessing.active_children())
    settings = ServiceSettings(library=small.library.folder, thumbnail_workers=1, strip_workers=1)
    app = create_app(settings, open_pair=lambda *_: colour_pair())
    with TestClient(app) as client:
        app.state.service.start_soon()
        while len(set(multiprocessing.active_children()) - before) < 2:
            time.sleep(0.02)
        started = set(multiprocessing.active_children()) - before
        for what in ("thumbnail?t=1", "strip?end=2"):
            assert client.get(_url(small, what)).status_code == 200
        assert set(multiprocessing.active_children()) - before == started
    assert not set(multiprocessing.active_children()) - before
