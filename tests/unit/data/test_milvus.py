"""Milvus by the contract of vector engines, in a file of milvus-lite; what is wrong with a server is said."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.stores import generations
from data.stores.addresses import BadAddress
from data.stores.vectors import segments
from data.stores.vectors.milvus import server as servers
from data.stores.vectors.milvus import store
from data.stores.vectors.milvus.indexes import Index, index_for
from data.stores.vectors.milvus.naming import prefix_of
from data.stores.vectors.milvus.server import Row, Server
from data.stores.vectors.milvus.store import MilvusVectors
from data.stores.vectors.store import Floats, VectorsGone, VectorStore, VectorsUnavailable
from tests.clips_only import DIM, ClipsOnly, name_of
from tests.memory_vectors import units
from tests.unit.data.vectors_contract import ASKED, VectorStoreContract

pytest.importorskip("milvus_lite", reason="milvus-lite is not installed")

MANY: Floats = units(np.random.default_rng(7).normal(size=(40, DIM)))
NOWHERE = "http://keeper:secret@127.0.0.1:1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with closing(Server(str(tmp_path_factory.mktemp("milvus") / "vectors.db"))) as held:
        held.names("")
        yield held


@pytest.fixture
def library(tmp_path: Path, server: Server) -> Iterator[ClipsOnly]:
    """Two segments, both kept by the server."""
    made = ClipsOnly(tmp_path)
    made.library = replace(made.library, vectors_at=server.address)
    for number in range(4):
        made.add(number, MANY[number * 5 : number * 5 + 5])
        if number % 2:
            made.publish()
    yield made
    made.close()


def opened(library: ClipsOnly) -> MilvusVectors:
    found = library.open().store
    assert isinstance(found, MilvusVectors)
    return found


def kept(library: ClipsOnly, server: Server) -> list[str]:
    """What the server has of the segments of this library."""
    prefix = prefix_of(library.library)
    assert prefix is not None
    return [name.removeprefix(prefix) for name in server.names(prefix)]


class TestMilvus(VectorStoreContract):
    @pytest.fixture(autouse=True)
    def _server(self, server: Server) -> None:
        self.address = server.address

    def open(self, library: ClipsOnly) -> VectorStore:
        library.library = replace(library.library, vectors_at=self.address)
        library.publish()
        return opened(library)


def test_publishing_puts_there_what_is_new_and_removes_what_nobody_lists(library: ClipsOnly, server: Server) -> None:
    assert kept(library, server) == segments.names(library.library)
    put: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        make = Server.make

        def noted(self: Server, name: str, dim: int, count: int) -> None:
            put.append(name)
            make(self, name, dim, count)

        patch.setattr(Server, "make", noted)
        library.add(9, MANY[30:])
        library.publish()
        library.publish()
    assert len(put) == 1
    generations.prune(library.library, keep=1)
    generations.remove_unlisted(library.library)
    library.publish()
    assert kept(library, server) == segments.names(library.library) == sorted(library.segments())


def test_libraries_on_one_server_are_apart(library: ClipsOnly, server: Server, tmp_path: Path) -> None:
    other = ClipsOnly(tmp_path / "other")
    other.library = replace(other.library, vectors_at=server.address)
    other.add(1, MANY[:3])
    other.publish()
    assert (len(opened(other)), len(opened(library))) == (3, 20)
    library.publish()
    assert len(opened(other).search(ASKED[:1], 50)[0]) == 3
    other.close()


def test_a_copy_of_a_library_clears_nothing_away_that_the_first_needs(library: ClipsOnly, tmp_path: Path) -> None:
    copy = ClipsOnly(tmp_path / "copy")
    copy.library = replace(copy.library, vectors_at=library.library.vectors_at)
    copy.add(1, MANY[:3])
    shutil.copy(library.library.folder / "VECTORS", copy.library.folder)
    copy.publish()
    assert prefix_of(copy.library) != prefix_of(library.library)
    assert (len(opened(copy)), len(opened(library))) == (3, 20)
    copy.close()


def test_what_a_killed_run_left_half_full_is_not_searched_and_made_whole_by_the_next(
    library: ClipsOnly, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = generations.current(library.library).generation
    monkeypatch.setattr("data.stores.vectors.milvus.filling._AT_ONCE", 4)
    put, left = Server.put, [2]

    def killed(self: Server, name: str, rows: Sequence[Row]) -> None:
        put(self, name, rows)
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    library.add(9, MANY[30:])
    with monkeypatch.context() as patch:
        patch.setattr(Server, "put", killed)
        with pytest.raises(KeyboardInterrupt):
            library.publish()
    assert generations.current(library.library).generation == served
    assert len(opened(library)) == 20
    newest = generations.names(library.library)[-1]
    generations.publish(library.library, generations.read(library.library, newest))
    with pytest.raises(VectorsUnavailable, match=r"has 8 of 30 clips of a part of generation \d+: `sceneseek index`"):
        library.open()
    library.publish()
    assert len(opened(library)) == 30


def test_a_server_that_is_away_is_said_and_nothing_is_published(library: ClipsOnly) -> None:
    served = generations.current(library.library).generation
    there, library.library = library.library, replace(library.library, vectors_at=NOWHERE)
    with pytest.raises(VectorsUnavailable, match=r"^http://127.0.0.1:1: ") as error:
        library.open()
    library.add(9, MANY[30:])
    with pytest.raises(VectorsUnavailable) as other:
        library.publish()
    assert "secret" not in f"{error.value}{other.value}"
    assert generations.current(library.library).generation == served
    library.library = there
    library.publish()
    assert len(opened(library)) == 30


def test_a_library_may_do_without_its_server_again(library: ClipsOnly) -> None:
    (there,) = opened(library).search(ASKED[:1], 7)
    library.library = replace(library.library, vectors_at=None)
    (here,) = library.open().store.search(ASKED[:1], 7)
    assert here.clips.ids.tolist() == there.clips.ids.tolist()


def test_a_generation_that_was_cleared_away_is_gone_and_not_damaged(library: ClipsOnly, server: Server) -> None:
    found = opened(library)
    for name in server.names(str(prefix_of(library.library))):
        server.drop(name)
    with pytest.raises(VectorsGone):
        found.search(ASKED[:1], 3)


def test_more_than_one_answer_brings_is_read_in_several(library: ClipsOnly, monkeypatch: pytest.MonkeyPatch) -> None:
    twins = np.repeat(MANY[:1], 9, axis=0)
    library.add(9, twins)
    library.publish()
    found = opened(library)
    whole = found.search(MANY[:1], 29)[0]
    monkeypatch.setattr(store, "MOST", 10)
    monkeypatch.setattr(store, "_SPANS", 2)
    whole_video = found.of_video(name_of(9))
    assert whole_video.numbers.tolist() == list(range(9))
    near = found.around(whole_video[np.array([1, 2, 3, 7])], 1)
    assert near.numbers.tolist() == [0, 1, 2, 3, 4, 6, 7, 8]
    again = found.search(MANY[:1], 29)[0]
    assert again.clips.ids.tolist() == whole.clips.ids.tolist()
    assert len(set(again.clips.ids.tolist())) == 29
    everything = np.concatenate([piece.clips.ids for piece in found.nearest(MANY[0], 3)])
    assert sorted(everything.tolist()) == sorted(whole.clips.ids.tolist())
    assert found.vectors(whole.clips.ids).shape == (29, DIM)


def test_where_an_index_is_not_exact_it_looks_for_what_scores_highest(
    library: ClipsOnly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "index_for", lambda version, count: Index("HNSW", {"M": 8, "efConstruction": 50}))
    library.add(9, MANY[20:])
    library.publish(anew=True)
    found = opened(library)
    assert not found.is_exact
    everything = found.search(ASKED[:1], 40)[0]
    scores = everything.cosines - everything.clips.bias
    best = next(found.nearest(ASKED[0], 6, less_bias=True))
    assert set(best.clips.ids.tolist()) == set(everything.clips.ids[np.argsort(-scores)[:6]].tolist())
    assert best.cosines == pytest.approx(found.scores(ASKED[:1], best.clips.ids)[0], abs=1e-6)
    assert (np.diff(best.cosines) <= 0).all()


@pytest.mark.parametrize(
    ("version", "count", "kind"),
    [
        ("milvus_lite-3.2.2", 10**7, "FLAT"),
        ("v2.6.1", 200_000, "FLAT"),
        ("v2.5.9", 10**6, "HNSW"),
        ("2.6.1", 10**6, "IVF_RABITQ"),
        ("v3.0.0-beta", 10**6, "IVF_RABITQ_FASTSCAN"),
    ],
)
def test_an_index_is_of_what_the_server_offers(version: str, count: int, kind: str) -> None:
    index = index_for(version, count)
    assert (index.kind, index.is_exact) == (kind, kind == "FLAT")


@pytest.mark.parametrize("address", ["milvus", "ftp://host:19530", "http://", "postgresql://host/a"])
def test_an_address_of_another_form_is_refused(library: ClipsOnly, address: str) -> None:
    library.library = replace(library.library, vectors_at=address)
    with pytest.raises(BadAddress, match="http://HOST:19530"):
        library.open()
