"""Composed queries, confidence, filters, pages, copies and thumbs on a small real library."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.stores.catalog import judgments
from data.types import QueryError
from search.answering import registry, wire
from search.answering.answers import answer
from search.generation.opened import OpenGeneration, open_generation
from search.query.cursor import StaleCursor
from search.query.tree import Stretch
from search.query.wire import SearchBody
from tests.heard import Heard
from tests.small_library import ColourTextTower, SmallLibrary, colour_pair


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path)
    yield library
    library.close()


@pytest.fixture
def orders(small: SmallLibrary) -> SmallLibrary:
    """Two colours one after the other, and the other way round."""
    small.add("red-blue.mp4", [("red", 4), ("blue", 4)])
    small.add("blue-red.mp4", [("blue", 4), ("red", 4)])
    small.add("red-black-blue.mp4", [("red", 4), ("black", 12), ("blue", 4)])
    small.add("green.mp4", [("green", 8)])
    small.publish()
    return small


def _open(small: SmallLibrary) -> OpenGeneration:
    return open_generation(small.library, small.catalog, open_pair=lambda *_: colour_pair())


def _ask(small: SmallLibrary, query: Any, **options: Any) -> wire.SearchAnswer:
    return answer(_open(small), SearchBody.model_validate({"query": query, "fold": False, **options}))


def _names(found: wire.SearchAnswer) -> list[str]:
    return [Path(moment.video).stem for moment in found.moments]


def test_then_finds_the_order_and_not_the_reverse(orders: SmallLibrary) -> None:
    found = _ask(orders, "red THEN blue WITHIN 5s").moments
    assert Path(found[0].video).stem == "red-blue"
    assert (found[0].start_s, found[0].end_s) == (0.0, 8.0)
    assert 0.0 <= found[0].best_s <= 4.0
    assert found[0].score > max(moment.score for moment in found[1:])
    assert _names(_ask(orders, "blue THEN red"))[0] == "blue-red"


def test_then_without_a_limit_also_finds_what_comes_much_later(orders: SmallLibrary) -> None:
    assert set(_names(_ask(orders, {"then": [{"text": "red"}, {"text": "blue"}]}))[:2]) == {
        "red-blue",
        "red-black-blue",
    }


def test_not_lowers_what_it_names(orders: SmallLibrary) -> None:
    with_blue = {(m.video_id, m.start_s): m.score for m in _ask(orders, "red OR blue").moments}
    without = {(m.video_id, m.start_s): m.score for m in _ask(orders, "(red OR blue) AND NOT blue").moments}
    blue = (orders.videos["red-blue.mp4"], 4.0)
    red = (orders.videos["red-blue.mp4"], 0.0)
    assert without[blue] < with_blue[blue]
    assert without[red] > without[blue]
    assert set(_names(_ask(orders, "(red OR blue) AND NOT blue", limit=3))) == {
        "red-blue",
        "blue-red",
        "red-black-blue",
    }


def test_or_takes_either_and_and_wants_both(small: SmallLibrary) -> None:
    for name, timeline in [("red", [("red", 4.0)]), ("blue", [("blue", 4.0)]), ("both", [("red", 2.0), ("blue", 2.0)])]:
        small.add(f"{name}.mp4", timeline, one_shot=True)
    for number in range(4):
        small.add(f"other{number}.mp4", [("green", 2.0 + number)])
    small.publish()
    assert set(_names(_ask(small, "red OR blue", limit=2))) <= {"red", "blue", "both"}
    assert _names(_ask(small, "red AND blue", limit=1)) == ["both"]


def test_weights_decide_between_parts(orders: SmallLibrary) -> None:
    assert _names(_ask(orders, {"or": [{"text": "red", "weight": 3}, {"text": "green"}]}))[0] != "green"
    assert _names(_ask(orders, {"or": [{"text": "red"}, {"text": "green", "weight": 3}]}))[0] == "green"


def test_composed_queries_have_no_cosine_and_echo_without_pictures(orders: SmallLibrary) -> None:
    tree = {"and": [{"text": "red"}, {"not": {"text": "blue"}}]}
    found = _ask(orders, tree)
    assert found.query == tree
    assert {moment.cosine for moment in found.moments} == {None}


@pytest.mark.parametrize("tree", [{"and": [{"not": {"text": "red"}}]}, {"not": {"text": "red"}}, {"then": []}])
def test_trees_that_want_nothing_are_refused(orders: SmallLibrary, tree: Any) -> None:
    with pytest.raises((QueryError, ValueError)):
        _ask(orders, tree)


def test_best_second_is_where_the_frame_shows_it(small: SmallLibrary) -> None:
    small.add("late.mp4", [("white", 3.0), ("red", 1.0)], one_shot=True)
    small.publish()
    (moment,) = _ask(small, "red").moments
    assert (moment.start_s, moment.end_s) == (0.0, 4.0)
    assert moment.best_s == pytest.approx(3.0)


def test_honest_empty_answer_when_nothing_is_sure_enough(orders: SmallLibrary) -> None:
    assert _ask(orders, "green", filters={"min_confidence": "high"}).moments
    generation = _open(orders)
    generation.calibration.everyday[:] = 2.0
    assert not answer(
        generation, SearchBody.model_validate({"query": "green", "filters": {"min_confidence": "medium"}})
    ).moments
    like = {"moment": {"video_id": orders.videos["green.mp4"], "start_s": 0, "end_s": 4}}
    with pytest.raises(QueryError, match="only sentences"):
        _ask(orders, like, filters={"min_confidence": "high"})


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"glob": "*.mkv"}, {"long"}),
        ({"glob": "*/trips/*"}, {"trip"}),
        ({"folder": "trips"}, {"trip"}),
        ({"min_duration_s": 5}, {"long"}),
        ({"max_duration_s": 3}, {"trip"}),
        ({"min_height": 65}, set()),
        ({"taken_from": "2024-01-01T00:00:00Z", "taken_until": "2025-01-01T00:00:00Z"}, {"trip"}),
        ({"taken_until": "2024-01-01T00:00:00Z"}, {"old"}),
        ({"indexed_from": "2020-01-01T00:00:00+02:00"}, {"trip", "long", "old"}),
        ({"indexed_until": "2020-01-01T00:00:00Z"}, set()),
        ({"min_duration_s": 3.5, "max_duration_s": 4.5, "glob": "old*"}, {"old"}),
    ],
)
def test_filters_choose_videos(small: SmallLibrary, filters: dict[str, Any], names: set[str]) -> None:
    small.add("trips/trip.mp4", [("red", 2)], taken_at=datetime(2024, 5, 1, tzinfo=UTC))
    small.add("long.mkv", [("red", 8)])
    small.add("old.mp4", [("red", 4)], taken_at=datetime(2019, 5, 1, tzinfo=UTC))
    small.publish()
    assert set(_names(_ask(small, "red", filters=filters))) == names


def test_filter_fills_the_page_however_many_others_are_better(small: SmallLibrary) -> None:
    small.add("flood.mp4", [("red", 150), ("black", 2)] * 4, clip_s=1.0)
    small.add("rare.mp4", [("white", 4)])
    small.publish()
    assert _names(_ask(small, "red", limit=1, filters={"video_id": small.videos["rare.mp4"]})) == ["rare"]


def test_pages_follow_one_another_without_gap_or_repetition(small: SmallLibrary) -> None:
    small.add("flood.mp4", [("red", 4), ("black", 2), ("blue", 2)] * 20, clip_s=2.0)
    small.publish()
    whole = [(m.start_s, m.score) for m in _ask(small, "red blue", limit=500).moments]
    cursor, paged = None, []
    while True:
        page = _ask(small, "red blue", limit=7, cursor=cursor)
        paged += [(m.start_s, m.score) for m in page.moments]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert paged == whole
    assert len(whole) > 40


def test_cursor_ends_with_its_generation(orders: SmallLibrary) -> None:
    cursor = _ask(orders, "red", limit=1).next_cursor
    with pytest.raises(QueryError, match="another query"):
        _ask(orders, "blue", limit=1, cursor=cursor)
    orders.add("new.mp4", [("white", 2)])
    orders.publish()
    with pytest.raises(StaleCursor):
        _ask(orders, "red", limit=1, cursor=cursor)


def test_copies_fold_under_the_best_with_a_count(small: SmallLibrary) -> None:
    for number in range(3):
        small.add(f"copy{number}.mp4", [("red", 4 + number / 4)])
    small.add("other.mp4", [("blue", 4)])
    small.publish()
    found = _ask(small, "red", fold=True).moments
    assert [moment.copies for moment in found] == [2, 0]
    assert len(_ask(small, "red", fold=False).moments) == 4


def test_thumbs_move_the_query_and_survive(orders: SmallLibrary) -> None:
    green = orders.videos["green.mp4"]
    before = {m.video_id: m.score for m in _ask(orders, "red").moments}[green]
    judgments.judge(orders.catalog, "red", green, 0.0, 8.0, relevant=True)
    after = {m.video_id: m.score for m in _ask(orders, "red", refine=True).moments}[green]
    assert after > before
    assert {m.video_id: m.score for m in _ask(orders, "red").moments}[green] == before
    judgments.judge(orders.catalog, "red", green, 0.0, 8.0, relevant=False)
    assert judgments.judgments(orders.catalog, "red")[0] == 1
    assert {m.video_id: m.score for m in _ask(orders, "red", refine=True).moments}[green] <= before


def test_what_a_search_needs_was_measured_when_it_was_published(orders: SmallLibrary) -> None:
    tower = ColourTextTower()
    opened = open_generation(orders.library, orders.catalog, open_pair=lambda *_: colour_pair(text=tower))
    assert tower.batches == []
    assert len(opened.calibration.everyday) == 2400
    assert np.isfinite(opened.calibration.sample_bias).all()


def test_confidence_never_rises_down_the_page(orders: SmallLibrary) -> None:
    place = {"high": 2, "medium": 1, "low": 0}
    sure = [place[str(moment.confidence)] for moment in _ask(orders, "red").moments]
    assert sure == sorted(sure, reverse=True)


def test_frames_that_are_gone_leave_the_middle_of_the_clip(
    orders: SmallLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    generation = _open(orders)
    for shard in orders.library.vectors.glob("*/*/*.npz"):
        shard.unlink()
    found = answer(generation, SearchBody(query="green", limit=1)).moments[0]
    assert found.best_s == pytest.approx(2.0)
    assert "no frames of video" in caplog.text


def test_bias_takes_from_clips_that_are_near_to_everything(small: SmallLibrary) -> None:
    small.add("red.mp4", [("red", 4)])
    small.publish()
    generation = _open(small)
    assert np.isfinite(generation.vectors.of_video(small.videos["red.mp4"]).bias).all()
    assert generation.calibration.everyday.shape == (2400,)


def test_what_another_channel_knows_is_found_beside_what_is_seen(
    orders: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, green = _open(orders), orders.videos["green.mp4"]
    heard = Heard(opened.vectors, [(Stretch(green, 1.0, 3.0), 900.0)])
    alone = answer(opened, SearchBody(query="red")).moments
    monkeypatch.setattr(registry, "CHANNELS", [*registry.CHANNELS, lambda _: heard])
    body = SearchBody.model_validate({"query": "loud", "fold": False})
    first, *others = answer(opened, body).moments
    assert (first.video_id, first.start_s, first.end_s, first.best_s) == (green, 1.0, 3.0, 3.0)
    assert (first.score, first.confidence) == (90.0, None)
    assert {one.video_id for one in others} == set(orders.videos.values()) - {green}
    assert all(one.score < 90 for one in others)
    assert answer(opened, SearchBody(query="red")).moments == alone
