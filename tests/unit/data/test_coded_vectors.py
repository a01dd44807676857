"""The engine for large libraries by the contract, where a low bound makes this one large, and what is its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.stores import generations
from data.stores.vectors.coded import building, rules
from data.stores.vectors.coded.building import BEGUN, CODES, HALF, MADE, coded_parts
from data.stores.vectors.coded.codes import Codes
from data.stores.vectors.coded.store import CodedVectors
from data.stores.vectors.contents import check
from data.stores.vectors.flat import FlatVectors
from data.stores.vectors.held import held_by
from data.stores.vectors.opening import open_segments
from data.stores.vectors.store import DamagedIndex, Hits, VectorStore
from data.stores.where import Where
from data.types import NoGeneration
from tests.clips_only import DIM, QUERIES, ClipsOnly, name_of
from tests.memory_vectors import units
from tests.unit.data.vectors_contract import ASKED, VectorStoreContract

RNG = np.random.default_rng(8)


class TestCoded(VectorStoreContract):
    IS_EXACT, TOLERANCE = False, 1e-3

    @pytest.fixture(autouse=True)
    def _all_by_codes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rules, "FEW", 0)

    def open(self, library: ClipsOnly) -> VectorStore:
        library.library = replace(library.library, exact_clips=1)
        library.publish()
        return library.open().store


LARGE = units(RNG.normal(size=(3000, DIM)))


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClipsOnly]:
    """3,000 clips in lists of which few are looked through."""
    monkeypatch.setattr(rules, "FEW", 100)
    monkeypatch.setattr(rules, "_PROBES", 8)
    library = ClipsOnly(tmp_path / "library")
    library.library = replace(library.library, exact_clips=1000)
    for number in range(60):
        library.add(number, LARGE[number * 50 : number * 50 + 50], height=100 + number)
    yield library
    library.close()


def segment_of(library: ClipsOnly) -> Path:
    (name,) = library.segments()
    return library.library.segments / name


def exactly(library: ClipsOnly) -> VectorStore:
    """What comes of comparing all."""
    generation = generations.current(library.library)
    small = replace(library.library, exact_clips=10**6)
    return open_segments(small, generation, library.catalog)


def share(found: Hits, wanted: Hits) -> float:
    return len(set(found.clips.ids.tolist()) & set(wanted.clips.ids.tolist())) / len(wanted)


def test_codes_find_about_what_is_nearest_and_say_so(large: ClipsOnly) -> None:
    large.publish()
    store, exact = large.open().store, exactly(large)
    assert isinstance(store, CodedVectors)
    assert isinstance(exact, FlatVectors)
    assert (store.is_exact, exact.is_exact, len(store)) == (False, True, 3000)
    shares = [share(*each) for each in zip(store.search(QUERIES, 10), exact.search(QUERIES, 10), strict=True)]
    assert 0.9 < np.mean(shares) < 1


def test_codes_look_for_what_ranks_highest_and_not_for_what_is_nearest(large: ClipsOnly) -> None:
    large.publish()
    store, exact = large.open().store, exactly(large)
    nearest, ranking = [], []
    for query in QUERIES:
        everything = exact.search(query[np.newaxis], 3000)[0]
        best = everything.clips.ids[np.argsort(everything.clips.bias - everything.cosines)[:10]]
        wanted = Hits(exact.clips(best), np.empty(10, np.float32))
        nearest.append(share(next(store.nearest(query, 10)), wanted))
        ranking.append(share(next(store.nearest(query, 10, less_bias=True)), wanted))
    assert np.mean(nearest) < np.mean(ranking) > 0.9


def test_a_filter_that_many_pass_is_kept_by_codes_and_one_that_few_pass_is_exact(large: ClipsOnly) -> None:
    large.publish()
    store, exact = large.open().store, exactly(large)
    many, few = Where(min_height=110), Where(max_height=101)
    assert (store.within(many).is_exact, store.within(few).is_exact) == (False, True)
    kept = set(exact.within(many).search(QUERIES[:1], 3000)[0].clips.ids.tolist())
    for query in QUERIES:
        (found,) = store.within(many).search(query[np.newaxis], 20)
        assert set(found.clips.ids.tolist()) < kept
        assert share(found, exact.within(many).search(query[np.newaxis], 20)[0]) > 0.5
        assert (
            share(store.within(few).search(query[np.newaxis], 5)[0], exact.within(few).search(query[np.newaxis], 5)[0])
            == 1
        )


def test_reading_on_comes_to_every_clip_once(large: ClipsOnly) -> None:
    large.publish()
    pieces = list(large.open().store.nearest(QUERIES[0], 40, less_bias=True))
    ids = np.concatenate([piece.clips.ids for piece in pieces])
    assert len(ids) == len(np.unique(ids)) == 3000


def test_a_library_that_has_become_small_again_is_compared_in_memory(large: ClipsOnly) -> None:
    large.publish()
    before = large.open().store
    for number in range(45):
        large.remove(number)
    large.publish()
    after = large.open(before).store
    assert isinstance(after, FlatVectors)
    assert (after.is_exact, len(after)) == (True, 750)


def test_building_that_was_stopped_goes_on_where_it_stopped(large: ClipsOnly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "BLOCK_CLIPS", 700)
    stopped = stopping_at(monkeypatch, 3)
    with pytest.raises(KeyboardInterrupt):
        large.publish()
    assert generations.names(large.library) == ["00000001"]
    with pytest.raises(NoGeneration):
        generations.current(large.library)
    (begun,) = large.library.segments.glob(f"*/{BEGUN}")
    made = {file.name: file.stat().st_mtime_ns for file in begun.glob("*.faiss")}
    assert set(made) == {"trained.faiss", "00000.faiss", "00001.faiss", "00002.faiss"}
    stopped.append(True)
    seen: list[dict[str, int]] = []
    joined = Codes.take_in

    def noted(self: Codes, other: Codes) -> None:
        seen.append({file.name: file.stat().st_mtime_ns for file in begun.glob("*.faiss")})
        joined(self, other)

    monkeypatch.setattr(Codes, "take_in", noted)
    assert large.publish().generation == "00000001"
    assert len(seen[0]) == 6
    assert made.items() < seen[0].items()
    assert large.said[-2:] == ["codes of 3000 clips: part 4 of 5", "codes of 3000 clips: part 5 of 5"]
    assert sorted(each.name for each in (segment_of(large) / MADE).iterdir()) == [CODES, HALF]
    assert not (segment_of(large) / BEGUN).exists()
    assert np.mean([len(hits) for hits in large.open().store.search(QUERIES, 10)]) == 10


def stopping_at(monkeypatch: pytest.MonkeyPatch, block: int) -> list[bool]:
    """Ctrl-C while that block is made, until something is put into the list."""
    go_on: list[bool] = []
    written = Codes.write

    def write(self: Codes, path: Path) -> None:
        if path.name == f"{block:05}.faiss" and not go_on:
            raise KeyboardInterrupt
        written(self, path)

    monkeypatch.setattr(Codes, "write", write)
    return go_on


def test_what_came_while_building_was_stopped_is_served_with_the_rest(
    large: ClipsOnly, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = stopping_at(monkeypatch, 0)
    with pytest.raises(KeyboardInterrupt):
        large.publish()
    stopped.append(True)
    large.add(99, ASKED[:2])
    large.remove(0)
    large.publish()
    store = large.open().store
    assert (len(store), len(store.of_video(name_of(99))), len(store.of_video(name_of(0)))) == (2952, 2, 0)


@pytest.mark.parametrize("lost", [[CODES], [HALF], [CODES, HALF]])
def test_codes_that_are_lost_are_missed_slowly_and_made_again(large: ClipsOnly, lost: list[str]) -> None:
    large.publish()
    codes = segment_of(large) / MADE / CODES
    before = codes.read_bytes()
    for name in lost:
        codes.with_name(name).unlink()
    store = large.open().store
    assert isinstance(store, FlatVectors)
    assert share(store.search(QUERIES[:1], 10)[0], exactly(large).search(QUERIES[:1], 10)[0]) == 1
    large.publish()
    assert codes.read_bytes() == before
    assert isinstance(large.open(store).store, CodedVectors)


@pytest.mark.parametrize(("name", "content"), [(CODES, b"no codes"), (HALF, b"no numbers"), (HALF, b"")])
def test_damaged_codes_are_named_and_mended_with_all_else(large: ClipsOnly, name: str, content: bytes) -> None:
    large.publish()
    (segment_of(large) / MADE / name).write_bytes(content)
    generation = generations.current(large.library)
    for look in (large.open, lambda: check(large.library, generation, large.catalog)):
        with pytest.raises(DamagedIndex, match="verify --repair"):
            look()
    large.publish(anew=True)
    assert isinstance(large.open().store, CodedVectors)


def test_a_vector_that_is_not_of_unit_length_gets_no_code(large: ClipsOnly, monkeypatch: pytest.MonkeyPatch) -> None:
    large.library = replace(large.library, exact_clips=10**6)
    large.publish()
    with (segment_of(large) / "index.faiss").open("r+b") as file:
        file.seek(-4, 2)
        file.write(np.float32(9).tobytes())
    large.library = replace(large.library, exact_clips=1000)
    with pytest.raises(DamagedIndex, match="verify --repair"):
        large.publish()


def test_small_segments_of_a_large_library_have_no_codes(large: ClipsOnly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.stores.vectors.nearness.SAMPLE_CLIPS", 64)
    large.publish()
    large.add(99, ASKED)
    large.publish()
    held = held_by(large.library, generations.current(large.library))
    assert [part.live for part in held.parts] == [3000, 5]
    assert [part.live for part in coded_parts(large.library, held)] == [3000]
    assert share(large.open().store.search(ASKED[:1], 1)[0], exactly(large).search(ASKED[:1], 1)[0]) == 1


@pytest.mark.parametrize(
    ("count", "lists"), [(1, 1), (77, 1), (3000, 64), (10**6, 2048), (2 * 10**6, 4096), (10**7, 8192)]
)
def test_lists_grow_with_the_root_of_the_clips(count: int, lists: int) -> None:
    assert rules.lists_for(count) == lists


def test_more_lists_are_looked_through_for_more_and_behind_a_filter() -> None:
    usual = rules.probes_for(263, 8192, count=10**7, found=10**7)
    assert usual == rules._PROBES
    assert rules.probes_for(50_000, 8192, count=10**7, found=10**7) > usual
    assert rules.probes_for(263, 8192, count=10**7, found=10**6) == 10 * usual
    assert rules.probes_for(10**7, 8192, count=10**7, found=10**7) == 8192
