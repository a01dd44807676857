"""Several libraries in one service, each by its name; several services over one library."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from sceneseek.settings import BadSetting, settings_from
from search.service.api import create_app
from search.service.settings import LibraryPlace, ServiceSettings
from tests.small_library import SmallLibrary, colour_pair, published

KEY = {"Authorization": "Bearer secret"}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallLibrary, SmallLibrary]]:
    folder = tmp_path_factory.mktemp("libraries")
    with ExitStack() as both:
        one = both.enter_context(published(folder / "a", "red.mp4", [("red", 4)]))
        yield one, both.enter_context(published(folder / "b", "blue.mp4", [("blue", 4), ("green", 4)]))


@contextmanager
def serving(main: SmallLibrary, *, key: str | None = None, **others: SmallLibrary) -> Iterator[TestClient]:
    settings = ServiceSettings(
        library=main.library.folder,
        api_key=None if key is None else SecretStr(key),
        libraries={name: LibraryPlace(library=each.library.folder) for name, each in others.items()},
    )
    with TestClient(create_app(settings, open_pair=lambda *_: colour_pair()), raise_server_exceptions=False) as client:
        yield client


def found(client: TestClient, base: str, query: str, **more: Any) -> list[str]:
    answer = client.post(f"{base}/search", json={"query": query}, **more).json()
    return [Path(moment["video"]).name for moment in answer["moments"]]


def test_each_is_searched_by_its_name_and_the_first_without_one(two: tuple[SmallLibrary, SmallLibrary]) -> None:
    with serving(two[0], news=two[1]) as client:
        listed = client.get("/v1/libraries").json()["libraries"]
        assert listed == [{"name": "main", "base": "/v1"}, {"name": "news", "base": "/v1/libraries/news"}]
        assert found(client, "/v1", "red") == found(client, "/v1/libraries/main", "red") == ["red.mp4"]
        assert found(client, "/v1/libraries/news", "blue")[0] == "blue.mp4"
        assert client.get("/v1/libraries/news/status").json()["library"] == str(two[1].library.folder)
        assert client.get("/readyz").status_code == 200


def test_addresses_are_signed_for_one_library_only(two: tuple[SmallLibrary, SmallLibrary]) -> None:
    with serving(two[0], key="secret", news=two[1]) as client:
        answer = client.post("/v1/libraries/news/search", json={"query": "blue"}, headers=KEY).json()
        stream = answer["moments"][0]["stream_url"]
        assert stream.startswith("/v1/libraries/news/videos/")
        assert client.get(stream, headers={"Range": "bytes=0-9"}).status_code == 206
        assert client.get(answer["moments"][0]["thumbnail_url"]).status_code == 200
        signed = urlsplit(stream)
        elsewhere = signed._replace(path=signed.path.replace("/libraries/news", "")).geturl()
        assert client.get(elsewhere).status_code == 403
        made = client.post(
            "/v1/libraries/news/exports",
            json={"format": "csv", "moments": [{"video_id": two[1].videos["blue.mp4"], "start_s": 0, "end_s": 2}]},
            headers=KEY,
        ).json()
        assert "blue.mp4" in client.get(made["url"]).text


def test_thumbs_and_collections_are_of_one_library(two: tuple[SmallLibrary, SmallLibrary]) -> None:
    with serving(two[0], news=two[1]) as client:
        client.post("/v1/libraries/news/collections", json={"name": "for Monday"})
        assert client.get("/v1/libraries/news/collections").json()["total"] == 1
        assert client.get("/v1/collections").json()["total"] == 0


@pytest.mark.parametrize("name", ["nobody", "NEWS", "%2e%2e", "news%2f..", "a" * 5000])
def test_a_name_that_is_none_is_not_there_and_told_to_nobody_without_a_key(
    two: tuple[SmallLibrary, SmallLibrary], name: str
) -> None:
    with serving(two[0], key="secret", news=two[1]) as client:
        assert client.get(f"/v1/libraries/{name}/status", headers=KEY).status_code in (404, 405)
        assert client.get("/v1/libraries/nobody/status").status_code == 401
        assert client.get("/v1/libraries").status_code == 401


def test_a_body_is_bounded_and_needs_the_key_under_every_name(two: tuple[SmallLibrary, SmallLibrary]) -> None:
    with serving(two[0], key="secret", news=two[1]) as client:
        body = {"query": "red"}
        assert client.post("/v1/libraries/news/search", json=body).status_code == 401
        huge = client.post("/v1/libraries/news/search", content=b"x" * (64 << 20), headers=KEY)
        assert huge.status_code == 413


def test_one_that_is_not_there_yet_keeps_no_other_from_answering(
    two: tuple[SmallLibrary, SmallLibrary], tmp_path: Path
) -> None:
    settings = ServiceSettings(
        library=two[0].library.folder, libraries={"empty": LibraryPlace(library=tmp_path / "nowhere")}
    )
    with TestClient(create_app(settings, open_pair=lambda *_: colour_pair())) as client:
        refused = client.post("/v1/libraries/empty/search", json={"query": "red"})
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:sceneseek:no-index")
        assert found(client, "/v1", "red") == ["red.mp4"]


def test_a_run_of_one_is_told_which_catalogue_it_has(two: tuple[SmallLibrary, SmallLibrary], tmp_path: Path) -> None:
    place = LibraryPlace(library=tmp_path, catalog=SecretStr("postgresql://me@127.0.0.1:1/news"))
    settings = ServiceSettings(library=two[0].library.folder, libraries={"news": place})
    with TestClient(create_app(settings, open_pair=lambda *_: colour_pair())) as client:
        state = client.app.state  # type: ignore[attr-defined]
        assert state.others["news"].library.settings["SCENESEEK_CATALOG"] == "postgresql://me@127.0.0.1:1/news"
        assert state.service.library.settings == dict.fromkeys(
            ("SCENESEEK_CATALOG", "SCENESEEK_VECTORS", "SCENESEEK_STORE"), ""
        )


@pytest.mark.parametrize(
    "said",
    [{"main": "/srv"}, {"Big": "/srv"}, {"a/b": "/srv"}, {"": "/srv"}, {"a": {"folder": "/srv"}}, {"a": 7}, ["/srv"]],
)
def test_a_setting_that_can_not_be_is_said_before_anything_is_served(
    monkeypatch: pytest.MonkeyPatch, said: object
) -> None:
    monkeypatch.setenv("SCENESEEK_LIBRARIES", json.dumps(said))
    with pytest.raises(BadSetting, match="SCENESEEK_LIBRARIES"):
        settings_from(ServiceSettings)


def test_libraries_are_named_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"news": "/srv/news", "films": {"library": "/srv/films", "catalog": "postgresql://host/films"}}
    monkeypatch.setenv("SCENESEEK_LIBRARIES", json.dumps(said))
    places = settings_from(ServiceSettings).libraries
    assert (places["news"].library, places["news"].catalog) == (Path("/srv/news"), None)
    assert str(places["films"].library) == "/srv/films"


def test_services_of_one_library_answer_alike_and_see_what_the_other_keeps(
    two: tuple[SmallLibrary, SmallLibrary],
) -> None:
    with ExitStack() as both:
        one, other = (both.enter_context(serving(two[1], key="secret")) for _ in range(2))
        answers = [client.post("/v1/search", json={"query": "blue"}, headers=KEY).json() for client in (one, other)]
        assert answers[0]["moments"] == answers[1]["moments"], "addresses are signed alike, too"
        assert other.get(answers[0]["moments"][0]["stream_url"], headers={"Range": "bytes=0-9"}).status_code == 206
        thumb = {"query": "blue", "video_id": two[1].videos["blue.mp4"], "start_s": 0, "end_s": 2, "relevant": True}
        assert one.post("/v1/judgments", json=thumb, headers=KEY).status_code == 201
        assert other.get("/v1/judgments", headers=KEY).json()["total"] == 1
        two[1].add("white.mp4", [("white", 4)])
        two[1].publish()
        for client in (one, other):
            client.post("/v1/search", json={"query": "white"}, headers=KEY)
            client.app.state.service.follower.settle()  # type: ignore[attr-defined]
            assert "white.mp4" in found(client, "/v1", "white", headers=KEY)
