"""Searching a small real library without HTTP."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import event

from data.stores.catalog import open_catalog
from data.stores.library import Library
from data.types import Generation, NoGeneration, QueryError
from models.pair import Pair
from models.spec import ModelMismatch
from search.answering import wire
from search.answering.answers import answer, search_library
from search.generation.follower import Follower
from search.generation.opened import OpenGeneration, open_generation
from search.query.wire import SearchBody
from tests.small_library import COLOURS, SmallLibrary, colour_pair, write_video


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path)
    yield library
    library.close()


@pytest.fixture
def colours(small: SmallLibrary) -> SmallLibrary:
    small.add("trips/sea.mp4", [("blue", 8), ("white", 4)], taken_at=datetime(2024, 5, 1, tzinfo=UTC))
    small.add("trips/meadow.mp4", [("green", 4), ("blue", 4)], taken_at=datetime(2023, 5, 1, tzinfo=UTC))
    small.add("fire.mp4", [("red", 12), ("black", 2), ("red", 4)])
    small.publish()
    return small


def _open(small: SmallLibrary) -> OpenGeneration:
    return open_generation(small.library, small.catalog, open_pair=lambda *_: colour_pair())


def _names(found: wire.SearchAnswer) -> list[str]:
    return [Path(moment.video).name for moment in found.moments]


def _search(small: SmallLibrary, query: object, **options: object) -> wire.SearchAnswer:
    # One colour is like another shot of it: only the tests of folding fold.
    return answer(_open(small), SearchBody.model_validate({"query": query, "fold": False, **options}))


def test_touching_hits_of_one_shot_become_one_moment(colours: SmallLibrary) -> None:
    found = _search(colours, "red", limit=2)
    assert [(moment.start_s, moment.end_s) for moment in found.moments] == [(0.0, 12.0), (14.0, 18.0)]
    assert all(moment.start_s <= moment.best_s < moment.end_s for moment in found.moments)


def test_scores_never_increase_down_the_page(colours: SmallLibrary) -> None:
    scores = [moment.score for moment in _search(colours, "blue green").moments]
    assert scores == sorted(scores, reverse=True)


def test_page_is_full_although_neighbours_merge_and_one_video_floods(small: SmallLibrary) -> None:
    small.add("flood.mp4", [("red", 20), ("black", 2)] * 12, clip_s=1.0)
    for number in range(4):
        small.add(f"other{number}.mp4", [("red", 2 + number), ("white", 2)])
    small.publish()
    assert len(_search(small, "red", limit=10).moments) == 10
    found = _search(small, "red", limit=5, per_video=1)
    assert len(set(_names(found))) == 5


def test_filters_reach_below_a_folder_or_into_one_video(colours: SmallLibrary) -> None:
    assert set(_names(_search(colours, "red", filters={"folder": "trips"}))) == {"sea.mp4", "meadow.mp4"}
    whole = str(colours.root / "trips")
    assert set(_names(_search(colours, "red", filters={"folder": whole}))) == {"sea.mp4", "meadow.mp4"}
    only = colours.videos["fire.mp4"]
    assert set(_names(_search(colours, "blue", filters={"video_id": only}))) == {"fire.mp4"}
    assert not _search(colours, "blue", filters={"folder": "/nowhere"}).moments


def test_sorted_by_time_the_same_moments_come_as_they_were_taken(colours: SmallLibrary) -> None:
    best = _search(colours, "blue", limit=2)
    timed = _search(colours, "blue", limit=2, sort="time")
    assert _names(timed) == ["meadow.mp4", "sea.mp4"]
    assert sorted(_names(best)) == sorted(_names(timed))


def test_picture_finds_what_looks_like_it(colours: SmallLibrary) -> None:
    out = BytesIO()
    Image.fromarray(np.full((90, 160, 3), COLOURS["green"], np.uint8)).save(out, "JPEG")
    found = _search(colours, {"image": base64.b64encode(out.getvalue()).decode()}, limit=1)
    assert _names(found) == ["meadow.mp4"]
    assert found.query == {"image": None}


def test_uploaded_video_finds_what_is_like_it(colours: SmallLibrary, tmp_path: Path) -> None:
    upload = write_video(tmp_path / "upload.mp4", [("red", 3)])
    found = _search(colours, {"video": base64.b64encode(upload.read_bytes()).decode()}, limit=1)
    assert _names(found) == ["fire.mp4"]
    assert found.query == {"video": None}
    with pytest.raises(QueryError, match="can't be read"):
        _search(colours, {"video": base64.b64encode(b"no video at all").decode()})


def test_moment_finds_others_like_it(colours: SmallLibrary) -> None:
    of = {"video_id": colours.videos["trips/meadow.mp4"], "start_s": 4.0, "end_s": 8.0}
    found = _search(colours, {"moment": of}, limit=2)
    assert set(_names(found)) == {"meadow.mp4", "sea.mp4"}
    assert found.moments[0].score == pytest.approx(1.0, abs=1e-4)


def test_moment_that_is_not_indexed_is_said_so(colours: SmallLibrary) -> None:
    with pytest.raises(QueryError, match="nothing is indexed"):
        _search(colours, {"moment": {"video_id": "0" * 32, "start_s": 0.0, "end_s": 1.0}})


@pytest.mark.parametrize("text", ["", "   ", "a" * 10_000])
def test_empty_and_endless_queries_are_refused(colours: SmallLibrary, text: str) -> None:
    with pytest.raises(QueryError):
        _search(colours, text)


def test_videos_that_have_gone_leave_room_for_others(colours: SmallLibrary) -> None:
    generation = _open(colours)
    colours.remove("fire.mp4")
    found = answer(generation, SearchBody(query="red", limit=2, fold=False))
    assert len(found.moments) == 2
    assert "fire.mp4" not in _names(found)


def test_duplicate_answers_under_the_path_that_is_left(colours: SmallLibrary) -> None:
    (colours.root / "zz").mkdir()
    colours.add("zz/copy.mp4", [("red", 12), ("black", 2), ("red", 4)])
    colours.remove("fire.mp4")
    assert _names(_search(colours, "red", limit=1)) == ["copy.mp4"]


def test_pair_with_other_weights_is_refused(colours: SmallLibrary) -> None:
    colours.publish(weights_sha256="1" * 64)
    with pytest.raises(ModelMismatch):
        _open(colours)


def test_library_without_a_generation_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoGeneration):
        search_library(Library(tmp_path / "none"), SearchBody(query="red"))
    assert not (tmp_path / "none").exists()


def test_command_line_gets_the_same_moments_without_addresses(colours: SmallLibrary) -> None:
    found = search_library(colours.library, SearchBody(query="red", fold=False), open_pair=lambda *_: colour_pair())
    assert _names(found) == _names(_search(colours, "red"))
    assert {(moment.stream_url, moment.thumbnail_url, moment.strip_url) for moment in found.moments} == {(None,) * 3}


def test_service_follows_a_new_generation_and_a_query_keeps_the_one_it_began_with(colours: SmallLibrary) -> None:
    opened: list[Generation] = []

    def open_pair(_: Library, snapshot: Generation) -> Pair:
        opened.append(snapshot)
        return colour_pair()

    follower = Follower(colours.library, open_pair=open_pair)
    first = follower.serving()
    colours.add("new.mp4", [("white", 4)])
    colours.publish()
    assert follower.serving() is first
    follower.settle()
    second = follower.serving()
    assert second.name > first.name
    assert len(first.vectors) < len(second.vectors)
    assert len(opened) == 1, "the towers are the same and are not loaded again"
    follower.close()


def test_generation_that_cannot_be_opened_leaves_the_old_one_serving(
    colours: SmallLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    follower = Follower(colours.library, open_pair=lambda *_: colour_pair())
    first = follower.serving()
    colours.publish(weights_sha256="1" * 64)
    follower.serving()
    follower.settle()
    assert follower.serving() is first
    assert "goes on serving" in caplog.text
    follower.close()


def test_one_catalogue_query_describes_every_moment(colours: SmallLibrary) -> None:

    generation = _open(colours)
    asked: list[str] = []
    event.listen(colours.catalog.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert len(answer(generation, SearchBody(query="red blue", fold=False)).moments) > 3
    assert len(asked) == 1


def test_catalogue_opened_twice_is_the_same(colours: SmallLibrary) -> None:
    again = open_catalog(colours.library.catalog)
    assert len(open_generation(colours.library, again, open_pair=lambda *_: colour_pair()).vectors) == 10
    again.close()
