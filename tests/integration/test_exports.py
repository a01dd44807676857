"""Exports over HTTP, of real films: watched, fetched, stopped and bounded."""

import io
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from search.handover import handing
from tests.counted import film
from tests.served import moment, served
from tests.small_library import SmallLibrary

NOWHERE = "0" * 32
KEY = {"Authorization": "Bearer secret"}
LISTS = ("csv", "edl", "markers", "fcpxml", "fcp7xml", "otio")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path_factory.mktemp("exports"))
    library.add("sea.mp4", [("blue", 4), ("white", 4)])
    library.add("fire.mp4", [("red", 4)])
    library.publish()
    yield library
    library.close()


@pytest.fixture
def client(small: SmallLibrary) -> Iterator[TestClient]:
    with served(small) as client:
        yield client


def begun(client: TestClient, format_: str, *moments: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = client.post("/v1/exports", json={"format": format_, "moments": list(moments), **more})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ended(client: TestClient, export: dict[str, Any], within_s: float = 60.0) -> dict[str, Any]:
    until_s = time.monotonic() + within_s
    while export["state"] == "making" and time.monotonic() < until_s:
        time.sleep(0.02)
        export = client.get(f"/v1/exports/{export['id']}").json()
    return export


def exports_folder(small: SmallLibrary) -> list[Path]:
    return [path for path in small.library.exports.glob("*/*") if path.name != "lock"]


def test_a_list_is_done_in_the_answer(client: TestClient, small: SmallLibrary) -> None:
    for format_ in LISTS:
        export = begun(client, format_, moment(small, "sea.mp4", 1, 2, query="a sea"), title="My / seas")
        assert (export["state"], export["done"], export["total"], export["reason"]) == ("done", 1, 1, None)
        answer = client.get(export["url"])
        assert answer.status_code == 200
        assert len(answer.content) == export["bytes"]
        assert answer.headers["content-disposition"].startswith("attachment; filename")
        assert "My%20_%20seas" in answer.headers["content-disposition"]
        assert b"sea.mp4" in answer.content or format_ == "markers"


def test_clips_and_a_reel_are_made_meanwhile(client: TestClient, small: SmallLibrary) -> None:
    moments = [moment(small, "sea.mp4", 1, 2), moment(small, "fire.mp4", 0, 1)]
    clips, reel = (ended(client, begun(client, format_, *moments)) for format_ in ("clips", "reel"))
    assert (clips["state"], reel["state"], clips["done"], reel["done"]) == ("done", "done", 2, 2)
    with zipfile.ZipFile(io.BytesIO(client.get(clips["url"]).content)) as archive:
        assert len(archive.namelist()) == 3
    answer = client.get(reel["url"], headers={"Range": "bytes=4-7"})
    assert (answer.status_code, answer.content) == (206, b"ftyp")
    for export in (clips, reel):
        assert client.delete(f"/v1/exports/{export['id']}").status_code == 204
        assert client.get(export["url"]).status_code == 404
    assert exports_folder(small) == []


def test_a_collection_is_handed_over_in_its_order_under_its_name(client: TestClient, small: SmallLibrary) -> None:
    made = client.post(
        "/v1/collections",
        json={"name": "Openings", "moments": [moment(small, "fire.mp4", 0, 1), moment(small, "sea.mp4", 1, 2)]},
    ).json()
    export = client.post("/v1/exports", json={"format": "edl", "collection": made["id"]}).json()
    assert export["file_name"] == "Openings.edl"
    text = client.get(export["url"]).text
    assert text.index("fire.mp4") < text.index("sea.mp4")
    empty = client.post("/v1/collections", json={"name": "empty"}).json()
    assert client.post("/v1/exports", json={"format": "edl", "collection": empty["id"]}).status_code == 422
    assert client.post("/v1/exports", json={"format": "edl", "collection": NOWHERE}).status_code == 404


def test_a_list_is_titled_by_the_query(client: TestClient, small: SmallLibrary) -> None:
    assert begun(client, "edl", moment(small, "sea.mp4", 1, 2, query="a sea"))["file_name"] == "a sea.edl"
    assert begun(client, "edl", moment(small, "sea.mp4", 1, 2, note=None), title=" ")["file_name"] == "Sceneseek.edl"
    two = (moment(small, "sea.mp4", 1, 2, query="a"), moment(small, "sea.mp4", 2, 3, query="b"))
    assert begun(client, "markers", *two)["file_name"] == "Sceneseek markers.edl"


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": "avi", "moments": [{"video_id": NOWHERE, "start_s": 0, "end_s": 1}]},
        {"format": "edl"},
        {"format": "edl", "moments": []},
        {"format": "edl", "collection": NOWHERE, "moments": [{"video_id": NOWHERE, "start_s": 0, "end_s": 1}]},
        {"format": "edl", "moments": [{"video_id": NOWHERE, "start_s": 0, "end_s": 1}], "handles_s": -1},
        {"format": "edl", "moments": [{"video_id": NOWHERE, "start_s": 0, "end_s": 1}], "handles_s": 601},
        {"format": "edl", "moments": [{"video_id": NOWHERE, "start_s": 0, "end_s": 1}], "title": "x" * 201},
        {"format": "edl", "moments": [{"video_id": NOWHERE, "start_s": at, "end_s": at + 1} for at in range(1001)]},
    ],
)
def test_what_is_no_order_is_refused(client: TestClient, wrong: dict[str, Any]) -> None:
    assert client.post("/v1/exports", json=wrong).status_code == 422


def test_unknown_exports_are_404(client: TestClient) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/file")):
        assert client.request(method, f"/v1/exports/{NOWHERE}{path}").status_code == 404
        assert client.request(method, f"/v1/exports/odd{path}").status_code == 422


