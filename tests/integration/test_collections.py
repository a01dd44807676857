"""Collections over HTTP, on a small real library."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from tests.served import moment, served
from tests.small_library import SmallLibrary

NOWHERE = "0" * 32
KEY = {"Authorization": "Bearer secret"}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path)
    library.add("sea.mp4", [("blue", 4), ("white", 4)])
    library.add("fire.mp4", [("red", 4)])
    library.publish()
    yield library
    library.close()


@pytest.fixture
def client(small: SmallLibrary) -> Iterator[TestClient]:
    with served(small) as client:
        yield client


def made(client: TestClient, *moments: dict[str, Any], name: str = "Openings") -> dict[str, Any]:
    answer = client.post("/v1/collections", json={"name": name, "moments": list(moments)})
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


def test_a_collection_is_made_listed_changed_and_dropped(client: TestClient, small: SmallLibrary) -> None:
    facts = {"best_s": 1.5, "note": "the wave", "query": "blue", "confidence": "high", "score": 0.25}
    found = made(client, moment(small, "sea.mp4", 1, 2, **facts), moment(small, "fire.mp4", 0, 4))
    first = found["moments"][0]
    assert facts.items() <= first.items()
    assert (first["video"], first["width"], first["duration_s"]) == (str(small.root / "sea.mp4"), 64, 8.0)
    assert client.get(first["stream_url"]).status_code == 200
    (listed,) = client.get("/v1/collections").json()["collections"]
    assert (listed["id"], listed["name"], listed["moments"]) == (found["id"], "Openings", 2)
    assert client.get(listed["thumbnail_url"]).headers["content-type"] == "image/webp"
    address = f"/v1/collections/{found['id']}"
    order = [each["id"] for each in reversed(found["moments"])]
    changed = client.patch(address, json={"name": "  Ends ", "order": order}).json()
    assert (changed["name"], [each["id"] for each in changed["moments"]]) == ("Ends", order)
    assert client.get(address).json() == changed
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == client.delete(address).status_code == 404
    assert client.get("/v1/collections").json() == {"total": 0, "collections": []}


def test_moments_are_put_in_once_changed_and_taken_out(client: TestClient, small: SmallLibrary) -> None:
    address = f"/v1/collections/{made(client)['id']}/moments"
    again = moment(small, "sea.mp4", 1, 2)
    whole = client.post(address, json={"moments": [again, moment(small, "fire.mp4", 1, 2), again]}).json()
    assert [each["start_s"] for each in whole["moments"]] == [1, 1]
    one = f"{address}/{whole['moments'][0]['id']}"
    whole = client.patch(one, json={"start_s": 0.5, "note": "earlier"}).json()
    assert (whole["moments"][0]["start_s"], whole["moments"][0]["note"]) == (0.5, "earlier")
    assert client.patch(one, json={"start_s": 2}).status_code == 422
    client.post(address, json={"moments": [again]})
    assert client.patch(one, json={"start_s": 1}).status_code == 409
    assert [each["video_id"] for each in client.delete(one).json()["moments"]] == [
        small.videos["fire.mp4"],
        small.videos["sea.mp4"],
    ]
    assert client.delete(one).status_code == client.patch(one, json={"note": "x"}).status_code == 404


def test_a_moment_whose_video_is_gone_stays_and_says_so(client: TestClient, small: SmallLibrary) -> None:
    found = made(client, moment(small, "sea.mp4", 1, 2), moment(small, "fire.mp4", 1, 2))
    small.remove("sea.mp4")
    gone, there = client.get(f"/v1/collections/{found['id']}").json()["moments"]
    assert (gone["video"], gone["stream_url"], gone["last_path"]) == (None, None, str(small.root / "sea.mp4"))
    assert there["video"] == str(small.root / "fire.mp4")
    (listed,) = client.get("/v1/collections").json()["collections"]
    assert small.videos["fire.mp4"] in listed["thumbnail_url"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 201},
        {"name": "x", "note": "x" * 4001},
        {"name": "x", "colour": "red"},
        {"name": "x", "moments": [{"video_id": "a", "start_s": 0, "end_s": 1}]},
        {"name": "x", "moments": [{"video_id": NOWHERE, "start_s": 1, "end_s": 1}]},
        {"name": "x", "moments": [{"video_id": NOWHERE, "start_s": -1, "end_s": 1}]},
        {"name": "x", "moments": [{"video_id": NOWHERE, "start_s": 0, "end_s": 1, "note": "x" * 4001}]},
        {"name": "x", "moments": [{"video_id": NOWHERE, "start_s": at, "end_s": at + 1} for at in range(1001)]},
        {"name": "\ud800"},
    ],
)
def test_what_is_no_collection_is_refused(client: TestClient, wrong: dict[str, Any]) -> None:
    answer = client.post("/v1/collections", json=wrong) if "\ud800" not in wrong["name"] else _half(client)
    assert answer.status_code == 422
    assert client.get("/v1/collections").json()["total"] == 0


def _half(client: TestClient) -> Any:
    return client.post("/v1/collections", content=b'{"name": "\\ud800"}', headers={"Content-Type": "application/json"})


def test_a_full_request_and_a_whole_order_fit_into_their_bounds(client: TestClient) -> None:
    found = made(client)
    address = f"/v1/collections/{found['id']}"
    for first in range(0, 5000, 1000):
        facts = {"video_id": NOWHERE, "note": "n", "query": "q", "confidence": "low", "score": 0.5}
        moments = [{**facts, "start_s": at, "end_s": at + 1} for at in range(first, first + 1000)]
        assert client.post(f"{address}/moments", json={"moments": moments}).status_code == 200
    order = [each["id"] for each in client.get(address).json()["moments"]][::-1]
    whole = client.patch(address, json={"order": order}).json()
    assert [each["id"] for each in whole["moments"]] == order
    assert client.post(f"{address}/moments", json={"moments": [{**facts, "start_s": 7, "end_s": 9}]}).status_code == 409
    assert client.patch(address, json={"order": order[1:]}).status_code == 409


def test_unknown_ones_are_404_and_odd_names_422(client: TestClient) -> None:
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("DELETE", "", None),
        ("POST", "/moments", {"moments": []}),
        ("PATCH", f"/moments/{NOWHERE}", {"note": "x"}),
        ("DELETE", f"/moments/{NOWHERE}", None),
    ):
        assert client.request(method, f"/v1/collections/{NOWHERE}{path}", json=body).status_code == 404
        assert client.request(method, f"/v1/collections/odd{path}", json=body).status_code == 422


def test_nothing_is_told_or_taken_without_the_key(small: SmallLibrary) -> None:
    with served(small, api_key=SecretStr("secret")) as client:
        found = client.post("/v1/collections", json={"name": "mine"}, headers=KEY).json()
        address = f"/v1/collections/{found['id']}"
        for method, path in (
            ("GET", "/v1/collections"),
            ("POST", "/v1/collections"),
            ("GET", address),
            ("PATCH", address),
            ("DELETE", address),
            ("POST", f"{address}/moments"),
        ):
            assert client.request(method, path, json={"name": "x"} if method != "GET" else None).status_code == 401
        assert client.get(address, headers=KEY).json() == found
