import pytest

from data.types import QueryError
from search.query.cursor import StaleCursor, cursor_for, offset_of


def test_cursor_says_how_many_came_before() -> None:
    assert offset_of(cursor_for("7", "red", 40), "7", "red") == 40


def test_cursor_of_another_generation_is_stale() -> None:
    with pytest.raises(StaleCursor):
        offset_of(cursor_for("7", "red", 40), "8", "red")


@pytest.mark.parametrize("cursor", ["", "x", "!!!", "bnVsbA", cursor_for("7", "blue", 40), cursor_for("7", "red", -1)])
def test_other_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(QueryError):
        offset_of(cursor, "7", "red")
