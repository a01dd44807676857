"""The engines by the contract, and what only the one that is always there promises."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.stores import generations
from data.stores.vectors import engines, passes
from data.stores.vectors.engines import open_vectors
from data.stores.vectors.faiss_file import MOST_ON_GPU, has_gpu, map_flat, read_flat, read_with_ids, write_flat
from data.stores.vectors.flat import FlatVectors
from data.stores.vectors.loaded import Loaded
from data.stores.vectors.store import DamagedIndex, Floats, Ids, VectorStore
from tests.clips_only import DIM, ClipsOnly
from tests.memory_vectors import units
from tests.toy_engine import open_toy
from tests.unit.data.vectors_contract import ASKED, VectorStoreContract

RNG = np.random.default_rng(1)


class TestFlat(VectorStoreContract):
    def open(self, library: ClipsOnly) -> VectorStore:
        return library.open().store

    def test_segments_that_are_in_memory_are_not_read_again(
        self, library: ClipsOnly, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = library.open().store
        library.add(99, ASKED[:2])
        library.publish()
        read: list[str] = []

        def noted(path: Path, dim: int) -> Floats:
            read.append(path.parent.name)
            return read_flat(path, dim)

        monkeypatch.setattr("data.stores.vectors.segments.read_flat", noted)
        second = library.open(first).store
        before = {view.loaded.name for view in first.views} if isinstance(first, FlatVectors) else set()
        assert set(read) == set(library.segments()) - before
        assert before & set(library.segments())
        assert len(second) == len(first) + 2

    def test_a_gpu_gives_the_first_piece_and_is_not_asked_for_more_than_it_can(
        self, library: ClipsOnly, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []

        class FakeGpu:
            def __init__(self, values: Floats) -> None:
                self._values = values

            def search(self, queries: Floats, k: int) -> tuple[Floats, Ids]:
                asked.append(k)
                scores = queries @ self._values.T
                rows = np.argsort(-scores, axis=1)[:, :k]
                return np.take_along_axis(scores, rows, axis=1), rows

        store = library.open().store
        assert isinstance(store, FlatVectors)
        whole = replace_gone(store, library)
        for view in whole.views:
            view.loaded.__dict__["gpu"] = FakeGpu(view.loaded.values)
        hits = whole.search(ASKED[:2], 4)
        assert asked
        assert [len(each) for each in hits] == [4, 4]
        pieces = list(whole.nearest(ASKED[0], 6))
        ids = [clip for piece in pieces for clip in piece.clips.ids.tolist()]
        assert len(ids) == len(set(ids)) == len(whole)
        cosines = np.concatenate([piece.cosines for piece in pieces])
        assert (np.diff(cosines) <= 1e-6).all()
        asked.clear()
        whole.search(ASKED[:1], MOST_ON_GPU + 1)
        assert all(k <= MOST_ON_GPU for k in asked)


def replace_gone(store: FlatVectors, library: ClipsOnly) -> FlatVectors:
    """The same with every video of its segments."""
    views = [replace(view, allowed=np.ones_like(view.allowed)) for view in store.views]
    return FlatVectors(views, store.dim, library.catalog, "f" * 32)


class TestToy(VectorStoreContract):
    """Another engine is one file and a line in the list of engines."""

    @pytest.fixture(autouse=True)
    def _registered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(engines.ENGINES, "toy", open_toy)

    def open(self, library: ClipsOnly) -> VectorStore:
        generation = generations.current(library.library)
        visual = replace(generation.modalities["visual"], engine="toy")
        named = replace(generation, modalities={"visual": visual})
        return open_vectors(library.library, named, library.catalog, bank=library.bank).store


def test_an_empty_library_answers_with_nothing(tmp_path: Path) -> None:
    library = ClipsOnly(tmp_path)
    library.add(1, ASKED[:2])
    library.publish()
    library.remove(1)
    library.publish()
    opened = library.open()
    assert (len(opened.store), library.segments()) == (0, ())
    assert len(opened.store.search(ASKED[:1], 5)[0]) == 0
    assert list(opened.store.nearest(ASKED[0], 5)) == []
    assert opened.baseline.best.shape[1] == 0
    library.close()


def test_of_equals_the_smaller_id_comes_first(tmp_path: Path) -> None:
    library = ClipsOnly(tmp_path)
    for number in range(4):
        library.add(number, np.repeat(ASKED[:1], 4, axis=0))
    library.publish()
    store = library.open().store
    (hits,) = store.search(ASKED[:1], 7)
    everything = store.search(ASKED[:1], 16)[0].clips.ids
    assert everything.tolist() == sorted(everything.tolist())
    assert hits.clips.ids.tolist() == everything[:7].tolist()
    assert np.concatenate([piece.clips.ids for piece in store.nearest(ASKED[0], 3)]).tolist() == everything.tolist()
    library.close()


@pytest.mark.parametrize(("count", "dim"), [(1000, 8), (999, 384), (640, 12), (2777, 512)])
def test_on_how_many_cores_a_search_ran_changes_no_bit(count: int, dim: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = RNG.normal(size=(count, dim)).astype(np.float32)
    alone = [passes.products(query, values) for query in values[:20]]
    assert np.allclose(alone, values[:20] @ values.T, atol=1e-3)
    monkeypatch.setattr(passes, "_CORES", 3)
    monkeypatch.setattr(passes, "_PART_ROWS", 100)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda query: passes.products(query, values), values[:20]))
    assert (np.array(together) == np.array(alone)).all()


def test_a_file_of_vectors_is_one_that_faiss_reads(tmp_path: Path) -> None:
    import faiss

    values = units(RNG.normal(size=(23, DIM)))
    assert write_flat(tmp_path / "a", DIM, iter([values[:20], values[20:]])) == 23
    index = faiss.read_index(str(tmp_path / "a"))
    assert (index.reconstruct_n(0, 23) == values).all()
    assert (map_flat(tmp_path / "a", DIM) == values).all()
    assert (read_flat(tmp_path / "a", DIM) == values).all()
    faiss.write_index(index, str(tmp_path / "b"))
    assert (tmp_path / "b").read_bytes() == (tmp_path / "a").read_bytes()


@pytest.mark.parametrize("damage", [b"", b"IxFI", b"not an index of vectors, whatever its name says" * 3])
def test_a_file_that_is_none_is_damaged(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "a").write_bytes(damage)
    for read in (map_flat, read_flat):
        with pytest.raises(DamagedIndex, match="verify --repair"):
            read(tmp_path / "a", DIM)
    with pytest.raises(DamagedIndex):
        read_with_ids(tmp_path / "a")
    with pytest.raises(DamagedIndex):
        map_flat(tmp_path / "missing", DIM)


def test_a_file_of_vectors_that_was_cut_is_damaged(tmp_path: Path) -> None:
    write_flat(tmp_path / "a", DIM, iter([ASKED]))
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:-1])
    with pytest.raises(DamagedIndex):
        map_flat(tmp_path / "a", DIM)
    write_flat(tmp_path / "a", DIM, iter([ASKED]))
    with pytest.raises(DamagedIndex):
        map_flat(tmp_path / "a", DIM + 1)


@pytest.mark.gpu
@pytest.mark.skipif(not has_gpu(), reason="FAISS sees no GPU")
def test_a_gpu_answers_as_a_cpu_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = ClipsOnly(tmp_path)
    for number in range(9):
        library.add(number, units(RNG.normal(size=(9, DIM))))
    library.publish()
    store = library.open().store
    on_gpu = store.search(ASKED, 5)
    monkeypatch.setattr(Loaded, "gpu", None)
    for one, other in zip(on_gpu, store.search(ASKED, 5), strict=True):
        assert one.clips.ids.tolist() == other.clips.ids.tolist()
    library.close()
