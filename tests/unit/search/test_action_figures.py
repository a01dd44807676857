"""Accuracies of a recogniser, and what it takes for what."""

from pathlib import Path

import numpy as np
import pytest

from data.actions import Act
from search.evaluation.actions import Judged, accuracy, confusion, picture

# Three videos of class 0, one of class 1, none of class 2.
SHARES = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.7, 0.2, 0.1], [0.4, 0.4, 0.2]], np.float32)
JUDGED = Judged(tuple(Act(Path(f"{n}.mp4"), label) for n, label in enumerate((0, 0, 0, 1))), SHARES, ())


def test_ranks_count_ties_against_us() -> None:
    assert JUDGED.ranks().tolist() == [1, 3, 1, 2]
    assert [one.key for one in JUDGED.ranked()] == ["0.mp4", "1.mp4", "2.mp4", "3.mp4"]


def test_the_mean_over_classes_weighs_each_that_has_a_video_the_same() -> None:
    body = accuracy(JUDGED, 3)
    assert body["top1"] == 50
    assert body["top5"] == 100
    assert body["mean_class"] == pytest.approx((200 / 3 + 0) / 2)
    for name, (low, high) in body["ci"].items():
        assert low <= body[name] <= high


def test_confusion_counts_what_rows_were_taken_for() -> None:
    assert confusion(JUDGED, 3).tolist() == [[2, 1, 0], [1, 0, 0], [0, 0, 0]]


def test_the_picture_names_rows_and_columns_in_the_same_order() -> None:
    drawn = np.asarray(picture(np.eye(4, dtype=np.int64), ["first", "", "", ""]))
    margin = 160
    cell = (drawn.shape[0] - margin) // 4
    rows = [(drawn[margin + n * cell :][:cell, :margin] < 128).any() for n in range(4)]
    columns = [(drawn[:margin, margin + n * cell :][:, :cell] < 128).any() for n in range(4)]
    assert rows == columns == [True, False, False, False]
    assert drawn[margin + cell // 2, margin + cell // 2] == 0
    assert drawn[margin + cell // 2, margin + cell + cell // 2] == 255


def test_many_classes_are_a_picture_without_names() -> None:
    assert picture(np.eye(400, dtype=np.int64), [str(n) for n in range(400)]).size == (800, 800)
