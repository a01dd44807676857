"""A library that is searched by codes: the same answers where few clips are left, and a note that they are about."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.stores.vectors.coded import rules
from search.answering import wire
from search.answering.answers import answer
from search.answering.seen import APPROXIMATE
from search.generation.opened import OpenGeneration, open_generation
from search.query.wire import SearchBody
from tests.served import served
from tests.small_library import SmallLibrary, colour_pair


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallLibrary]:
    """One that counts as large."""
    monkeypatch.setattr(rules, "FEW", 2)
    library = SmallLibrary(tmp_path)
    library.library = replace(library.library, exact_clips=1)
    library.add("both.mp4", [("red", 4), ("blue", 4), ("white", 8)])
    library.add("red.mp4", [("red", 8), ("green", 4)])
    library.add("blue.mp4", [("blue", 4), ("red", 2)])
    library.publish()
    yield library
    library.close()


def opened(small: SmallLibrary, exact_clips: int) -> OpenGeneration:
    library = replace(small.library, exact_clips=exact_clips)
    return open_generation(library, small.catalog, open_pair=lambda *_: colour_pair())


def ask(generation: OpenGeneration, query: str, **options: Any) -> wire.SearchAnswer:
    return answer(generation, SearchBody.model_validate({"query": query, **options}))


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("red", {}),
        ("red", {"per_video": 1}),
        ("red", {"filters": {"min_confidence": "medium"}}),
        ("red AND NOT blue", {}),
        ("red THEN blue", {}),
    ],
)
def test_answers_are_as_those_of_comparing_all_and_say_that_they_are_about(
    small: SmallLibrary, query: str, options: dict[str, Any]
) -> None:
    about, exact = (ask(opened(small, bound), query, **options) for bound in (1, 1000))
    assert (about.notes, exact.notes) == ([APPROXIMATE], [])
    assert [(one.video_id, one.start_s, one.end_s, one.confidence) for one in about.moments] == [
        (one.video_id, one.start_s, one.end_s, one.confidence) for one in exact.moments
    ]
    assert about.moments
    scores = [one.score for one in about.moments]
    assert scores == pytest.approx([one.score for one in exact.moments], abs=2e-2)
    assert scores == sorted(scores, reverse=True)


def test_where_a_filter_leaves_few_clips_nothing_is_about(small: SmallLibrary) -> None:
    found = ask(opened(small, 1), "red", filters={"video_id": small.videos["blue.mp4"]})
    assert found.moments
    assert found.notes == []


def test_the_service_says_it_too_and_opens_by_its_setting(small: SmallLibrary) -> None:
    for bound, notes in ((1, [APPROXIMATE]), (1000, [])):
        with served(small, exact_clips=bound) as client:
            body = client.post("/v1/search", json={"query": "red"}).json()
            assert body["moments"]
            assert body["notes"] == notes
