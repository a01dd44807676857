"""Whoever asks while generations come and go is answered from the one that is there."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from data.stores import generations
from data.stores.catalog import tables
from data.stores.library import Library
from data.types import Generation
from models.pair import Pair
from search.answering.answers import answer, search_library
from search.answering.wire import SearchAnswer
from search.generation.follower import Follower
from search.generation.opened import GenerationGone, OpenGeneration, open_generation
from search.query.wire import SearchBody
from tests.small_library import FINGERPRINT, SmallLibrary, colour_pair, published

RED = SearchBody(query="red", limit=1)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLibrary]:
    with published(tmp_path, "red.mp4", [("red", 2)]) as library:
        yield library


@pytest.fixture
def follower(small: SmallLibrary) -> Iterator[Follower]:
    following = Follower(small.library, open_pair=lambda *_: colour_pair())
    yield following
    following.close()


def publish_next(small: SmallLibrary, seconds: float) -> None:
    """Another video in the place of all before it, of which nothing stays, as after two publishes of the indexer."""
    for name in list(small.videos):
        small.remove(name)
        video_id = small.videos.pop(name)
        small.catalog.drop([(video_id, FINGERPRINT)])
    small.add(f"red{seconds}.mp4", [("red", seconds)])
    small.publish()
    generations.prune(small.library, keep=1)


class Asking:
    """Answers, after something has happened to the library in between, once for each of `meanwhile`."""

    def __init__(self, small: SmallLibrary, *meanwhile: float) -> None:
        self._small, self._meanwhile = small, list(meanwhile)
        self.asked: list[str] = []

    def __call__(self, generation: OpenGeneration) -> SearchAnswer:
        self.asked.append(generation.name)
        if self._meanwhile:
            publish_next(self._small, self._meanwhile.pop(0))
        return answer(generation, RED)


def test_a_query_whose_generation_goes_meanwhile_is_answered_from_the_next(
    small: SmallLibrary, follower: Follower
) -> None:
    ask = Asking(small, 3)
    said = follower.answered(ask)
    assert ask.asked == ["00000001", "00000002"]
    assert Path(said.moments[0].video).name == "red3.mp4"


def test_a_query_that_falls_behind_again_and_again_is_answered_from_the_newest(
    small: SmallLibrary, follower: Follower
) -> None:
    ask = Asking(small, 3, 4, 5)
    assert Path(follower.answered(ask).moments[0].video).name == "red5.mp4"
    assert ask.asked == ["00000001", "00000002", "00000003", "00000004"]


def test_a_generation_that_goes_while_it_is_being_opened_is_passed_over(
    small: SmallLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    opening = iter((3.0, 4.0))

    def open_pair(_: Library, snapshot: Generation) -> Pair:
        # Each opening is overtaken once by a publish that removes what is being opened.
        seconds = next(opening, None)
        if seconds is not None:
            publish_next(small, seconds)
            raise FileNotFoundError(snapshot.folder / "index.faiss")
        return colour_pair()

    follower = Follower(small.library, open_pair=open_pair)
    assert follower.serving().name == "00000003"
    follower.close()
    assert caplog.text == ""


def test_what_current_names_after_the_opening_began_is_followed_too(
    small: SmallLibrary, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower.serving()
    publish_next(small, 3)
    opened, go_on = threading.Event(), threading.Event()

    def slowly(*given: Any, **named: Any) -> OpenGeneration:
        found = open_generation(*given, **named)
        opened.set()
        assert go_on.wait(10)
        return found

    monkeypatch.setattr("search.generation.follower.open_generation", slowly)
    follower.serving()
    assert opened.wait(10)
    publish_next(small, 4)
    go_on.set()
    assert Path(follower.answered(partial(answer, body=RED)).moments[0].video).name == "red4.mp4"


def test_a_generation_whose_rows_are_lost_while_it_is_served_is_said_to_be_gone(
    small: SmallLibrary, follower: Follower
) -> None:
    follower.serving()
    with small.catalog.begin() as connection:
        connection.execute(delete(tables.clips))
    with pytest.raises(GenerationGone, match="00000001"):
        follower.answered(partial(answer, body=RED))


def test_the_command_line_is_answered_from_the_next_as_well(
    small: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Asking(small, 3)
    monkeypatch.setattr("search.answering.answers.answer", lambda generation, body: ask(generation))
    said = search_library(small.library, RED, open_pair=lambda *_: colour_pair())
    assert said.generation == "00000002"
