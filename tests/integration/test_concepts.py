"""Concepts over HTTP and in queries, on a small real library."""

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
    library.add("fire.mp4", [("red", 4), ("black", 4)])
    library.add("mixed.mp4", [("green", 4), ("red", 4), ("white", 4)])
    library.publish()
    yield library
    library.close()


@pytest.fixture
def client(small: SmallLibrary) -> Iterator[TestClient]:
    with served(small) as client:
        yield client


def marked(client: TestClient, name: str, *examples: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"/v1/concepts/{name}/examples", json={"examples": list(examples)})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def asked(client: TestClient, query: object, **more: Any) -> Any:
    return client.post("/v1/search", json={"query": query, "fold": False, **more}).json()


def best(client: TestClient, query: object) -> tuple[str, float]:
    found = asked(client, query)["moments"][0]
    return Path(found["video"]).name, found["start_s"]


def test_a_concept_is_marked_listed_renamed_and_dropped(client: TestClient, small: SmallLibrary) -> None:
    fits, fits_not = moment(small, "fire.mp4", 0, 4), moment(small, "sea.mp4", 0, 4, fits=False)
    found = marked(client, "Rex", fits, fits_not)
    assert (found["name"], found["version"], [each["fits"] for each in found["examples"]]) == ("Rex", 1, [True, False])
    first = found["examples"][0]
    assert first["video"] == str(small.root / "fire.mp4")
    assert client.get(first["stream_url"]).status_code == 200
    (listed,) = client.get("/v1/concepts").json()["concepts"]
    assert (listed["name"], listed["fits"], listed["does_not_fit"]) == ("Rex", 1, 1)
    assert client.get(listed["thumbnail_url"]).headers["content-type"] == "image/webp"
    fewer = client.delete(f"/v1/concepts/rex/examples/{first['id']}").json()
    assert (fewer["version"], [each["fits"] for each in fewer["examples"]]) == (2, [False])
    renamed = client.patch("/v1/concepts/rex", json={"name": "our logo"}).json()
    assert (renamed["id"], renamed["name"], renamed["version"]) == (found["id"], "our logo", 3)
    assert client.get("/v1/concepts/OUR%20LOGO").json() == renamed
    assert client.delete("/v1/concepts/our logo").status_code == 204
    assert client.get("/v1/concepts/our logo").status_code == client.delete("/v1/concepts/our logo").status_code == 404


def test_put_gives_these_examples_and_no_others(client: TestClient, small: SmallLibrary) -> None:
    marked(client, "rex", moment(small, "fire.mp4", 0, 4))
    body = {"examples": [moment(small, "sea.mp4", 0, 4), moment(small, "sea.mp4", 4, 8, fits=False)]}
    found = client.put("/v1/concepts/Rex", json=body).json()
    assert (found["name"], found["version"]) == ("rex", 2)
    assert [(each["start_s"], each["fits"]) for each in found["examples"]] == [(0, True), (4, False)]


def test_a_concept_is_found_alone_and_beside_words(client: TestClient, small: SmallLibrary) -> None:
    marked(client, "rex", moment(small, "fire.mp4", 0, 4))
    found = asked(client, "concept:REX")
    shown = [(Path(each["video"]).name, each["start_s"]) for each in found["moments"][:2]]
    assert set(shown) == {("fire.mp4", 0), ("mixed.mp4", 4)}
    assert {each["confidence"] for each in found["moments"]} == {None}
    assert [why["by"] for why in found["moments"][0]["why"]] == ["seen"]
    assert best(client, {"concept": "rex"}) == shown[0]
    assert best(client, "green THEN concept:rex WITHIN 10s")[0] == "mixed.mp4"
    assert best(client, {"and": [{"text": "white"}, {"not": {"concept": "rex"}}]})[1] in (4, 8)
    assert asked(client, 'concept:"rex" AND red')["moments"][0]["cosine"] is None
    curve = client.get(f"/v1/videos/{small.videos['mixed.mp4']}/curve", params={"q": "concept:rex"}).json()
    assert 4 <= max(curve["points"], key=lambda point: point["cosine"])["t"] <= 8


def test_what_was_marked_as_not_fitting_lowers_what_looks_so(client: TestClient, small: SmallLibrary) -> None:
    marked(client, "rex", moment(small, "fire.mp4", 0, 4), moment(small, "sea.mp4", 4, 8))

    def white() -> float:
        found = asked(client, "concept:rex", filters={"glob": "*sea.mp4"}, limit=50)["moments"]
        return float(next(each["score"] for each in found if each["start_s"] <= 6 < each["end_s"]))

    before = white()
    marked(client, "rex", moment(small, "sea.mp4", 4, 8, fits=False))
    assert white() < before


