"""Which readings are believed."""

import pytest

from indexer.modalities.screen.ocr import Reading
from indexer.modalities.screen.strays import begins, believed, similarity


@pytest.mark.parametrize(
    ("readings", "said"),
    [
        ([("Platform 9", 0.95)], "Platform 9"),
        ([("Platform 9", 0.8)], None),
        ([("Platform 9", 0.8), ("Platform 9", 0.78)], "Platform 9"),
        ([("Platform 9", 0.8), ("Plafform 9", 0.7), ("Platform 9", 0.8)], "Platform 9"),
        ([("Platform 9", 0.95), ("wvlln", 0.6)], None),
        ([("so", 0.9)], None),
        ([("so", 0.93), ("so", 0.94)], "so"),
        ([("o", 0.99), ("o", 0.99)], None),
        ([("--- | .", 0.99)], None),
        ([("口a口", 0.99)], None),
        ([("iPhone 手机", 0.99)], "iPhone 手机"),
        ([("  two   words ", 0.99)], "two words"),
    ],
)
def test_what_is_sure_or_agreed_on_is_believed(readings: list[tuple[str, float]], said: str | None) -> None:
    assert believed([Reading(*each) for each in readings], 2.0) == said


def test_what_was_there_for_one_picture_only_is_not_believed() -> None:
    assert believed([Reading("Platform 9", 0.99)], 0.25) is None


def test_case_width_and_signs_make_no_difference() -> None:
    assert similarity("Score 3 : 1", "ＳＣＯＲＥ ３:1") == 1
    assert similarity("Platform 9", "Platform 8") == pytest.approx(8 / 9)
    assert similarity("", "") == 1
    assert similarity("a", "") == 0


def test_a_line_begins_with_what_was_typed_of_it_before() -> None:
    assert begins("Chapter tw", "Chapter two: how sails work")
    assert not begins("Chapter two: how sails work", "Chapter tw")
    assert not begins("Room 217", "Chapter two")
