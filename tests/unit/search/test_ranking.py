from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from data.stores.vectors.positions import Positions
from search.generation.adapter import VectorIndex
from search.generation.calibration import Calibration
from search.generation.opened import OpenGeneration
from search.generation.table import ClipTable
from search.query.tree import Text
from search.ranking.candidates import ranked
from search.ranking.plan import Plan

CLIPS, DIM = 2000, 32
ALL = np.ones(CLIPS, np.bool_)


@pytest.fixture
def generation(tmp_path: Path) -> OpenGeneration:
    """Clips of one video each, in another order in the index than in the table; nothing but these and their biases."""
    rng = np.random.default_rng(3)
    values = rng.normal(size=(CLIPS, DIM)).astype(np.float32)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    ids = rng.permutation(CLIPS) + 1
    order = np.argsort(ids)
    table = ClipTable(
        video_ids=tuple(f"{number:032x}" for number in range(CLIPS)),
        ids=ids,
        videos=np.arange(CLIPS, dtype=np.int32),
        shots=np.zeros(CLIPS, np.int32),
        starts_s=np.zeros(CLIPS),
        ends_s=np.full(CLIPS, 10.0),
        places=np.argsort(order).astype(np.int32),
        positions=Positions(ids),
    )
    bias = rng.uniform(0.2, 0.3, CLIPS).astype(np.float32)
    null = np.linspace(0, 1, 100, dtype=np.float32)
    unused: Any = None
    calibration = Calibration(bias, null, values[:50], bias[:50], values.mean(axis=0), float(bias.mean()))
    index = VectorIndex(ids[order], values[order])
    return OpenGeneration(unused, unused, unused, index, table, unused, calibration)


@pytest.mark.parametrize("expected", [1, 21, 1500])
def test_a_sentence_gets_the_best_by_its_score_in_one_pass(
    generation: OpenGeneration, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = generation.index
    search = Mock(wraps=index.search)
    monkeypatch.setattr(index, "search", search)
    query = np.random.default_rng(4).normal(size=DIM).astype(np.float32)
    query /= np.linalg.norm(query)
    plan = Plan(Text("anything"), query[np.newaxis], np.array([True]), np.array([True]))
    found = [(one.peak, one.score) for one in islice(ranked(generation, plan, ALL.copy(), 0.0, expected), expected)]
    scores = index.vectors(generation.clips.ids) @ query - generation.calibration.bias
    best = np.argsort(-scores)[:expected]
    assert [row for row, _ in found] == best.tolist()
    assert [score for _, score in found] == pytest.approx(scores[best].tolist(), abs=1e-6)
    search.assert_called_once()


def test_whoever_reads_further_than_expected_gets_the_rest(generation: OpenGeneration) -> None:
    query = np.zeros((1, DIM), np.float32)
    query[0, 0] = 1
    plan = Plan(Text("anything"), query, np.array([True]), np.array([True]))
    assert len({one.peak for one in ranked(generation, plan, ALL.copy(), 0.0, 1)}) == CLIPS