def test_a_file_that_is_gone_is_named(client: TestClient, small: SmallLibrary) -> None:
    path = small.root / "gone.mp4"
    small.add("gone.mp4", [("green", 2)])
    path.unlink()
    export = begun(client, "edl", moment(small, "gone.mp4", 0, 1))
    assert export["state"] == "failed"
    assert "gone.mp4: the file is gone" in export["reason"]
    assert (export["url"], export["bytes"]) == (None, None)
    assert client.get(f"/v1/exports/{export['id']}/file").status_code == 409
    assert "is gone" in begun(client, "csv", {"video_id": NOWHERE, "start_s": 0, "end_s": 1})["reason"]
    assert exports_folder(small) == []


def test_the_key_or_a_signature_is_asked_for(small: SmallLibrary) -> None:
    with served(small, api_key=SecretStr("secret")) as client:
        body = {"format": "edl", "moments": [moment(small, "sea.mp4", 1, 2)]}
        assert client.post("/v1/exports", json=body).status_code == 401
        export = client.post("/v1/exports", json=body, headers=KEY).json()
        address = f"/v1/exports/{export['id']}"
        assert client.get(address).status_code == client.delete(address).status_code == 401
        assert client.get(f"{address}/file").status_code == 401
        assert client.get(f"{address}/file", headers=KEY).status_code == 200
        assert client.get(export["url"]).status_code == 200
        other = client.post("/v1/exports", json=body, headers=KEY).json()
        stolen = export["url"].replace(export["id"], other["id"])
        assert client.get(stolen).status_code == 403


@pytest.fixture
def long(small: SmallLibrary) -> str:
    """A film that takes seconds to encode."""
    if "long.mp4" not in small.videos:
        path = film(small.root / "long.mp4", 25, 1500, every_key=250)
        small.add_file(path)
    return "long.mp4"


def test_one_film_is_made_at_a_time_few_wait_and_a_list_waits_for_none(
    client: TestClient, small: SmallLibrary, long: str
) -> None:
    moments = [moment(small, long, 0, 60)]
    exports = [begun(client, "reel", *moments) for _ in range(5)]
    refused = client.post("/v1/exports", json={"format": "clips", "moments": moments})
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:sceneseek:busy")
    assert refused.headers["retry-after"]
    listed = begun(client, "edl", moment(small, "sea.mp4", 1, 2))
    assert listed["state"] == "done"
    assert client.get("/healthz").status_code == 200
    # Those that wait are stopped before they begin.
    for export in exports[:0:-1]:
        assert client.delete(f"/v1/exports/{export['id']}").status_code == 204
    assert client.get(f"/v1/exports/{exports[0]['id']}").json()["state"] in ("making", "done")
    assert client.delete(f"/v1/exports/{exports[0]['id']}").status_code == 204
    began_s = time.monotonic()
    done = ended(client, begun(client, "reel", moment(small, "sea.mp4", 0, 1)))
    assert done["state"] == "done"
    assert time.monotonic() - began_s < 20
    assert {path.name for path in exports_folder(small)} == {done["id"], listed["id"]}


def test_a_stopped_export_leaves_nothing(client: TestClient, small: SmallLibrary, long: str) -> None:
    export = begun(client, "clips", moment(small, long, 0, 60), exact=True)
    until_s = time.monotonic() + 30
    while not exports_folder(small) and time.monotonic() < until_s:
        time.sleep(0.02)
    assert client.delete(f"/v1/exports/{export['id']}").status_code == 204
    assert client.get(f"/v1/exports/{export['id']}").status_code == 404
    while exports_folder(small) and time.monotonic() < until_s:
        time.sleep(0.02)
    assert exports_folder(small) == []


def test_a_full_disk_is_said_to_be_full(
    client: TestClient, small: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "_SPARE_BYTES", 1 << 60)
    export = ended(client, begun(client, "reel", moment(small, "sea.mp4", 1, 2)))
    assert export["state"] == "failed"
    assert "the disk is too full" in export["reason"]
    assert exports_folder(small) == []


def test_the_oldest_goes_when_room_is_needed(small: SmallLibrary) -> None:
    with served(small) as client:
        one = begun(client, "fcp7xml", moment(small, "sea.mp4", 1, 2))
    assert exports_folder(small) == []
    with served(small, export_bytes=2 * one["bytes"] + 100) as client:
        exports = [begun(client, "fcp7xml", moment(small, "sea.mp4", 1, 2)) for _ in range(3)]
        states = [client.get(f"/v1/exports/{export['id']}").status_code for export in exports]
        assert states == [404, 200, 200]
        assert len(exports_folder(small)) == 2
        status = client.get("/v1/status").json()
        assert status["bytes"] >= sum(path.stat().st_size for path in exports_folder(small))


def test_what_a_killed_service_left_is_cleared_and_what_runs_is_left_alone(small: SmallLibrary) -> None:
    killed = small.library.exports / "killed"
    killed.mkdir(parents=True)
    (killed / "lock").touch()
    (killed / "a.part").write_bytes(b"x")
    with served(small) as running:
        kept = begun(running, "edl", moment(small, "sea.mp4", 1, 2))
        assert not killed.exists()
        with served(small):
            pass
        assert running.get(kept["url"]).status_code == 200
    assert os.listdir(small.library.exports) == []  # noqa: PTH208


def test_an_order_ends_when_the_service_does(small: SmallLibrary, long: str) -> None:
    with served(small) as client:
        begun(client, "reel", moment(small, long, 0, 60))
        began_s = time.monotonic()
    assert time.monotonic() - began_s < 15
    assert exports_folder(small) == []
