"""Figures of retrieval on published sets, worked out by hand."""

from typing import Any

import numpy as np
import pytest

from search.evaluation.querybank import query_bank_norm
from search.evaluation.retrieval import both_ways

# Two captions of video 0, one of video 1, none of video 2.
SCORES = np.array([[0.9, 0.1, 0.2], [0.3, 0.8, 0.4], [0.7, 0.6, 0.1]])
ITEMS = [0, 0, 1]


def ways(scores: np.ndarray[Any, np.dtype[np.float64]] = SCORES) -> dict[str, Any]:
    found: dict[str, Any] = both_ways((scores, scores), ITEMS)
    return found


def test_each_caption_asks_for_its_video() -> None:
    found = ways()["t2v"]
    assert found["R@1"] == pytest.approx(100 / 3)
    assert found["MedR"] == 2
    assert found["MnR"] == pytest.approx((1 + 3 + 2) / 3)
    assert found["mAP"] == pytest.approx(100 * (1 + 1 / 3 + 1 / 2) / 3)


def test_a_video_asks_for_the_best_captions_of_the_videos() -> None:
    found = ways()["v2t"]
    # Of video 1 the own caption has 0.6, and the best of video 0 has 0.8.
    assert found["MnR"] == pytest.approx((1 + 2) / 2)


def test_a_video_asks_for_each_caption_where_it_has_several() -> None:
    found = ways()["v2t_each"]
    # Video 0: its captions rank 1 and 3; video 1: 2.
    assert found["MnR"] == pytest.approx((1 + 2) / 2)
    assert found["mAP"] == pytest.approx(100 * ((1 + 2 / 3) / 2 + 1 / 2) / 2)


def test_ties_count_against_us_every_way() -> None:
    found = ways(np.ones((3, 3)))
    assert found["t2v"]["MnR"] == 3
    assert found["v2t"]["MnR"] == 2
    assert found["v2t_each"]["MnR"] == pytest.approx((2 + 3) / 2)


def test_intervals_are_over_videos_and_not_over_their_captions() -> None:
    # All captions of a video find it or none does: as many as there are, they are one draw.
    owner = np.repeat(np.arange(10), 20)
    scores = np.where(np.arange(10) == owner[:, None], np.where(owner % 2, 1.0, -1.0)[:, None], 0.0)
    found: dict[str, Any] = both_ways((scores, None), owner.tolist())
    low, high = found["t2v"]["ci"]["R@1"]
    assert found["t2v"]["R@1"] == 50
    assert high - low > 40
    assert "v2t" not in found


def test_one_caption_a_video_needs_no_third_way() -> None:
    assert both_ways((SCORES, SCORES), [0, 1, 2]).keys() == {"t2v", "v2t"}


def test_a_bank_takes_from_videos_that_everything_finds() -> None:
    # The first video is the best of the whole bank; the second query's own is the second.
    scores = np.array([[0.9, 0.1, 0.1], [0.5, 0.4, 0.1]])
    bank = np.array([[0.9, 0.1, 0.1], [0.8, 0.2, 0.1], [0.7, 0.1, 0.2]])
    assert query_bank_norm(scores, bank).argmax(axis=1).tolist() == [0, 1]


def test_a_bank_leaves_queries_alone_whose_best_it_does_not_know() -> None:
    scores = np.array([[0.1, 0.9, 0.2]])
    bank = np.array([[0.9, 0.1, 0.1]])
    assert query_bank_norm(scores, bank) == pytest.approx(scores)


def test_a_bank_of_scores_as_towers_learn_them_does_not_overflow() -> None:
    assert np.isfinite(query_bank_norm(100 * SCORES, 100 * SCORES)).all()
