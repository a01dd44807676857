"""Whatever is sent, well-formed or not, is answered with a reason and never with an error of the service."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests.small_library import SmallLibrary, colour_pair, published

UNKNOWN = "0" * 32


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallLibrary]:
    with published(tmp_path_factory.mktemp("bad"), "sea.mp4", [("blue", 2), ("white", 2)]) as library:
        yield library


@pytest.fixture(scope="module")
def client(small: SmallLibrary) -> Iterator[TestClient]:
    yield from _clients(small, None)


@pytest.fixture(scope="module", params=[None, "secret"])
def either(request: pytest.FixtureRequest, small: SmallLibrary) -> Iterator[TestClient]:
    """Without a key, and with one that is not sent."""
    yield from _clients(small, request.param)


def _clients(small: SmallLibrary, key: str | None) -> Iterator[TestClient]:
    settings = ServiceSettings(library=small.library.folder, api_key=SecretStr(key) if key else None)
    app = create_app(settings, open_pair=lambda *_: colour_pair())
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def _search(client: TestClient, raw: str | bytes) -> Any:
    return client.post("/v1/search", content=raw, headers={"Content-Type": "application/json"})


def _filtered(**filters: str) -> str:
    return json.dumps({"query": "red", "filters": filters})


def _nested(deep: int, before: str = '{"and": [', after: str = "]}") -> str:
    return '{"query": ' + before * deep + '{"text": "a"}' + after * deep + "}"


BAD: dict[str, str | bytes] = {
    "300 brackets": json.dumps({"query": "(" * 300 + "a AND b" + ")" * 300}),
    "unclosed brackets": json.dumps({"query": "(" * 1999 + " AND"}),
    "40 deep": _nested(40),
    "200 deep": _nested(200),
    "2000 deep": _nested(2000),
    "not 200 deep": _nested(200, '{"not": ', "}"),
    "brackets of JSON": "[" * 100_000,
    "wide": json.dumps({"query": {"and": [{"or": [{"text": "a"}] * 200}] * 200}}),
    "many keys": json.dumps({"query": "a"} | dict.fromkeys(map(str, range(10_000)))),
    **{
        f"{bound} {time}": _filtered(**{bound: time})
        for bound in ("taken_from", "taken_until", "indexed_from", "indexed_until")
        for time in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
    },
    "half a pair": '{"query": "red \\ud800"}',
    "half a pair in a leaf": '{"query": {"text": "\\udfff"}}',
    "half a pair in base64": '{"query": {"image": "\\ud800"}}',
    "half a pair as a key": '{"query": "red", "\\ud800": 1}',
    "half a pair as a folder": '{"query": "red", "filters": {"folder": "\\udc80"}}',
    "a number of 5000 digits": '{"query": "red", "limit": ' + "9" * 5000 + "}",
    "not UTF-8": b'{"query": "\xff"}',
    "no JSON": "query=red",
    "no object": "[]",
    "nothing": "",
}


@pytest.mark.parametrize("what", BAD)
def test_bad_search_is_a_problem_with_a_reason(client: TestClient, what: str) -> None:
    answer = _search(client, BAD[what])
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["detail"]


def test_half_a_pair_is_no_judgment_either(client: TestClient) -> None:
    thumb = {"query": "red \ud800", "video_id": UNKNOWN, "start_s": 0, "end_s": 1, "relevant": True}
    answer = client.post("/v1/judgments", content=json.dumps(thumb), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


def test_what_nests_as_deep_as_there_are_leaves_is_answered(client: TestClient) -> None:
    assert _search(client, _nested(16)).status_code == 200
    assert _search(client, json.dumps({"query": "(" * 16 + "red AND blue" + ")" * 16})).status_code == 200


_TEXT = st.text(st.characters(exclude_categories=[]), max_size=20)  # surrogates among it
_WORDS = st.sampled_from(["red", "AND", "OR", "NOT", "THEN", "WITHIN", "(", ")", '"', "^", "^2", "10s", "\\", "٣"])
_SPOKEN = st.lists(_WORDS | _TEXT, max_size=12).map(" ".join)
_NUMBER = st.integers() | st.floats() | st.just("9" * 400)
_ANY = st.none() | st.booleans() | _NUMBER | _TEXT
_STRETCH = st.fixed_dictionaries({"video_id": st.just(UNKNOWN), "start_s": _ANY, "end_s": _ANY})
_LEAF = (
    st.fixed_dictionaries({"text": _SPOKEN}, optional={"weight": _NUMBER})
    | st.fixed_dictionaries({"image": _TEXT})
    | st.fixed_dictionaries({"moment": _STRETCH})
)
_TREE = st.recursive(
    _LEAF | _ANY,
    lambda inner: (
        st.dictionaries(st.sampled_from(["and", "or", "then"]), st.lists(inner, max_size=4), max_size=2)
        | st.dictionaries(st.sampled_from(["not", "text", "within_s"]), inner, max_size=2)
    ),
    max_leaves=20,
)
_TIMES = st.tuples(st.datetimes(), st.sampled_from(["+14:00", "-14:00"])).map(lambda at: at[0].isoformat() + at[1])
_FILTERS = st.dictionaries(
    st.sampled_from(["folder", "glob", "video_id", "min_height", "taken_from", "indexed_until"]) | _TEXT,
    _TIMES | _ANY,
    max_size=3,
)
_BODY = st.fixed_dictionaries(
    {"query": _SPOKEN | _TREE},
    optional={"filters": _FILTERS, "limit": _ANY, "cursor": _TEXT, "sort": _ANY, "per_video": _ANY, "refine": _ANY},
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(body=_BODY)
def test_no_search_makes_the_service_fail(client: TestClient, body: Any) -> None:
    assert _search(client, json.dumps(body)).status_code in (200, 409, 422)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(raw=st.binary(max_size=200) | _TEXT.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_make_the_service_fail(client: TestClient, raw: bytes) -> None:
    assert _search(client, raw).status_code == 422


@settings(max_examples=150, deadline=None, derandomize=True)
@given(query=_SPOKEN, video_id=st.just(UNKNOWN) | _TEXT, number=_ANY)
def test_no_address_makes_the_service_fail(either: TestClient, query: str, video_id: str, number: Any) -> None:
    asked = {
        "q": query,
        "query": query,
        "t": number,
        "part": number,
        "limit": number,
        "expires": number,
        "signature": query,
    }
    sent = {name: str(value).encode("utf-8", "surrogatepass") for name, value in asked.items()}
    place = "".join(f"%{byte:02x}" for byte in video_id.encode("utf-8", "surrogatepass"))
    for path in ("", "/stream", "/thumbnail", "/proxy", "/curve"):
        assert either.get(f"/v1/videos/{place}{path}", params=sent).status_code < 500
    for path in ("/v1/judgments", "/v1/ledger", "/v1/videos"):
        assert either.get(path, params=sent).status_code < 500
    assert either.delete(f"/v1/judgments/{place}").status_code < 500


def test_no_picture_is_decoded_of_a_query_with_too_many_parts(client: TestClient) -> None:
    damaged = {"image": "AAAA"}
    few, many = _search(client, json.dumps({"query": {"and": [damaged] * 16}})), {"and": [{"or": [damaged] * 16}] * 16}
    assert "the image is none of" in few.json()["detail"]
    assert "256 parts" in _search(client, json.dumps({"query": many})).json()["detail"]
