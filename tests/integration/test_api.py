"""The HTTP service over a small real library."""

import base64
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from search.query.pictures import MAX_BYTES
from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests.served import served
from tests.small_library import SmallLibrary, colour_pair

KEY = {"Authorization": "Bearer secret"}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path)
    library.add("sea.mp4", [("blue", 4), ("white", 4)])
    library.add("fire.mp4", [("red", 8)])
    library.publish()
    yield library
    library.close()


@pytest.fixture
def client(small: SmallLibrary) -> Iterator[TestClient]:
    with served(small) as client:
        yield client


@pytest.fixture
def locked(small: SmallLibrary) -> Iterator[TestClient]:
    with served(small, api_key=SecretStr("secret")) as client:
        yield client


def _stream(small: SmallLibrary, name: str = "sea.mp4") -> str:
    return f"/v1/videos/{small.videos[name]}/stream"


def _thumbnail(small: SmallLibrary, name: str = "sea.mp4") -> str:
    return f"/v1/videos/{small.videos[name]}/thumbnail"


def _strip(small: SmallLibrary, name: str = "sea.mp4") -> str:
    return f"/v1/videos/{small.videos[name]}/strip"


def _proxy(small: SmallLibrary, name: str = "sea.mp4") -> str:
    return f"/v1/videos/{small.videos[name]}/proxy?part=0"


def _is_problem(response: Any, status: int, kind: str | None = None) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["title"]
    assert kind is None or body["type"] == f"urn:sceneseek:{kind}"


