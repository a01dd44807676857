"""What the service says of a library that can't be read, and of decoders that lack memory or are stopped."""

import base64
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import delete

from data.sandbox.pool import Pool
from data.sandbox.process import Beat, Bounds
from data.stores.catalog import tables
from search.generation.follower import Follower
from search.query.uploads import Uploads
from search.service.api import create_app
from search.service.boundary import problems
from search.service.settings import ServiceSettings
from tests.small_library import SmallLibrary, colour_pair, published


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLibrary]:
    with published(tmp_path, "sea.mp4", [("blue", 4)]) as library:
        yield library


@pytest.fixture
def client(small: SmallLibrary) -> Iterator[TestClient]:
    app = create_app(ServiceSettings(library=small.library.folder), open_pair=lambda *_: colour_pair())
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def _unreadable_index(small: SmallLibrary) -> None:
    (path,) = small.library.segments.glob("*/index.faiss")
    path.unlink()
    path.mkdir()


def _unreadable_current(small: SmallLibrary) -> None:
    small.library.current.unlink()
    small.library.current.mkdir()


def _no_clips(small: SmallLibrary) -> None:
    with small.catalog.begin() as connection:
        connection.execute(delete(tables.clips))


def _no_catalogue(small: SmallLibrary) -> None:
    small.close()
    for path in small.library.folder.glob("catalog.db*"):
        path.unlink()


def _said(response: Any) -> tuple[int, str, bool]:
    return response.status_code, response.json()["type"], "retry-after" in response.headers


TROUBLE = (503, "urn:sceneseek:library", True)


@pytest.mark.parametrize("spoil", [_unreadable_index, _unreadable_current, _no_clips, _no_catalogue])
def test_a_library_that_cant_be_read_is_no_bug_of_the_service(
    small: SmallLibrary, spoil: Callable[[SmallLibrary], None]
) -> None:
    spoil(small)
    app = create_app(ServiceSettings(library=small.library.folder), open_pair=lambda *_: colour_pair())
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        assert _said(client.get("/readyz")) == TROUBLE
        assert _said(client.post("/v1/search", json={"query": "blue"})) == TROUBLE
        if spoil in (_unreadable_current, _no_catalogue):
            assert _said(client.get("/v1/status")) == TROUBLE


def test_an_empty_folder_is_a_library_that_holds_nothing_yet(tmp_path: Path) -> None:
    with TestClient(create_app(ServiceSettings(library=tmp_path)), base_url="http://127.0.0.1") as client:
        assert client.get("/v1/status").json()["files"] == 0


def test_an_os_error_that_the_system_did_not_raise_stays_a_bug() -> None:
    app = FastAPI()
    problems.install(app)

    @app.get("/")
    def wrong() -> None:
        raise OSError("a library of ours is used wrongly")

    response = TestClient(app, raise_server_exceptions=False).get("/")
    assert (response.status_code, response.json()["type"]) == (500, "urn:sceneseek:bug")


def _eats(_: Beat, *__: object) -> Iterator[object]:
    yield bytearray(1 << 40)


def _picture() -> str:
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def _uploads_by(client: TestClient, pool: Pool) -> None:
    uploads: Uploads = client.app.state.service.uploads  # type: ignore[attr-defined]
    uploads._pictures.close()
    uploads._pictures = pool


def test_a_picture_that_memory_does_not_suffice_for_may_be_sent_again(client: TestClient) -> None:
    _uploads_by(client, Pool(_eats, Bounds(1 << 30, 60.0), count=1, waiting=0))
    response = client.post("/v1/search", json={"query": {"image": _picture()}})
    assert _said(response) == (503, "urn:sceneseek:busy", True)
    assert "memory" in response.json()["detail"]


def test_a_picture_is_busy_while_the_service_ends(client: TestClient, small: SmallLibrary) -> None:
    client.app.state.service.decoders.close()  # type: ignore[attr-defined]
    response = client.get(f"/v1/videos/{small.videos['sea.mp4']}/thumbnail?t=1")
    assert _said(response) == (503, "urn:sceneseek:busy", True)


def test_a_thumbnail_that_memory_does_not_suffice_for_may_be_asked_for_again(
    client: TestClient, small: SmallLibrary
) -> None:
    decoders = client.app.state.service.decoders  # type: ignore[attr-defined]
    decoders._pool.close()
    decoders._pool = Pool(_eats, Bounds(1 << 30, 60.0), count=1, waiting=0)
    response = client.get(f"/v1/videos/{small.videos['sea.mp4']}/thumbnail?t=1")
    assert _said(response) == (503, "urn:sceneseek:no-picture", True)


def test_a_current_that_cant_be_looked_at_while_it_is_followed_leaves_no_dead_thread(
    small: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = Follower(small.library, open_pair=lambda *_: colour_pair())
    before = follower.serving()
    small.publish()
    mark, looked = follower._mark, iter([True, False])

    def sometimes() -> object:
        if next(looked, True):
            return mark()
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(follower, "_mark", sometimes)
        assert follower.serving() is before
        follower.settle()
    assert follower._opening is None
    follower.serving()
    follower.settle()
    assert follower.serving().name == "00000002"
    follower.close()
