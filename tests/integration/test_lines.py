"""The routes of what is said in a video, why a moment was found, and the command line of both."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from data.stores.catalog import open_catalog, views
from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests.bench import Bench
from tests.captioned import srt
from tests.small_library import colour_pair, write_video

SPOKEN = [(0.5, 1.5, "From platform 9 & on"), (1.5, 2.5, "Second line"), (2.5, 3.5, "Second line")]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    bench = Bench(tmp_path_factory.mktemp("lines"))
    write_video(bench.videos / "Zug & Gleis.mp4", [("white", 4)])
    write_video(bench.videos / "b.mp4", [("red", 4)])
    (bench.videos / "Zug & Gleis.en.srt").write_text(srt(SPOKEN))
    bench.run()
    return bench


@pytest.fixture
def client(bench: Bench) -> Iterator[TestClient]:
    app = create_app(ServiceSettings(library=bench.library.folder), open_pair=lambda *_: colour_pair())
    with TestClient(app) as client:
        yield client


def video_of(client: TestClient, name: str = "Zug") -> str:
    return str(client.get("/v1/videos", params={"q": name}).json()["videos"][0]["video_id"])


def test_a_search_says_why_each_moment_was_found(client: TestClient) -> None:
    moment = client.post("/v1/search", json={"query": 'said:"platform 9"'}).json()["moments"][0]
    assert moment["why"] == [
        {"by": "said", "text": "From platform 9 & on", "marks": [[5, 15]], "start_s": 0.5, "end_s": 1.5}
    ]
    seen = client.post("/v1/search", json={"query": "seen:red"}).json()["moments"][0]
    assert seen["why"] == [{"by": "seen", "text": None, "marks": [], "start_s": 0.0, "end_s": 4.0}]


@pytest.mark.parametrize(
    "body",
    [
        {"query": {"words": "…", "in": ["speech"]}},
        {"query": {"words": "a", "in": []}},
        {"query": {"words": "a", "in": ["smell"]}},
        {"query": "said:red", "filters": {"by": ["felt"]}},
        {"query": "seen:red", "filters": {"by": ["said"]}},
        {"query": 'said:"…"'},
    ],
)
def test_what_can_not_be_asked_of_words_is_said(client: TestClient, body: dict[str, object]) -> None:
    response = client.post("/v1/search", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_the_lines_of_a_video_come_in_pages(client: TestClient) -> None:
    url = f"/v1/videos/{video_of(client)}/lines"
    body = client.get(url, params={"limit": 2, "offset": 1}).json()
    assert (body["total"], [line["start_s"] for line in body["lines"]]) == (3, [1.5, 2.5])
    body = client.get(url, params={"q": "platf* 9", "kind": "subtitles"}).json()
    assert body == {
        "total": 1,
        "lines": [
            {
                "kind": "subtitles",
                "language": "en",
                "start_s": 0.5,
                "end_s": 1.5,
                "text": "From platform 9 & on",
                "marks": [[5, 13], [14, 15]],
            }
        ],
    }
    assert client.get(url, params={"kind": "speech"}).json() == {"total": 0, "lines": []}
    assert client.get(f"/v1/videos/{video_of(client, 'b.mp4')}/lines").json()["total"] == 0
    assert client.get(f"/v1/videos/{'0' * 32}/lines").status_code == 404


def test_what_is_said_is_counted_over_the_library_while_its_video_is_there(client: TestClient, bench: Bench) -> None:
    said = {"kind": "subtitles", "language": "en", "language_name": "English", "videos": 1, "lines": 3}
    assert client.get("/v1/words").json() == {"words": [said]}
    catalog = open_catalog(bench.library.catalog)
    places = [place for place in views.present(catalog) if place.path.startswith(b"Zug")]
    catalog.set_gone(places)
    assert client.get("/v1/words").json() == {"words": []}
    catalog.record(places[0])
    catalog.close()


def test_with_a_key_a_video_names_signed_addresses_of_its_lines_and_no_other_does(bench: Bench) -> None:
    settings = ServiceSettings(library=bench.library.folder, api_key=SecretStr("secret"))
    with TestClient(create_app(settings, open_pair=lambda *_: colour_pair())) as client:
        key = {"Authorization": "Bearer secret"}
        zug, other = (
            client.get(f"/v1/videos/{each['video_id']}", headers=key).json()
            for each in sorted(client.get("/v1/videos", headers=key).json()["videos"], key=lambda one: str(one["path"]))
        )
        said = client.get(f"{zug['lines_url']}&q=platform")
        assert (said.json()["total"], said.headers["access-control-allow-origin"]) == (1, "*")
        assert client.get(f"{zug['transcript_url']}&format=txt").text.startswith("From platform 9")
        assert client.get(f"/v1/videos/{zug['video_id']}/lines").status_code == 401
        stolen = zug["lines_url"].replace(zug["video_id"], other["video_id"])
        assert client.get(stolen).status_code == 403
        assert client.get("/v1/words").status_code == 401


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("srt", srt(SPOKEN)),
        (
            "vtt",
            "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nFrom platform 9 &amp; on\n\n"
            "00:00:01.500 --> 00:00:02.500\nSecond line\n\n00:00:02.500 --> 00:00:03.500\nSecond line\n",
        ),
        ("txt", "From platform 9 & on\nSecond line\n"),
    ],
)
def test_a_transcript_is_a_file(client: TestClient, form: str, text: str) -> None:
    response = client.get(f"/v1/videos/{video_of(client)}/transcript", params={"format": form})
    assert response.text == text
    assert response.headers["content-disposition"] == f"attachment; filename*=UTF-8''Zug%20%26%20Gleis.{form}"


def test_a_transcript_may_be_of_one_language_or_kind(client: TestClient) -> None:
    url = f"/v1/videos/{video_of(client)}/transcript"
    assert client.get(url, params={"language": "en", "format": "txt"}).text
    assert client.get(url, params={"language": "de", "format": "txt"}).text == ""
    assert client.get(url, params={"kind": "screen", "format": "txt"}).text == ""


def test_the_command_line_shows_the_line_and_what_was_asked_for(tmp_path: Path) -> None:
    write_video(tmp_path / "videos" / "a.mp4", [("white", 4)])
    (tmp_path / "videos" / "a.srt").write_text(srt(SPOKEN))

    def ran(*words: str) -> str:
        command = [sys.executable, "-m", "sceneseek", *words]
        env = {**os.environ, "SCENESEEK_LIBRARY": str(tmp_path / "library")}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout

    assert "subtitles: 3 lines in 1 video" in ran("index", str(tmp_path / "videos"))
    assert "said at 0:00.5: From [platform 9] & on" in ran("search", 'said:"platform 9"')
    moments = json.loads(ran("search", "said:second", "--by", "said", "--json"))["moments"]
    assert [(moment["start_s"], moment["copies"]) for moment in moments] == [(1.5, 1)]
    assert "subtitles of 1 video forgotten" in ran("forget", "--modality", "subtitles")
    assert "everything: subtitles forgotten" in ran("status", "--forgotten")
