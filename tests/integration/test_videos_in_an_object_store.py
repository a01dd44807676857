"""Videos in an object store are indexed, found, streamed and shown as files are, and none is lost when it is away."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from data.exits import ENVIRONMENT, FILES_FAILED, USAGE
from data.remote import ranged, s3
from data.remote.errors import RemoteError, UnusableAddress
from indexer.plan.look import UnknownPath
from indexer.watch.root import RootWatch
from sceneseek.commands.exits import exit_code
from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests import objects
from tests.bench import Bench, counts
from tests.instant_decoder import install, write
from tests.objects import Bucket
from tests.small_library import colour_pair, write_video


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(ranged, "_PAUSE_S", 0.01)
    install(monkeypatch)
    return Bench(tmp_path)


@pytest.fixture
def films(bench: Bench, bucket: Bucket) -> Path:
    """A root with two videos and what is none."""
    bucket.put("films/red one.mp4", write(bench.videos / "red.mp4", "red"))
    bucket.put("films/2024/blue.mkv", write(bench.videos / "blue.mkv", "blue"))
    bucket.put("films/notes.txt", b"no film")
    bucket.put("films/2024/", b"")
    bucket.put("films/.trash/red.mp4", b"no film")
    bucket.put("films of others/green.mp4", b"no film")
    return bucket.root / "films"


@pytest.fixture
def client(bench: Bench, films: Path) -> Iterator[TestClient]:
    with _served(bench, films) as client:
        yield client


@contextmanager
def _served(bench: Bench, films: Path) -> Iterator[TestClient]:
    assert counts(bench.run(films)) == {"indexed": 2}
    settings = ServiceSettings(library=bench.library.folder)
    with TestClient(create_app(settings, open_pair=lambda *_: colour_pair()), base_url="http://localhost") as client:
        yield client


def _found(client: TestClient, query: str) -> dict[str, Any]:
    moments = client.post("/v1/search", json={"query": query}).json()["moments"]
    best: dict[str, Any] = moments[0]
    return best


def test_they_are_found_streamed_by_ranges_and_shown(tmp_path: Path, bucket: Bucket) -> None:
    bench = Bench(tmp_path)
    bucket.put("films/red one.mp4", write_video(bench.videos / "red.mp4", [("red", 3)]))
    bucket.put("films/blue.mkv", write_video(bench.videos / "blue.mkv", [("blue", 3)]))
    data = (bench.videos / "red.mp4").read_bytes()
    with _served(bench, bucket.root / "films") as client:
        best = _found(client, "red")
        assert best["video"] == f"s3://{bucket.name}/films/red one.mp4"
        assert client.get(best["stream_url"]).content == data
        part = client.get(best["stream_url"], headers={"Range": "bytes=100-299"})
        assert (part.status_code, part.content) == (206, data[100:300])
        assert "last-modified" not in part.headers
        assert part.headers["content-type"] == "video/mp4"
        for picture in ("thumbnail", "strip"):
            answer = client.get(f"/v1/videos/{best['video_id']}/{picture}")
            assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        assert [root["there"] for root in client.get("/v1/roots").json()["roots"]] == [True]


def test_only_what_has_another_tag_is_read_again(bench: Bench, films: Path, bucket: Bucket) -> None:
    assert counts(bench.run(films)) == {"indexed": 2}
    # The same bytes, written anew.
    bucket.put("films/red one.mp4", bench.videos / "red.mp4")
    assert counts(bench.run(known=True)) == {"unchanged": 2}
    bucket.put("films/red one.mp4", write(bench.videos / "green.mp4", "green"))
    bucket.put("films/2025/copy.mkv", bench.videos / "blue.mkv")
    assert counts(bench.run(known=True)) == {"indexed": 1, "unchanged": 1, "duplicates": 1}
    assert {place.source for place in bench.ledger().values()} == {"s3"}


def test_what_is_removed_or_renamed_is_known_by_its_content(bench: Bench, films: Path, bucket: Bucket) -> None:
    bench.run(films)
    bucket.drop("films/red one.mp4")
    bucket.put("films/renamed.mp4", bench.videos / "red.mp4")
    bucket.drop("films/2024/blue.mkv")
    assert counts(bench.run(known=True)) == {"unchanged": 1, "gone": 2}
    assert bench.ledger()["2024/blue.mkv"].state == "gone"


def test_an_emptied_bucket_takes_nothing_with_it(bench: Bench, films: Path, bucket: Bucket) -> None:
    bench.run(films)
    for key in bucket.keys("films/"):
        bucket.drop(key)
    report = bench.run(known=True)
    assert (counts(report), report.missing) == ({}, [films])
    assert {place.state for place in bench.ledger().values()} == {"indexed"}


def test_a_changed_object_streams_no_more_until_it_is_indexed(client: TestClient, bench: Bench, bucket: Bucket) -> None:
    best = _found(client, "red")
    bucket.put("films/red one.mp4", write(bench.videos / "green.mp4", "green", "green"))
    gone = client.get(best["stream_url"])
    assert (gone.status_code, gone.json()["detail"]) == (410, "file changed")
    bucket.drop("films/red one.mp4")
    gone = client.get(best["stream_url"])
    assert (gone.status_code, gone.json()["detail"]) == (410, "file gone")


def test_a_store_that_is_away_loses_nothing(
    client: TestClient, bench: Bench, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = _found(client, "red")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    s3.client.cache_clear()
    away = client.get(best["stream_url"])
    assert (away.status_code, away.json()["type"]) == (503, "urn:sceneseek:file-unreadable")
    assert [root["there"] for root in client.get("/v1/roots").json()["roots"]] == [False]
    report = bench.run(known=True)
    assert (counts(report), report.missing) == ({}, [films])
    assert "can't be reached" in bench.listener.messages[-1]
    assert {place.state for place in bench.ledger().values()} == {"indexed"}


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        (403, "SignatureDoesNotMatch", "does not take the credentials"),
        (403, "InvalidAccessKeyId", "does not take the credentials"),
        (403, "AccessDenied", "gives no permission"),
        (403, "RequestTimeTooSkewed", "the clocks of this machine and of the object store differ"),
        (404, "NoSuchBucket", "there is no such bucket"),
        (503, "SlowDown", "the object store answers SlowDown"),
    ],
)
def test_what_a_store_refuses_is_one_line(
    bench: Bench, bucket: Bucket, monkeypatch: pytest.MonkeyPatch, status: int, code: str, why: str
) -> None:
    with objects.saying(status, code) as address, objects.known_as(address, monkeypatch):
        with pytest.raises(RemoteError, match=why) as raised:
            bench.run(bucket.root)
        assert exit_code(raised.value) == ENVIRONMENT
        assert objects.SECRET not in str(raised.value)
        assert str(raised.value).startswith(f"s3://{bucket.name}: ")


def test_without_credentials_or_with_a_wrong_profile_it_says_so(
    bench: Bench, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    s3.client.cache_clear()
    with pytest.raises(RemoteError, match="no credentials for the object store"):
        bench.run(bucket.root)
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    s3.client.cache_clear()
    with pytest.raises(RemoteError, match="AWS_PROFILE"):
        bench.run(bucket.root)


def test_a_place_that_is_not_there_is_wrong_usage(bench: Bench, bucket: Bucket) -> None:
    with pytest.raises(UnknownPath):
        bench.run(bucket.root / "nothing")
    with pytest.raises(UnusableAddress) as raised:
        bench.run(Path("s3://key:secret@bucket/x"))
    assert exit_code(raised.value) == USAGE


def test_what_is_no_video_and_what_can_not_be_named_is_told(bench: Bench, bucket: Bucket) -> None:
    bucket.put("a.mp4", b"")
    bucket.put("twice//slashed.mp4", b"no film")
    report = bench.run(bucket.root)
    assert [(str(error.path), error.stage) for error in report.failures] == [(f"s3:/{bucket.name}/a.mp4", "decode")]
    assert report.as_json()["failures"][0]["path"] == f"s3://{bucket.name}/a.mp4"
    assert [os.fspath(path) for path in report.unreadable] == [f"s3:/{bucket.name}/twice/slashed.mp4"]
    assert FILES_FAILED == 3


def test_an_object_can_be_a_root_and_be_forgotten(bench: Bench, films: Path, bucket: Bucket) -> None:
    assert counts(bench.run(films / "2024/blue.mkv")) == {"indexed": 1}
    assert counts(bench.run(films)) == {"indexed": 1, "unchanged": 1}
    settings = bench.settings(exclude=("2024",))
    assert counts(bench.run(films, settings=settings)) == {"unchanged": 1, "skipped": 1}


def test_a_deep_look_reads_them_and_a_run_makes_them_anew(bench: Bench, films: Path, bucket: Bucket) -> None:
    bench.run(films)
    assert bench.problems() == []
    shard = bench.shards()[0]
    shard.write_bytes(shard.read_bytes()[:-40])
    assert [problem.kind for problem in bench.problems(is_deep=False)] == ["shard"]
    bench.mend()
    assert bench.problems() == []


@pytest.mark.parametrize("path", ["s3://{}/private", "s3:/{}/private", "http://169.254.169.254/", "s3://{}/films/2024"])
def test_nobody_names_an_address_over_http(client: TestClient, bucket: Bucket, path: str) -> None:
    bucket.put("private/secret.mp4", b"a film")
    for refused in (
        client.post("/v1/index", json={"add": [path.format(bucket.name)]}),
        client.get("/v1/places", params={"path": path.format(bucket.name)}),
    ):
        assert refused.status_code in (404, 422)
        assert refused.json()["type"] == "urn:sceneseek:place"


def test_an_address_is_looked_at_now_and_then(bench: Bench) -> None:
    said: list[str] = []
    watch = RootWatch(b"s3://films", b"/library", settle_s=0, poll_s=5, polling=False, say=said.append)
    assert watch.is_due.wait(5)
    watch.stop()
    assert (watch.how, said) == ("polling", ["s3://films: watched by looking at it again and again"])