def test_search_answers_with_moments_whose_addresses_work(client: TestClient) -> None:
    body = client.post("/v1/search", json={"query": "red", "limit": 1}).json()
    assert (body["query"], body["model"], body["generation"]) == ("red", "colours", "00000001")
    (moment,) = body["moments"]
    assert Path(moment["video"]).name == "fire.mp4"
    assert (moment["start_s"], moment["end_s"], moment["confidence"]) == (0.0, 8.0, "high")
    assert client.get(moment["stream_url"]).status_code == 200
    assert (moment["duration_s"], moment["width"], moment["height"], moment["taken_at"]) == (8.0, 64, 64, None)
    for kind in ("thumbnail_url", "strip_url"):
        assert client.get(moment[kind]).headers["content-type"] == "image/webp"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": ""},
        {"query": "x" * 10_000},
        {"query": "red", "limit": 0},
        {"query": "red", "limit": 501},
        {"query": "red", "sort": "colour"},
        {"query": "red", "unknown": 1},
        {"query": {"image": "!!"}},
        {"query": {"image": base64.b64encode(b"no picture").decode()}},
        {"query": {"image": "A" * (MAX_BYTES * 4 // 3 + 8)}},
        {"query": {"moment": {"video_id": "../../etc", "start_s": 0, "end_s": 1}}},
        {"query": {"moment": {"video_id": "0" * 32, "start_s": 2, "end_s": 1}}},
    ],
)
def test_bad_searches_are_problems(client: TestClient, body: dict[str, Any]) -> None:
    _is_problem(client.post("/v1/search", json=body), 422)


def test_body_that_is_too_large_is_refused(client: TestClient) -> None:
    _is_problem(client.post("/v1/search", content=b" " * (33 << 20)), 413)


def test_unknown_route_method_and_video_are_problems(client: TestClient) -> None:
    _is_problem(client.get("/v1/nothing"), 404)
    _is_problem(client.get("/v1/search"), 405)
    _is_problem(client.get("/v1/videos/" + "0" * 32), 404)
    _is_problem(client.get("/v1/videos/..%2F..%2Fetc%2Fpasswd/stream"), 404)
    _is_problem(client.get("/v1/videos/passwd/stream"), 422)


def test_library_without_index_answers_503_but_tells_its_status(tmp_path: Path) -> None:
    app = create_app(ServiceSettings(library=tmp_path / "none"), open_pair=lambda *_: colour_pair())
    with TestClient(app) as client:
        _is_problem(client.post("/v1/search", json={"query": "red"}), 503, "no-index")
        _is_problem(client.get("/readyz"), 503, "no-index")
        assert client.get("/healthz").status_code == 200
        status = client.get("/v1/status").json()
        assert (status["files"], status["generation"], status["indexing"]) == (0, None, None)
        assert client.get("/v1/ledger").json() == {"total": 0, "files": []}
    assert not (tmp_path / "none").exists()


def test_status_counts_the_library_and_shows_a_run_in_progress(client: TestClient, small: SmallLibrary) -> None:
    status = client.get("/v1/status").json()
    assert (status["files"], status["videos"], status["clips"]) == (2, 2, 4)
    assert status["bytes"] > 0
    with small.library.writing():
        small.catalog.report_progress(3, 10, 4.5, 1)
        indexing = client.get("/v1/status").json()["indexing"]
    assert indexing == {"files_done": 3, "files_total": 10, "eta_s": 4.5, "failed": 1}


def test_ledger_filters_by_state(client: TestClient, small: SmallLibrary) -> None:
    small.remove("fire.mp4")
    assert [Path(file["path"]).name for file in client.get("/v1/ledger?state=gone").json()["files"]] == ["fire.mp4"]
    assert client.get("/v1/ledger").json()["total"] == 2
    _is_problem(client.get("/v1/ledger?state=lost"), 422)


def test_videos_are_listed_by_path_with_their_clips(client: TestClient, small: SmallLibrary) -> None:
    listed = client.get("/v1/videos").json()
    assert [Path(video["path"]).name for video in listed["videos"]] == ["fire.mp4", "sea.mp4"]
    detail = client.get(f"/v1/videos/{small.videos['sea.mp4']}").json()
    assert [(clip["start_s"], clip["end_s"], clip["shot"]) for clip in detail["clips"]] == [(0, 4, 0), (4, 8, 1)]
    assert detail["shots"] == [{"start_s": 0.0, "end_s": 4.0}, {"start_s": 4.0, "end_s": 8.0}]


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-7", -7, None), ("bytes=5-99999999", 5, None)],
)
def test_ranges_give_those_bytes(
    client: TestClient, small: SmallLibrary, header: str, start: int, end: int | None
) -> None:
    whole = (small.root / "sea.mp4").read_bytes()
    response = client.get(_stream(small), headers={"Range": header})
    assert response.status_code == 206
    assert response.content == whole[start:end]
    first = start % len(whole)
    last = (end or len(whole)) - 1
    assert response.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"
    assert response.headers["content-length"] == str(len(response.content))


@pytest.mark.parametrize("header", ["bytes=99999999-", "bytes=-0"])
def test_range_outside_the_file_is_416(client: TestClient, small: SmallLibrary, header: str) -> None:
    response = client.get(_stream(small), headers={"Range": header})
    _is_problem(response, 416)
    assert response.headers["content-range"] == f"bytes */{(small.root / 'sea.mp4').stat().st_size}"


@pytest.mark.parametrize("header", ["bytes=0-1,4-5", "chars=0-1", "bytes=9-2", "bytes=-"])
def test_other_range_headers_give_the_whole_file(client: TestClient, small: SmallLibrary, header: str) -> None:
    response = client.get(_stream(small), headers={"Range": header})
    assert (response.status_code, response.content) == (200, (small.root / "sea.mp4").read_bytes())


def test_head_tells_the_length_without_the_bytes(client: TestClient, small: SmallLibrary) -> None:
    response = client.head(_stream(small))
    assert response.status_code == 200
    assert response.headers["content-length"] == str((small.root / "sea.mp4").stat().st_size)
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["content-type"] == "video/mp4"
    assert not response.content


