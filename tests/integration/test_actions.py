"""Actions as tags: a trained recogniser looks at every clip, and searches may ask for what it saw."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from data.media.reading import Damage, grid
from indexer.afterwards import CantBeMade, Choice
from indexer.modalities.actions import Actions
from models.recognition.facts import ClipShape
from models.spec import BadWeights, Runtime
from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests.bench import UNREAD, Bench, counts, made
from tests.recognising import colour_recogniser
from tests.small_library import colour_pair, write_video


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return colour_recogniser(tmp_path_factory.mktemp("recogniser"))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, recogniser: Path) -> Bench:
    bench = Bench(tmp_path_factory.mktemp("actions"))
    write_video(bench.videos / "flags.mp4", [("red", 14), ("green", 3), ("blue", 3)])
    write_video(bench.videos / "pool.mp4", [("blue", 4)])
    write_video(bench.videos / "meadow.mp4", [("green", 4)])
    report = bench.run(settings=bench.settings(actions=recogniser))
    assert (counts(report), made(report)["actions"]) == ({"indexed": 3}, (2, 4, 0))
    return bench


@pytest.fixture
def client(bench: Bench) -> Iterator[TestClient]:
    app = create_app(ServiceSettings(library=bench.library.folder), open_pair=lambda *_: colour_pair())
    with TestClient(app) as client:
        yield client


def found(client: TestClient, **body: Any) -> list[tuple[str, float, float]]:
    moments = client.post("/v1/search", json=body).raise_for_status().json()["moments"]
    return [(Path(moment["video"]).name, moment["start_s"], moment["end_s"]) for moment in moments]


def test_a_video_tells_its_actions_in_time_order_and_those_that_go_on_once(client: TestClient) -> None:
    (listed,) = client.get("/v1/videos", params={"q": "flags"}).json()["videos"]
    actions = client.get(f"/v1/videos/{listed['video_id']}").json()["actions"]
    assert [each["action"] for each in actions] == ["waving a red flag", "diving"]
    assert [(each["start_s"], each["end_s"]) for each in actions] == [
        pytest.approx((0, 14), abs=0.3),
        pytest.approx((17, 20), abs=0.3),
    ]


def test_the_library_counts_its_actions(client: TestClient) -> None:
    assert client.get("/v1/actions").json()["actions"] == [
        {"action": "diving", "videos": 2, "clips": 2},
        {"action": "waving a red flag", "videos": 1, "clips": 2},
    ]
    # They are nobody's words.
    assert client.get("/v1/words").json() == {"words": []}


def test_an_action_is_asked_for_by_its_field_and_says_why(client: TestClient) -> None:
    assert [name for name, *_ in found(client, query="action:diving", fold=False)] == ["flags.mp4", "pool.mp4"]
    assert {name for name, *_ in found(client, query='action:"red flag" AND red')} == {"flags.mp4"}
    (why,) = client.post("/v1/search", json={"query": 'action:"red flag"'}).json()["moments"][0]["why"]
    assert (why["by"], why["text"], why["marks"]) == ("tagged", "waving a red flag", [[9, 17]])


def test_a_filter_lets_through_what_has_the_whole_tag(client: TestClient) -> None:
    every = found(client, query="blue")
    assert len(every) > 2
    tagged = [each for each in every if each[0] == "pool.mp4" or (each[0] == "flags.mp4" and each[1] > 15)]
    assert found(client, query="blue", filters={"action": "diving"}) == tagged
    assert found(client, query="blue", filters={"action": "divi"}) == []


def test_no_sentence_is_looked_for_in_tags(client: TestClient) -> None:
    moments = client.post("/v1/search", json={"query": "waving a red flag"}).json()["moments"]
    assert {why["by"] for moment in moments for why in moment["why"]} == {"seen"}


def test_a_recogniser_of_so_many_pictures_a_second_sees_the_middle_of_a_clip(tmp_path: Path) -> None:
    folder = colour_recogniser(tmp_path / "dense", ClipShape(frames=4, size=16, per_second=4.0))
    reader = Actions(folder, Runtime(device="cpu")).reader()
    bench = Bench(tmp_path)
    write_video(bench.videos / "a.mp4", [("red", 8)])
    film, damage = bench.videos / "a.mp4", Damage()
    (span,) = reader.read(lambda: grid(film, per_second=4.0, scaler=reader.scaler(), damage=damage))
    assert (span.start_s, span.end_s) == pytest.approx((0, 8), abs=0.3)
    assert span.frames.times_s == pytest.approx([3.5, 3.75, 4.0, 4.25], abs=0.3)


def test_without_a_recogniser_nothing_is_tagged(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    write_video(bench.videos / "a.mp4", [("red", 3)])
    assert "actions" not in bench.run().words
    with pytest.raises(CantBeMade, match="SCENESEEK_ACTIONS names no folder of a recogniser"):
        bench.run(choice=Choice(only=("actions",)))


def test_a_folder_that_holds_no_recogniser_is_named_before_any_work(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    write_video(bench.videos / "a.mp4", [("red", 3)])
    with pytest.raises(BadWeights, match="holds nothing that `train` made"):
        bench.run(settings=bench.settings(actions=tmp_path))
    assert not bench.shards()


def test_another_recogniser_tags_anew_and_takes_the_place_of_the_first(tmp_path: Path, recogniser: Path) -> None:
    bench = Bench(tmp_path)
    write_video(bench.videos / "a.mp4", [("red", 3)])
    first = bench.settings(actions=recogniser)
    assert made(bench.run(settings=first))["actions"] == (1, 1, 0)
    assert made(bench.run(settings=first)) == {}
    other = colour_recogniser(tmp_path / "other", ClipShape(frames=2, size=16))
    assert made(bench.run(settings=bench.settings(actions=other), choice=UNREAD))["actions"] == (1, 1, 0)
    assert bench.problems() == []
