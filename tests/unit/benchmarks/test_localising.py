"""Films joined of others, of which start and end are known."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.localising import Sought, dissolved, figures, joined, pieces
from data.manifests import Item
from data.media.pixels import Fit
from data.media.reading import frames_at, readable_s
from tests.small_library import write_video


def item(folder: Path, colour: str, length_s: float) -> Item:
    return Item(colour, write_video(folder / f"{colour}.mp4", [(colour, length_s)]), (), (f"it is {colour}",))


def test_a_film_shows_each_piece_where_it_says(tmp_path: Path) -> None:
    some = [(item(tmp_path, "red", 8), 1.0, 7.0), (item(tmp_path, "blue", 6), 0.0, 6.0)]
    red, blue = joined(tmp_path / "film.mp4", some, dissolve_s=1.0)
    assert (red.window, blue.window) == ((0, 5.5), (5.5, 11))
    assert readable_s(red.film) == pytest.approx(11, abs=0.2)
    shown = frames_at(red.film, [0.5, 4.5, 6.5, 10.5], Fit(16, "squash", "bilinear").scaler()).pixels.mean(axis=(1, 2))
    assert shown.argmax(axis=1).tolist() == [0, 0, 2, 2]


def test_a_dissolve_is_as_long_as_it_says_and_a_cut_loses_nothing() -> None:
    dark, light = np.zeros((6, 2, 2, 3), np.uint8), np.full((6, 2, 2, 3), 200, np.uint8)
    assert len(dissolved(dark, light, 0)) == 12
    mixed = dissolved(dark, light, 4)[:, 0, 0, 0]
    assert mixed.tolist() == [0, 0, 25, 75, 125, 175, 200, 200]


def test_pieces_are_of_different_videos_that_are_long_enough(tmp_path: Path) -> None:
    colours = ["red", "green", "blue", "white", "black"]
    items = [item(tmp_path, colour, 6) for colour in colours]
    short = Item("short", write_video(tmp_path / "short.mp4", [("red", 2)]), (), ("short",))
    (some,) = pieces([*items, short], 1, np.random.default_rng(0))
    assert sorted(one.id for one, _, _ in some) == sorted(colours)
    assert all(0 <= first < last <= 6.1 and last - first >= 5 for _, first, last in some)


def test_figures_are_those_of_the_windows_of_a_rule() -> None:
    sought = [Sought(Path("a"), "red", (0.0, 10.0)), Sought(Path("a"), "blue", (10.0, 20.0))]
    found = figures(sought, lambda one: np.array([[0.0, 10.0], [10.0, 20.0]]))
    assert found["R1@0.7"].tolist() == [1, 0]
    assert found["best of ten"].tolist() == [1, 1]
    assert found["mAP"].tolist() == [1, 0.5]