def test_if_range_with_another_version_gives_the_whole_file(client: TestClient, small: SmallLibrary) -> None:
    etag = client.head(_stream(small)).headers["etag"]
    same = client.get(_stream(small), headers={"Range": "bytes=0-3", "If-Range": etag})
    other = client.get(_stream(small), headers={"Range": "bytes=0-3", "If-Range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)


def test_what_the_browser_has_is_not_sent_again(client: TestClient, small: SmallLibrary) -> None:
    for address in (_stream(small), _thumbnail(small), _strip(small)):
        etag = client.get(address).headers["etag"]
        assert client.get(address, headers={"If-None-Match": f'"x", {etag}'}).status_code == 304


@pytest.mark.parametrize("route", [_stream, _thumbnail, _strip, _proxy])
def test_changed_or_missing_file_is_410_and_never_other_bytes(
    client: TestClient, small: SmallLibrary, route: Any
) -> None:
    path = small.root / "sea.mp4"
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
    _is_problem(client.get(route(small)), 410, "file-changed")
    path.unlink()
    _is_problem(client.get(route(small)), 410, "file-gone")
    os.mkfifo(path)
    _is_problem(client.get(route(small)), 410, "file-changed")


def test_duplicate_serves_when_the_first_place_is_lost(client: TestClient, small: SmallLibrary) -> None:
    small.add("zcopy.mp4", [("blue", 4), ("white", 4)])
    (small.root / "sea.mp4").unlink()
    assert client.get(_stream(small)).content == (small.root / "zcopy.mp4").read_bytes()


def test_thumbnail_shows_the_second_and_is_kept(client: TestClient, small: SmallLibrary) -> None:
    first = client.get(_thumbnail(small) + "?t=1")
    assert first.content != client.get(_thumbnail(small) + "?t=6").content
    assert len(list(small.library.thumbs.glob("*/*.webp"))) == 2
    assert client.get(_thumbnail(small) + "?t=1").content == first.content
    _is_problem(client.get(_thumbnail(small) + "?t=nan"), 422)


def test_proxy_comes_in_parts_and_is_kept(client: TestClient, small: SmallLibrary) -> None:
    detail = client.get(f"/v1/videos/{small.videos['sea.mp4']}").json()
    parts = [client.get(detail["proxy_url"], params={"part": number}) for number in (0, 1)]
    assert all(part.headers["content-type"] == "video/mp4" for part in parts)
    assert parts[0].content != parts[1].content
    kept = sorted(small.library.proxies.glob("*/*.mp4"))
    assert [path.read_bytes() for path in kept] == [part.content for part in parts]
    assert client.get(_proxy(small), headers={"If-None-Match": parts[0].headers["etag"]}).status_code == 304
    _is_problem(client.get(detail["proxy_url"], params={"part": 2}), 404)
    _is_problem(client.get(detail["proxy_url"]), 422)


def test_proxy_that_takes_too_long_is_given_up(small: SmallLibrary) -> None:
    with served(small, proxy_timeout_s=0.01) as client:
        _is_problem(client.get(_proxy(small)), 503, "no-proxy")
        assert client.get("/healthz").status_code == 200


def test_broken_file_gives_no_picture_and_the_service_goes_on(client: TestClient, small: SmallLibrary) -> None:
    path = small.root / "sea.mp4"
    status = path.stat()
    path.write_bytes(bytes(status.st_size))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    _is_problem(client.get(_thumbnail(small)), 503, "no-picture")
    _is_problem(client.get(_proxy(small)), 503, "no-proxy")
    assert client.get(_thumbnail(small, "fire.mp4")).status_code == 200


def test_without_the_key_nothing_but_health_is_told(locked: TestClient, small: SmallLibrary) -> None:
    assert locked.get("/healthz").status_code == 200
    for address in (
        "/v1/status",
        "/v1/ledger",
        "/v1/videos",
        "/metrics",
        _stream(small),
        _strip(small),
        _thumbnail(small),
    ):
        response = locked.get(address)
        _is_problem(response, 401)
        assert response.headers["www-authenticate"] == "Bearer"
        assert locked.get(address, headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert locked.get(address, headers=KEY).status_code == 200
    _is_problem(locked.post("/v1/search", json={"query": "red"}), 401)


def test_addresses_are_signed_and_open_only_what_they_name(locked: TestClient, small: SmallLibrary) -> None:
    (moment,) = locked.post("/v1/search", json={"query": "red", "limit": 1}, headers=KEY).json()["moments"]
    assert "secret" not in str(moment)
    moment["proxy_url"] = locked.get(f"/v1/videos/{moment['video_id']}", headers=KEY).json()["proxy_url"] + "&part=0"
    for kind in ("stream_url", "thumbnail_url", "strip_url", "proxy_url"):
        assert locked.get(moment[kind]).status_code == 200
        elsewhere = moment[kind].replace(small.videos["fire.mp4"], small.videos["sea.mp4"])
        _is_problem(locked.get(elsewhere), 403)
    assert locked.get(moment["strip_url"] + "&start=1&end=2&count=3").status_code == 200
    _is_problem(locked.get(moment["stream_url"].replace("/stream", "/thumbnail")), 403)
    _is_problem(locked.get(moment["stream_url"] + "0"), 403)
    _is_problem(locked.get(moment["stream_url"].replace("expires=", "expires=9")), 403)


def test_signed_address_expires(small: SmallLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(small, api_key=SecretStr("secret"), address_lifetime_s=3600) as client:
        url = client.get(f"/v1/videos/{small.videos['sea.mp4']}", headers=KEY).json()["stream_url"]
        assert client.get(url).status_code == 200
        real = time.time
        monkeypatch.setattr(client.app.state.service.access, "_clock", lambda: real() + 3 * 3600)  # type: ignore[attr-defined]
        _is_problem(client.get(url), 403)


def test_metrics_count_requests_under_their_routes(client: TestClient, small: SmallLibrary) -> None:
    client.post("/v1/search", json={"query": "red"})
    client.get(_stream(small))
    text = client.get("/metrics").text
    assert 'sceneseek_request_seconds_count{method="POST",route="/v1/search",status="200"} 1.0' in text
    assert 'route="/v1/videos/{video_id}/stream"' in text
    assert small.videos["sea.mp4"] not in text


def test_curve_says_from_when_to_when_the_video_shows_it(client: TestClient, small: SmallLibrary) -> None:
    curve = client.get(f"/v1/videos/{small.videos['sea.mp4']}/curve", params={"q": "white"}).json()
    (best,) = curve["stretches"]
    assert (best["start_s"], best["end_s"]) == (pytest.approx(4, abs=1.1), 8)
    assert best["relevance"] == max(point["relevance"] for point in curve["points"])


def test_curve_peaks_where_the_video_shows_it(client: TestClient, small: SmallLibrary) -> None:
    curve = client.get(f"/v1/videos/{small.videos['sea.mp4']}/curve", params={"q": "white"}).json()
    points = curve["points"]
    assert [point["t"] for point in points] == sorted(point["t"] for point in points)
    assert max(points, key=lambda point: point["relevance"])["t"] >= 4.0
    assert all(0 <= point["relevance"] <= 1 for point in points)
    few = client.get(f"/v1/videos/{small.videos['sea.mp4']}/curve", params={"q": "white", "points": 2}).json()
    assert len(few["points"]) == 2
    assert few["stretches"] == curve["stretches"]
    _is_problem(client.get("/v1/videos/" + "0" * 32 + "/curve?q=white"), 404)
    _is_problem(client.get(f"/v1/videos/{small.videos['sea.mp4']}/curve"), 422)


def test_parse_error_says_where(client: TestClient) -> None:
    response = client.post("/v1/search", json={"query": "red AND OR blue"})
    _is_problem(response, 422, "query")
    assert response.json()["position"] == 8


def test_pages_of_another_generation_are_refused(client: TestClient, small: SmallLibrary) -> None:
    cursor = client.post("/v1/search", json={"query": "red", "limit": 1}).json()["next_cursor"]
    assert client.post("/v1/search", json={"query": "red", "limit": 1, "cursor": cursor}).status_code == 200
    small.add("new.mp4", [("black", 2)])
    small.publish()
    client.get("/readyz")
    client.app.state.service.follower.settle()  # type: ignore[attr-defined]
    response = client.post("/v1/search", json={"query": "red", "limit": 1, "cursor": cursor})
    _is_problem(response, 409, "stale-cursor")


def test_thumbs_are_kept_listed_and_taken_back(client: TestClient, small: SmallLibrary) -> None:
    thumb = {"query": "red", "video_id": small.videos["fire.mp4"], "start_s": 0, "end_s": 8, "relevant": True}
    kept = client.post("/v1/judgments", json=thumb)
    assert kept.status_code == 201
    assert client.post("/v1/judgments", json={**thumb, "relevant": False}).json()["id"] == kept.json()["id"]
    listed = client.get("/v1/judgments", params={"query": "red"}).json()
    assert [one["relevant"] for one in listed["judgments"]] == [False]
    assert client.post("/v1/search", json={"query": "red", "refine": True}).status_code == 200
    assert client.delete(f"/v1/judgments/{kept.json()['id']}").status_code == 204
    _is_problem(client.delete(f"/v1/judgments/{kept.json()['id']}"), 404)
    _is_problem(client.post("/v1/judgments", json={**thumb, "video_id": "0" * 32}), 404)
    _is_problem(client.post("/v1/judgments", json={**thumb, "end_s": 0}), 422)


def test_other_languages_are_said_plainly(client: TestClient) -> None:
    notes = client.post("/v1/search", json={"query": "ein Hund auf dem Sofa"}).json()["notes"]
    assert "German" in notes[0]
    assert client.post("/v1/search", json={"query": "red"}).json()["notes"] == []


def test_videos_are_found_by_words_folder_and_order(client: TestClient, small: SmallLibrary) -> None:
    small.add("deep/Fire at Night.mp4", [("red", 2), ("black", 1)])

    def names(**asked: str | int) -> tuple[int, list[str]]:
        body = client.get("/v1/videos", params=asked).json()
        return body["total"], [Path(video["path"]).name for video in body["videos"]]

    assert names(q="FIRE") == (2, ["Fire at Night.mp4", "fire.mp4"])
    assert names(q="night fire") == names(folder=str(small.root / "deep")) == names(folder="deep")
    assert names(sort="longest", limit=1, offset=2) == (3, ["Fire at Night.mp4"])
    assert names(q="%") == (0, [])
    (found,) = client.get("/v1/videos", params={"q": "night"}).json()["videos"]
    assert found["size_bytes"] == (small.root / "deep/Fire at Night.mp4").stat().st_size
    assert client.get(f"/v1/videos/{found['video_id']}").json()["size_bytes"] == found["size_bytes"]
    _is_problem(client.get("/v1/videos?sort=colour"), 422, "invalid")


def test_folders_and_dates_count_the_library(client: TestClient, small: SmallLibrary) -> None:
    small.add("deep/er/night.mp4", [("black", 1)], taken_at=datetime(2024, 5, 31, 23, 59, tzinfo=UTC))
    folders = [(str(small.root), 3), (f"{small.root}/deep", 1), (f"{small.root}/deep/er", 1)]
    assert client.get("/v1/folders").json() == {"folders": [{"path": at, "videos": count} for at, count in folders]}
    assert client.get("/v1/dates").json() == {"dates": [{"date": "2024-05", "videos": 1}], "undated": 2}
    by_day = client.get("/v1/dates", params={"by": "day", "folder": "deep", "max_duration_s": 5, "min_height": 10})
    assert by_day.json() == {"dates": [{"date": "2024-05-31", "videos": 1}], "undated": 0}
    _is_problem(client.get("/v1/dates?by=year"), 422, "invalid")
