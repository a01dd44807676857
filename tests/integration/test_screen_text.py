"""Text on screen, as a modality of a run: what a film shows comes into the catalogue with its span."""

from pathlib import Path

import pytest

from data.stores.catalog import open_catalog, words
from indexer.afterwards import ALL
from indexer.modalities.screen_text import ScreenText
from tests.bench import Bench, counts, made
from tests.lettered import lettered


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_lines_lie_in_the_catalogue_with_their_spans(bench: Bench) -> None:
    lettered(bench.videos / "a.mp4", [("Platform 9 to Hamburg", 1.0, 4.0)], duration_s=6.0)
    lettered(bench.videos / "b.mp4", [], duration_s=3.0)
    report = bench.run(choice=ALL)
    assert (counts(report), made(report)["screen_text"]) == (
        {"indexed": 2},
        (1, 1, 0),
    )
    catalog = open_catalog(bench.library.catalog)
    (line,) = words.texts_matching(catalog, ScreenText().fingerprint, "Hamburg")
    catalog.close()
    assert line.text == "Platform 9 to Hamburg"
    assert [line.start_s, line.end_s] == pytest.approx([1.0, 4.0], abs=0.3)
    assert bench.problems() == []
    again = bench.run(choice=ALL)
    assert (counts(again), made(again)) == ({"unchanged": 2}, {})
