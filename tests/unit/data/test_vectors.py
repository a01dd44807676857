from pathlib import Path

import numpy as np
import pytest

from data import vectors
from data.vectors import VectorIndex, write_index

IDS = np.arange(40, dtype=np.int64)[::-1] * 7 + 3


@pytest.fixture
def values() -> vectors.Floats:
    drawn = np.random.default_rng(0).normal(size=(len(IDS), 8)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


@pytest.fixture
def index(tmp_path: Path, values: vectors.Floats) -> VectorIndex:
    write_index(tmp_path / "index.faiss", 8, [(IDS[:25], values[:25]), (IDS[25:], values[25:])])
    return VectorIndex(tmp_path / "index.faiss")


def expected(queries: vectors.Floats, values: vectors.Floats, rows: np.ndarray, k: int) -> vectors.Ids:
    best: vectors.Ids = IDS[rows[np.argsort(-(queries @ values[rows].T), axis=1)[:, :k]]]
    return best


def test_search_is_exact(index: VectorIndex, values: vectors.Floats) -> None:
    ids, scores = index.search(values[:3], 5)
    assert (ids == expected(values[:3], values, np.arange(len(IDS)), 5)).all()
    assert scores[:, 0] == pytest.approx(1.0)


@pytest.mark.parametrize("gather", [False, True])
def test_search_within_a_set_is_exact_with_and_without_a_filter_in_the_index(
    index: VectorIndex, values: vectors.Floats, gather: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if gather:  # as on a GPU
        monkeypatch.setattr(index, "_gpu", object())
    rows = np.array([1, 8, 30, 39])
    ids, _ = index.search(values[:3], 10, within=np.append(IDS[rows], 999_999))
    assert (ids == expected(values[:3], values, rows, 10)).all()


def test_asking_for_more_than_there_is_gives_what_there_is(index: VectorIndex, values: vectors.Floats) -> None:
    assert index.search(values[:1], 500)[0].shape == (1, len(IDS))
    assert index.search(values[:1], 5, within=np.array([], np.int64))[0].shape == (1, 0)


def test_scores_follow_the_order_of_the_ids(index: VectorIndex, values: vectors.Floats) -> None:
    assert index.scores(values[:2], IDS[[5, 2]]) == pytest.approx(values[:2] @ values[[5, 2]].T, abs=1e-6)
    with pytest.raises(KeyError, match="1 of 2"):
        index.scores(values[:1], np.array([IDS[0], 999_999]))


def test_an_empty_generation_answers_with_nothing(tmp_path: Path, values: vectors.Floats) -> None:
    write_index(tmp_path / "empty.faiss", 8, [])
    empty = VectorIndex(tmp_path / "empty.faiss")
    assert len(empty) == 0
    assert empty.search(values[:1], 5)[0].shape == (1, 0)


@pytest.mark.gpu
@pytest.mark.skipif(not vectors.has_gpu(), reason="FAISS sees no GPU")
def test_a_gpu_answers_as_a_cpu_does(index: VectorIndex, values: vectors.Floats) -> None:
    ids, _ = index.search(values[:3], 5)
    assert (ids == expected(values[:3], values, np.arange(len(IDS)), 5)).all()
