"""Windows out of scores of which everything is known."""

import numpy as np
import pytest

from models.heads.localise import spans


def scores(text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array([int(digit) / 10 for digit in text], np.float32)


def windows(text: str, count: int, smoothed: int = 1) -> list[tuple[int, int]]:
    return [(span.first, span.end) for span in spans(scores(text), count, smoothed=smoothed)]


def test_the_stretch_that_stands_out_comes_first() -> None:
    best = spans(scores("1119981111"), 5)[0]
    assert (best.first, best.end) == (3, 6)
    assert best.score == pytest.approx(0.9 - 0.33)


def test_the_higher_of_two_peaks_comes_first() -> None:
    assert windows("118811199911", 2) == [(7, 10), (2, 4)]


def test_a_shallow_dip_does_not_cut_a_window_in_two() -> None:
    assert windows("1119799111", 1) == [(3, 7)]


def test_one_part_that_fails_does_not_cut_a_window_where_scores_are_smoothed() -> None:
    text = "111199929991111"
    assert windows(text, 1) == [(4, 7)]
    assert windows(text, 1, smoothed=3) == [(4, 11)]


@pytest.mark.parametrize("text", ["5", "55555", "3333333"])
def test_where_nothing_stands_out_the_whole_is_the_window(text: str) -> None:
    assert windows(text, 5) == [(0, len(text))]


def test_windows_do_not_overlap_and_hold_all_that_lies_above_the_mean() -> None:
    drawn = np.random.default_rng(0).random(40, np.float32)
    taken = [part for span in spans(drawn, 40) for part in range(span.first, span.end)]
    assert len(set(taken)) == len(taken)
    assert set(np.flatnonzero(drawn > drawn.mean()).tolist()) <= set(taken)
    assert len(taken) < 40


def test_windows_stay_where_scores_are_moved_and_stretched() -> None:
    drawn = np.random.default_rng(0).random(40, np.float32)
    plain, moved = spans(drawn, 5, smoothed=3), spans(drawn * 4 - 2, 5, smoothed=3)
    assert [(s.first, s.end) for s in plain] == [(s.first, s.end) for s in moved]
