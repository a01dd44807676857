"""What every vector engine has to keep; a test of an engine inherits it and says how its store is opened."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from data.identity import clip_id_of
from data.stores.vectors.store import Floats, Hits, Ids, VectorStore
from data.stores.where import Where
from tests.clips_only import DIM, FINGERPRINT, ClipsOnly, name_of
from tests.memory_vectors import units

RNG = np.random.default_rng(3)
VIDEOS = {number: units(RNG.normal(size=(4 + number % 5, DIM))) for number in range(24)}
GONE = (3, 11)
LIVE = [number for number in VIDEOS if number not in GONE]
ASKED = units(RNG.normal(size=(5, DIM)))


def ids_of(number: int, count: int) -> list[int]:
    return [clip_id_of(name_of(number), FINGERPRINT, each) for each in range(count)]


IDS = np.array([each for number in LIVE for each in ids_of(number, len(VIDEOS[number]))])
VALUES = np.concatenate([VIDEOS[number] for number in LIVE])
OWNERS = np.repeat(LIVE, [len(VIDEOS[number]) for number in LIVE])


def expected(query: Floats, chosen: np.ndarray | None = None) -> tuple[Ids, Floats]:
    """All of the chosen clips, nearest first."""
    rows = np.arange(len(IDS)) if chosen is None else np.flatnonzero(chosen)
    cosines = VALUES[rows] @ query
    order = np.lexsort((IDS[rows], -cosines))
    return IDS[rows][order], cosines[order]


def assert_same(hits: Hits, query: Floats, k: int, chosen: np.ndarray | None = None, *, within: float = 1e-6) -> None:
    assert_order(hits.clips.ids, query, k, chosen, within=within)
    assert hits.cosines == pytest.approx(expected(query, chosen)[1][:k], abs=within)


def assert_order(found: Ids, query: Floats, k: int, chosen: np.ndarray | None = None, *, within: float = 1e-6) -> None:
    """Clips that are nearer to one another than what an engine rounds to may come in either order."""
    ids, cosines = expected(query, chosen)
    assert len(set(found.tolist())) == len(found) == min(k, len(ids))
    by_id = dict(zip(ids.tolist(), cosines.tolist(), strict=True))
    assert [by_id[id_] for id_ in found.tolist()] == pytest.approx(cosines[:k], abs=within)


class VectorStoreContract:
    """Several publishes, some videos gone again: what is asked must not tell.

    An engine that is not exact in large libraries is so in this small one, but for the `TOLERANCE` of its cosines.
    """

    IS_EXACT, TOLERANCE = True, 0.0

    def open(self, library: ClipsOnly) -> VectorStore:
        raise NotImplementedError

    @pytest.fixture
    def library(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClipsOnly]:
        monkeypatch.setattr("data.stores.vectors.nearness.SAMPLE_CLIPS", 64)
        library = ClipsOnly(tmp_path / "library")
        for numbers in (range(18), range(18, 22), range(22, 24)):
            for number in numbers:
                library.add(number, VIDEOS[number], height=100 + number)
            library.publish()
        for number in GONE:
            library.remove(number)
        library.publish()
        yield library
        library.close()

    @pytest.fixture
    def store(self, library: ClipsOnly) -> VectorStore:
        return self.open(library)

    def test_it_holds_what_is_published(self, store: VectorStore, library: ClipsOnly) -> None:
        assert (len(store), store.dim, store.is_exact) == (len(IDS), DIM, self.IS_EXACT)
        assert len(library.segments()) > 1

    @pytest.mark.parametrize("k", [1, 7, 500])
    def test_a_search_is_exact(self, store: VectorStore, k: int) -> None:
        for query, hits in zip(ASKED, store.search(ASKED, k), strict=True):
            assert_same(hits, query, k, within=self.TOLERANCE + 1e-6)

    def test_a_hit_brings_the_facts_of_its_clip(self, store: VectorStore) -> None:
        (hits,) = store.search(ASKED[:1], 9)
        assert (store.clips(hits.clips.ids).bias == hits.clips.bias).all()
        for row in range(len(hits)):
            number = OWNERS[np.flatnonzero(hits.clips.ids[row] == IDS)[0]]
            place = int(hits.clips.numbers[row])
            assert hits.clips.videos[row].decode() == name_of(number)
            assert hits.clips.ids[row] == ids_of(number, place + 1)[place]
            assert hits.clips.shots[row] == place // 3
            assert (hits.clips.starts_s[row], hits.clips.ends_s[row]) == (place * 10.0, place * 10.0 + 10)

    def test_reading_on_comes_to_every_clip_once_and_in_order(self, store: VectorStore) -> None:
        pieces = list(store.nearest(ASKED[0], 5))
        assert len(pieces[0]) == 5
        ids = np.concatenate([piece.clips.ids for piece in pieces])
        assert_order(ids, ASKED[0], len(IDS), within=self.TOLERANCE + 1e-6)

    def test_a_filter_is_answered_exactly(self, store: VectorStore) -> None:
        for where, chosen in (
            (Where(min_height=110, max_height=121), (OWNERS >= 10) & (OWNERS <= 21)),
            (Where(video_id=name_of(5)), OWNERS == 5),
            (Where(glob="1?.mp4"), (OWNERS >= 10) & (OWNERS < 20)),
            (Where(), OWNERS >= 0),
        ):
            found = store.within(where)
            assert len(found) == chosen.sum()
            assert_same(found.search(ASKED[1:2], 12)[0], ASKED[1], 12, chosen, within=self.TOLERANCE + 1e-6)
            everything = np.concatenate([piece.clips.ids for piece in found.nearest(ASKED[2], 3)])
            assert_order(everything, ASKED[2], len(found), chosen, within=self.TOLERANCE + 1e-6)

    def test_a_filter_that_nothing_passes_finds_nothing(self, store: VectorStore) -> None:
        none = store.within(Where(min_height=9999))
        assert len(none) == 0
        assert len(none.search(ASKED[:1], 5)[0]) == 0
        assert sum(map(len, none.nearest(ASKED[0], 5))) == 0
        assert len(none.clips(IDS[:3])) == 3, "single clips are answered for all"

    def test_vectors_and_scores_follow_the_order_of_ids(self, store: VectorStore) -> None:
        some = np.array([40, 2, 17, 90, 3])
        assert store.vectors(IDS[some]) == pytest.approx(VALUES[some], abs=self.TOLERANCE)
        assert store.scores(ASKED, IDS[some]) == pytest.approx(ASKED @ VALUES[some].T, abs=self.TOLERANCE + 1e-6)
        assert store.clips(IDS[some]).ids.tolist() == IDS[some].tolist()

    def test_what_is_not_here_is_an_error(self, store: VectorStore) -> None:
        gone = ids_of(GONE[0], 1)
        for ids in ([*IDS[:2], 5], [IDS[0], *gone]):
            for ask in (store.clips, store.vectors):
                with pytest.raises(KeyError):
                    ask(np.array(ids))

    def test_neighbours_are_of_the_same_video_and_come_once(self, store: VectorStore) -> None:
        peaks = store.clips(np.array([ids_of(9, 8)[0], ids_of(9, 8)[2], ids_of(21, 5)[4]]))
        near = store.around(peaks, 2)
        wanted = sorted([(name_of(9), n) for n in range(5)] + [(name_of(21), n) for n in (2, 3, 4)])
        assert list(zip(near.videos.astype(str).tolist(), near.numbers.tolist(), strict=True)) == wanted

    def test_the_clips_of_a_stretch(self, store: VectorStore) -> None:
        assert store.of_video(name_of(9)).ids.tolist() == ids_of(9, 8)
        assert store.of_video(name_of(9), 10.0, 30.0).numbers.tolist() == [1, 2]
        assert len(store.of_video(name_of(9), 500.0)) == 0
        assert len(store.of_video(name_of(GONE[0]))) == len(store.of_video("0" * 31 + "x")) == 0

    def test_many_threads_may_ask(self, store: VectorStore) -> None:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda turn: store.search(ASKED[turn % 5][np.newaxis], 6)[0], range(40)))
        for turn, hits in enumerate(found):
            assert_same(hits, ASKED[turn % 5], 6, within=self.TOLERANCE + 1e-6)
