"""Pages of a search: what each costs, and where they end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from search.answering import wire
from search.answering.answers import answer
from search.generation.opened import OpenGeneration, open_generation
from search.query.wire import SearchBody
from tests.small_library import SmallLibrary, colour_pair


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path)
    for number in range(12):
        library.add(f"red{number}.mp4", [("red", 1 + number / 8)])
    library.publish()
    yield library
    library.close()


def opened(small: SmallLibrary) -> OpenGeneration:
    return open_generation(small.library, small.catalog, open_pair=lambda *_: colour_pair())


def ask(generation: OpenGeneration, **options: Any) -> wire.SearchAnswer:
    return answer(generation, SearchBody.model_validate({"query": "red", "fold": False, **options}))


def test_files_that_have_gone_cost_one_more_look_however_many(small: SmallLibrary) -> None:
    generation = opened(small)
    for number in range(10):
        small.remove(f"red{number}.mp4")
    asked: list[str] = []
    event.listen(small.catalog.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    found = ask(generation, limit=1)
    assert [Path(moment.video).name for moment in found.moments] == ["red10.mp4"]
    assert found.next_cursor is not None
    assert len(asked) == 3, "the page, which videos are there, the page anew"


def test_files_that_have_gone_leave_the_limit_per_video_to_the_others(small: SmallLibrary) -> None:
    generation = opened(small)
    small.remove("red0.mp4")
    assert len(ask(generation, limit=20, per_video=1).moments) == 11


def test_pages_end_where_they_would_cost_too_much_and_say_so(
    small: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.answering.answers.MAX_OFFSET", 8)
    generation = opened(small)
    first = ask(generation, limit=6)
    assert first.notes == []
    second = ask(generation, limit=5, cursor=first.next_cursor)
    assert second.next_cursor is None
    assert second.notes == ["pages end after 8 moments, and there are more: narrow the search"]
    last = ask(generation, limit=6, cursor=first.next_cursor)
    assert (last.next_cursor, last.notes) == (None, [])