def test_examples_outlive_another_generation_and_a_video_that_left_is_told(
    client: TestClient, small: SmallLibrary
) -> None:
    marked(client, "rex", moment(small, "fire.mp4", 0, 4), moment(small, "mixed.mp4", 4, 8))
    small.add("more.mp4", [("red", 4)])
    small.remove("fire.mp4")
    small.publish()
    client.app.state.service.follower.serving()  # type: ignore[attr-defined]
    client.app.state.service.follower.settle()  # type: ignore[attr-defined]
    found = asked(client, "concept:rex")
    assert found["notes"] == ["1 example of rex left out: not in this library now"]
    assert {Path(each["video"]).name for each in found["moments"][:2]} == {"more.mp4", "mixed.mp4"}
    marked(client, "gone", {"video_id": NOWHERE, "start_s": 0, "end_s": 1})
    answer = client.post("/v1/search", json={"query": "red AND concept:gone"})
    assert (answer.status_code, answer.json()["position"]) == (422, 8)
    assert answer.json()["detail"] == "of the concept 'gone' no example that fits is in this library now"


def test_an_unknown_concept_is_refused_where_it_stands_and_names_what_is_near(
    client: TestClient, small: SmallLibrary
) -> None:
    refused = client.post("/v1/search", json={"query": "concept:rex"})
    assert refused.json()["detail"] == "no concept is called 'rex'; there is none yet"
    marked(client, "Rex the dog", moment(small, "fire.mp4", 0, 4))
    marked(client, "logo", moment(small, "fire.mp4", 0, 4, fits=False))
    refused = client.post("/v1/search", json={"query": 'a whiet AND concept:"rex the dgo"'})
    assert (refused.status_code, refused.json()["position"]) == (422, 12)
    assert refused.json()["detail"] == "no concept is called 'rex the dgo'; there is Rex the dog"
    refused = client.post("/v1/search", json={"query": "concept:rex the dog"})
    assert refused.json()["detail"] == "no concept is called 'rex'; there is Rex the dog"
    refused = client.post("/v1/search", json={"query": {"concept": "logo"}})
    assert refused.json()["detail"] == "the concept 'logo' has no example that fits yet"


def test_a_page_of_another_version_is_stale(client: TestClient, small: SmallLibrary) -> None:
    marked(client, "rex", moment(small, "fire.mp4", 0, 4))
    body = {"query": "concept:rex", "limit": 1, "fold": False}
    cursor = client.post("/v1/search", json=body).json()["next_cursor"]
    assert client.post("/v1/search", json={**body, "cursor": cursor}).status_code == 200
    marked(client, "rex", moment(small, "sea.mp4", 0, 4))
    assert client.post("/v1/search", json={**body, "cursor": cursor}).status_code == 409


@pytest.mark.parametrize("name", ["a%2Fb", '"', "…", "x" * 101, "%20", "a%5Cb", "a%00b"])
def test_what_is_no_name_is_refused(client: TestClient, name: str) -> None:
    assert client.post(f"/v1/concepts/{name}/examples", json={"examples": []}).status_code in (404, 422)
    assert client.get("/v1/concepts").json()["total"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"video_id": "a", "start_s": 0, "end_s": 1},
        {"video_id": NOWHERE, "start_s": 1, "end_s": 1},
        {"video_id": NOWHERE, "start_s": 0, "end_s": 1, "colour": "red"},
    ],
)
def test_what_is_no_example_is_refused(client: TestClient, wrong: dict[str, Any]) -> None:
    for method, path in (("PUT", "/v1/concepts/rex"), ("POST", "/v1/concepts/rex/examples")):
        assert client.request(method, path, json={"examples": [wrong]}).status_code == 422
    assert client.get("/v1/concepts").json()["total"] == 0


def test_as_many_as_a_request_takes_and_a_concept_holds_fit_and_no_more(client: TestClient) -> None:
    some = [{"video_id": NOWHERE, "start_s": at, "end_s": at + 1, "fits": True} for at in range(1001)]
    address = "/v1/concepts/rex/examples"
    assert client.post(address, json={"examples": some[:501]}).status_code == 422
    for at in (0, 500):
        assert client.post(address, json={"examples": some[at : at + 500]}).status_code == 200
    refused = client.post(address, json={"examples": some[1000:]})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:sceneseek:concept")
    marked(client, "max")
    assert client.patch("/v1/concepts/max", json={"name": "REX"}).status_code == 409


def test_nothing_is_told_or_taken_without_the_key(small: SmallLibrary) -> None:
    with served(small, api_key=SecretStr("secret")) as client:
        address = "/v1/concepts/rex"
        found = client.post(f"{address}/examples", json={"examples": []}, headers=KEY).json()
        for method, path in (
            ("GET", "/v1/concepts"),
            ("GET", address),
            ("PUT", address),
            ("PATCH", address),
            ("DELETE", address),
            ("POST", f"{address}/examples"),
            ("DELETE", f"{address}/examples/{NOWHERE}"),
        ):
            assert client.request(method, path, json={"examples": []} if method != "GET" else None).status_code == 401
        assert client.get(address, headers=KEY).json() == found
