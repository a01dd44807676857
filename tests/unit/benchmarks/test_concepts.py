"""Figures of concepts, on classes that were drawn."""

import numpy as np
import pytest

from benchmarks.concepts import COUNTS, Gallery, chart, measured, summary, table
from benchmarks.short_queries import ShortQuery
from models.heads.probe import everything
from models.spec import Floats

PLACES = {"cats": 0, "dogs": 40}


@pytest.fixture
def vectors() -> Floats:
    """A hundred and twenty, of which the first forty lie one way and the next forty another."""
    drawn = np.random.default_rng(0).normal(0, 0.2, (120, 12)).astype(np.float32)
    for axis, first in enumerate(PLACES.values()):
        drawn[first : first + 40, axis] += 1
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def test_classes_that_lie_apart_are_found_by_words_and_by_examples(vectors: Floats) -> None:
    classes = [ShortQuery(name, tuple(range(first, first + 40))) for name, first in PLACES.items()]
    texts = np.eye(12, dtype=np.float32)[:2]
    found = measured(Gallery(vectors, everything(vectors)), texts, classes, draws=2)
    told = summary(found)
    assert all(told[way][count]["mAP"][0] > 95 for way in found for count in COUNTS)
    low, high = told["examples: probe"][8]["mAP"][1:]
    assert low <= told["examples: probe"][8]["mAP"][0] <= high
    assert abs(told["probe − prototype"][1]["mAP"][0]) < 5
    rows = table(told, "mAP")
    assert len(rows) == 2 + len(told)
    assert {row.count("|") for row in rows} == {len(COUNTS) + 2}


def test_words_that_say_nothing_find_less_than_examples(vectors: Floats) -> None:
    classes = [ShortQuery("cats", tuple(range(40)))]
    away = -np.eye(12, dtype=np.float32)[:1]
    told = summary(measured(Gallery(vectors, everything(vectors)), away, classes, draws=2))
    assert told["words alone"][4]["mAP"][0] < 50 < told["examples: probe"][4]["mAP"][0]
    as_json = {way: {str(count): figures for count, figures in of.items()} for way, of in told.items()}
    assert chart(as_json).count("<polyline") == 4
