from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from data.stores.vectors import flat
from data.stores.vectors.flat import VectorIndex, write_index

IDS = np.arange(40, dtype=np.int64)[::-1] * 7 + 3


@pytest.fixture
def values() -> flat.Floats:
    drawn = np.random.default_rng(0).normal(size=(len(IDS), 8)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


@pytest.fixture
def index(tmp_path: Path, values: flat.Floats) -> VectorIndex:
    write_index(tmp_path / "index.faiss", 8, [(IDS[:25], values[:25]), (IDS[25:], values[25:])])
    return VectorIndex(tmp_path / "index.faiss")


def expected(queries: flat.Floats, values: flat.Floats, rows: np.ndarray, k: int) -> flat.Ids:
    best: flat.Ids = IDS[rows[np.argsort(-(queries @ values[rows].T), axis=1)[:, :k]]]
    return best


def test_search_is_exact(index: VectorIndex, values: flat.Floats) -> None:
    ids, scores = index.search(values[:3], 5)
    assert (ids == expected(values[:3], values, np.arange(len(IDS)), 5)).all()
    assert scores[:, 0] == pytest.approx(1.0)


@pytest.mark.parametrize(("count", "dim"), [(1000, 8), (999, 384), (640, 12), (2777, 512)])
def test_on_how_many_cores_a_search_ran_changes_no_bit(
    tmp_path: Path, count: int, dim: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = np.random.default_rng(1).normal(size=(count, dim)).astype(np.float32)
    write_index(tmp_path / "index.faiss", dim, [(np.arange(count), drawn)])
    index = VectorIndex(tmp_path / "index.faiss")
    ids, scores = index.search(drawn[:20], 50)
    assert (ids == np.argsort(-(drawn[:20] @ drawn.T), axis=1)[:, :50]).all()
    monkeypatch.setattr(flat, "_CORES", 3)
    monkeypatch.setattr(flat, "_PART_ROWS", 100)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda query: index.search(query[np.newaxis], 50), drawn[:20]))
    assert (np.concatenate([each for each, _ in found]) == ids).all()
    assert (np.concatenate([each for _, each in found]) == scores).all()


def test_of_equals_the_earlier_come_first(tmp_path: Path, values: flat.Floats) -> None:
    write_index(tmp_path / "same.faiss", 8, [(IDS[:16], np.repeat(values[:1], 16, axis=0))])
    ids, _ = VectorIndex(tmp_path / "same.faiss").search(values[:1], 7)
    assert ids[0].tolist() == IDS[:7].tolist()


@pytest.mark.parametrize("has_gpu", [False, True])
@pytest.mark.parametrize("chosen", [[30, 8], [1, 8, 30, 39], list(range(3, 40))], ids=["few", "some", "most"])
def test_search_within_a_set_is_exact(
    index: VectorIndex, values: flat.Floats, chosen: list[int], has_gpu: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if has_gpu:  # which can't filter, and would fail here
        monkeypatch.setattr(index, "_gpu", object())
    rows = np.array(chosen)
    ids, scores = index.search(values[:3], 10, within=np.append(IDS[rows], 999_999))
    assert (ids == expected(values[:3], values, rows, 10)).all()
    assert scores == pytest.approx(np.sort(values[:3] @ values[rows].T, axis=1)[:, ::-1][:, :10], abs=1e-6)


def test_asking_for_more_than_there_is_gives_what_there_is(index: VectorIndex, values: flat.Floats) -> None:
    assert index.search(values[:1], 500)[0].shape == (1, len(IDS))
    assert index.search(values[:1], 5, within=np.array([], np.int64))[0].shape == (1, 0)


def test_a_gpu_is_not_asked_for_more_than_it_can_give(
    tmp_path: Path, values: flat.Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = np.tile(values, (flat.MOST_ON_GPU // len(values) + 1, 1))
    write_index(tmp_path / "many.faiss", 8, [(np.arange(len(many)), many)])
    index = VectorIndex(tmp_path / "many.faiss")
    monkeypatch.setattr(index, "_gpu", object())  # which would fail, whatever it is asked
    assert index.search(values[:1], flat.MOST_ON_GPU + 1)[0].shape == (1, flat.MOST_ON_GPU + 1)


def test_scores_follow_the_order_of_the_ids(index: VectorIndex, values: flat.Floats) -> None:
    assert index.scores(values[:2], IDS[[5, 2]]) == pytest.approx(values[:2] @ values[[5, 2]].T, abs=1e-6)
    with pytest.raises(KeyError, match="1 of 2"):
        index.scores(values[:1], np.array([IDS[0], 999_999]))


def test_an_empty_generation_answers_with_nothing(tmp_path: Path, values: flat.Floats) -> None:
    write_index(tmp_path / "empty.faiss", 8, [])
    empty = VectorIndex(tmp_path / "empty.faiss")
    assert len(empty) == 0
    assert empty.search(values[:1], 5)[0].shape == (1, 0)


@pytest.mark.gpu
@pytest.mark.skipif(not flat.has_gpu(), reason="FAISS sees no GPU")
def test_a_gpu_answers_as_a_cpu_does(index: VectorIndex, values: flat.Floats) -> None:
    ids, _ = index.search(values[:3], 5)
    assert (ids == expected(values[:3], values, np.arange(len(IDS)), 5)).all()
