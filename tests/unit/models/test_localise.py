"""Windows out of scores of which everything is known."""

import numpy as np
import pytest

from models.heads.localise import spans


def scores(text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array([int(digit) / 10 for digit in text], np.float32)


def test_the_stretch_that_stands_out_comes_first() -> None:
    best = spans(scores("1119981111"), 5)[0]
    assert (best.first, best.end) == (3, 6)
    assert best.score == pytest.approx((0.9 + 0.9 + 0.8) / 3 - 0.1)


def test_two_stretches_are_two_windows() -> None:
    found = spans(scores("119911188811"), 2)
    assert [(span.first, span.end) for span in found] == [(2, 4), (7, 10)]


def test_a_shallow_dip_does_not_cut_a_window_in_two() -> None:
    assert (spans(scores("1119799111"), 1)[0].first, spans(scores("1119799111"), 1)[0].end) == (3, 7)


@pytest.mark.parametrize("text", ["5", "55555"])
def test_where_nothing_stands_out_the_whole_is_the_window(text: str) -> None:
    (only,) = spans(scores(text), 5)
    assert (only.first, only.end, only.score) == (0, len(text), 0)


def test_windows_that_are_nearly_the_same_are_one() -> None:
    found = spans(scores("0123456789876543210"), 10)
    for number, one in enumerate(found):
        for other in found[:number]:
            shared = min(one.end, other.end) - max(one.first, other.first)
            assert shared / (max(one.end, other.end) - min(one.first, other.first)) <= 0.5


def test_scores_keep_their_order_when_they_are_moved_and_stretched() -> None:
    drawn = np.random.default_rng(0).random(40, np.float32)
    plain, moved = spans(drawn, 5), spans(drawn * 4 - 2, 5)
    assert [(s.first, s.end) for s in plain] == [(s.first, s.end) for s in moved]
