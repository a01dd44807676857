import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from search.evaluation.figures import (
    RankedQuery,
    RanksError,
    differences,
    dual_softmax,
    figures,
    figures_with_intervals,
    matched,
    pooled,
    ranks_of,
    read_ranks,
    report,
    text_to_video,
    video_to_text,
    write_ranks,
)

Golden = dict[str, dict[str, float]]

GOLDENS = Path(__file__).parents[2] / "goldens"
NAMES = {"R1": "R@1", "R5": "R@5", "R10": "R@10", "MedianR": "MedR", "MeanR": "MnR"}


@pytest.fixture
def golden_scores() -> NDArray[np.float64]:
    scores: NDArray[np.float64] = np.load(GOLDENS / "metrics_sim.npy")
    return scores


@pytest.fixture
def golden() -> Golden:
    found: dict[str, dict[str, float]] = json.loads((GOLDENS / "metrics.json").read_text())
    return {part: {NAMES[k]: v for k, v in values.items() if k in NAMES} for part, values in found.items()}


def test_text_to_video_gives_the_reference_figures(golden_scores: NDArray[np.float64], golden: Golden) -> None:
    assert figures(text_to_video(golden_scores, range(50))) == pytest.approx(golden["plain"])


def test_video_to_text_gives_the_reference_figures(golden_scores: NDArray[np.float64], golden: Golden) -> None:
    assert figures(video_to_text(golden_scores, range(50))) == pytest.approx(golden["v2t"])


def test_dual_softmax_gives_the_reference_figures(golden_scores: NDArray[np.float64], golden: Golden) -> None:
    assert figures(text_to_video(dual_softmax(golden_scores), range(50))) == pytest.approx(golden["dsl"])


def test_transposed_dual_softmax_gives_the_reference_figures(
    golden_scores: NDArray[np.float64], golden: Golden
) -> None:
    assert figures(text_to_video(dual_softmax(golden_scores.T), range(50))) == pytest.approx(golden["dsl_v2t"])


def test_ties_count_against_us() -> None:
    assert ranks_of(np.ones((1, 4)), [[2]]).tolist() == [4]


def test_an_item_takes_the_best_rank_of_its_captions() -> None:
    scores = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    assert video_to_text(scores, [0, 0, 1]).tolist() == [1, 2]


def test_own_captions_do_not_compete_with_one_another() -> None:
    scores = np.array([[0.9], [0.8], [0.85]])
    assert ranks_of(scores.T, [[0, 1]]).tolist() == [1]
    assert ranks_of(scores.T, [[1]]).tolist() == [3]


def test_items_without_captions_stay_in_the_gallery() -> None:
    scores = np.array([[0.5, 0.9, 0.1]])
    assert text_to_video(scores, [0]).tolist() == [2]
    assert video_to_text(scores, [0]).tolist() == [1]


def test_even_counts_take_the_mean_of_the_middle_two() -> None:
    assert figures(np.array([1, 2, 5, 9]))["MedR"] == 3.5


def test_intervals_hold_the_figure_and_are_the_same_each_time() -> None:
    ranks = np.arange(1, 101)
    once, twice = figures_with_intervals(ranks), figures_with_intervals(ranks)
    assert once == twice
    low, high = once["ci"]["R@10"]  # type: ignore[index]
    # A binomial share of 10 % over 100 queries has a standard deviation of 3 points.
    assert 3 < low < 6 < 10 < 14 < high < 18


def test_paired_differences_are_narrower_than_unpaired_ones() -> None:
    theirs = [RankedQuery(str(i), rank) for i, rank in enumerate(range(1, 101))]
    ours = [RankedQuery(q.key, max(1, q.rank - 5)) for q in theirs]
    found = differences(ours, theirs)
    assert found["R@10"] == 5.0
    low, high = found["ci"]["R@10"]  # type: ignore[index]
    assert 0 < low < 5 < high < 11
    assert found["MnR"] < 0  # type: ignore[operator]


def test_differences_of_other_queries_are_refused() -> None:
    with pytest.raises(RanksError, match="missing"):
        differences([RankedQuery("a", 1)], [RankedQuery("b", 1)])


def test_ranks_survive_a_file(tmp_path: Path) -> None:
    ranked = [RankedQuery("a#0", 1), RankedQuery("b#0", 12)]
    write_ranks(tmp_path / "ranks.jsonl", ranked)
    assert read_ranks(tmp_path / "ranks.jsonl") == ranked


def test_pooling_keeps_equal_keys_of_two_files_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_ranks(tmp_path / name, [RankedQuery("a#0", 1)])
    assert [q.key for q in pooled([tmp_path / "one", tmp_path / "two"])] == ["0/a#0", "1/a#0"]


@pytest.mark.parametrize("text", ["", "{}", "nonsense", '{"key": "a", "rank": 1}\n{"key": "a", "rank": 2}\n'])
def test_files_that_hold_no_ranks_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "ranks").write_text(text)
    with pytest.raises(RanksError, match="ranks"):
        read_ranks(tmp_path / "ranks")


def test_report_adds_dual_softmax_only_where_asked_for(golden_scores: NDArray[np.float64]) -> None:
    assert set(report(golden_scores, range(50))) == {"t2v", "v2t"}
    assert set(report(golden_scores, range(50), dual=True)) == {"t2v", "v2t", "t2v_dsl"}


def test_items_that_share_a_text_are_no_rivals_of_one_another() -> None:
    scores = np.array([[0.9, 0.8, 0.1], [0.2, 0.85, 0.7]])
    t2v, v2t = matched(scores, [0, 0, 1]).values()
    assert t2v["R@1"] == 50
    assert v2t["R@1"] == pytest.approx(200 / 3)
