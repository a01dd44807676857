"""Figures of windows, worked out by hand."""

import numpy as np
import pytest

from data.academic.moments import Sought
from search.evaluation.windows import average_precision, highlights, overlaps, rank_at


def windows(*pairs: tuple[float, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array(pairs, np.float64)


def test_an_overlap_is_what_two_windows_share_of_what_they_cover() -> None:
    found = overlaps(windows((0, 10), (20, 30), (5, 5)), [(5, 15), (0, 10)])
    assert found == pytest.approx(np.array([[1 / 3, 1], [0, 0], [0, 0]]))


def test_the_rank_is_of_the_first_window_that_overlaps_any_that_is_wanted() -> None:
    found = windows((50, 60), (0, 8), (0, 10))
    assert rank_at(found, [(0, 10), (90, 99)], 0.7) == 2
    assert rank_at(found, [(0, 10), (90, 99)], 0.9) == 3
    assert rank_at(found, [(90, 99)], 0.5) == 4


def test_precision_counts_each_wanted_window_once() -> None:
    wanted = [(0.0, 10.0), (20.0, 30.0)]
    assert average_precision(windows((0, 10), (20, 30)), wanted, 0.5) == 1
    # A second hit on the first window is a miss: recall 1/2 at precision 1, then 1 at 2/3.
    assert average_precision(windows((0, 10), (0, 9), (20, 30)), wanted, 0.5) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(windows((50, 60), (0, 10)), wanted, 0.5) == pytest.approx(0.25)
    assert average_precision(windows((50, 60)), wanted, 0.5) == 0


def test_precision_never_falls_with_recall() -> None:
    wanted = [(float(n), n + 1.0) for n in range(0, 8, 2)]
    # Precision at the hits is 1, 2/4 and 3/5, so that the second takes what the third has.
    found = windows((0, 1), (90, 91), (92, 93), (2, 3), (4, 5))
    assert average_precision(found, wanted, 0.5) == pytest.approx((1 + 3 / 5 + 3 / 5) / 4)


def test_only_ten_windows_count() -> None:
    found = windows(*((90.0, 91.0) for _ in range(10)), (0, 10))
    assert average_precision(found, [(0, 10)], 0.5) == 0


def test_highlights_ask_one_person_for_the_best_clip_and_all_for_precision() -> None:
    sought = Sought("1", "v", "a cat", ((2, 6),), {1: (4, 2, 0), 2: (3, 3, 0), 9: (4, 4, 4)})
    found = highlights(np.array([0.1, 0.9, 0.5, 0.2]), sought)
    assert (found["HIT@1 Fair"], found["HIT@1 VeryGood"]) == (1, 1)
    # Very good: to the first person the best clip, to the others none.
    assert found["HL-mAP VeryGood"] == pytest.approx(1 / 3)
    # Good: the first two clips to the first person, the second best to the second.
    assert found["HL-mAP Good"] == pytest.approx((1 + 1 / 2) / 3)
