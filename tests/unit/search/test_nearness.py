"""What is carried from one generation to the next against what is measured anew."""

from pathlib import Path

import numpy as np
import pytest

from data.stores.vectors.flat import Floats, Ids, VectorIndex, write_index
from data.stores.vectors.positions import Positions
from search.generation.nearness import Nearness, measured, sample_for
from search.generation.table import ClipTable
from tests.memory_vectors import units

DIM, EACH = 16, 6
RNG = np.random.default_rng(11)
QUERIES = units(RNG.normal(size=(300, DIM)))
ALL = units(RNG.normal(size=(200 * EACH, DIM)))


class Library:
    """Videos of a few clips each that come and go; counts the clips whose vectors were compared with anything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.values = ALL.copy()
        self.compared = 0

    def of(self, videos: range | list[int]) -> tuple[VectorIndex, ClipTable]:
        chosen = np.array(list(videos))
        numbers = (chosen[:, np.newaxis] * EACH + np.arange(EACH)).ravel()
        ids = numbers * 7919 % 100_003
        order = np.random.default_rng(len(numbers)).permutation(len(numbers))
        write_index(self._folder / "index.faiss", DIM, [(ids[order], self.values[numbers[order]])])
        starts_s = np.tile(np.arange(EACH) * 10.0, len(chosen))
        table = ClipTable(
            video_ids=tuple(f"{video:032x}" for video in chosen.tolist()),
            ids=ids,
            videos=np.repeat(np.arange(len(chosen), dtype=np.int32), EACH),
            shots=np.zeros(len(ids), np.int32),
            starts_s=starts_s,
            ends_s=starts_s + 10,
            places=np.argsort(order).astype(np.int32),
            positions=Positions(ids),
        )
        return _Counting(self._folder / "index.faiss", self), table


class _Counting(VectorIndex):
    def __init__(self, path: Path, library: Library) -> None:
        super().__init__(path)
        self._library = library

    def vectors(self, ids: Ids) -> Floats:
        self._library.compared += len(ids)
        return super().vectors(ids)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setattr("search.generation.nearness.SAMPLE_CLIPS", 64)
    return Library(tmp_path)


def of(library: Library, videos: range | list[int], before: Nearness | None = None) -> Nearness:
    index, clips = library.of(videos)
    sample = sample_for(index, clips, before.sample if before else None)
    library.compared = 0
    return measured(index, clips, QUERIES, sample, before)


def anew(library: Library, videos: range | list[int], like: Nearness) -> Nearness:
    index, clips = library.of(videos)
    return measured(index, clips, QUERIES, like.sample)


def assert_same(found: Nearness, other: Nearness) -> None:
    assert np.array_equal(found.ids, other.ids)
    for name in ("hub", "density"):
        assert getattr(found, name) == pytest.approx(getattr(other, name), abs=1e-6)
    assert np.sort(found.best, axis=1) == pytest.approx(np.sort(other.best, axis=1), abs=1e-6)
    assert (np.sort(found.best_ids, axis=1) == np.sort(other.best_ids, axis=1)).all()


def test_what_came_and_went_changes_as_much_as_measuring_anew(library: Library) -> None:
    generations: list[range | list[int]] = [
        range(100),
        range(104),
        [*range(40), *range(43, 110)],
        [*range(5, 40), *range(43, 120)],
        range(60, 90),
    ]
    known = None
    for videos in generations:
        found = of(library, videos, known)
        assert_same(found, anew(library, videos, found))
        known = found


def test_only_new_clips_are_measured(library: Library) -> None:
    known = of(library, range(100))
    assert library.compared == 2 * 100 * EACH, "with the bank and with the sample"
    of(library, range(102), known)
    assert library.compared == 2 * 2 * EACH
    found = of(library, range(102), known)
    of(library, range(102), found)
    assert library.compared == 0


def test_the_sample_stays_until_the_library_has_doubled(library: Library) -> None:
    first = of(library, range(60))
    assert of(library, range(119), first).sample is first.sample
    assert of(library, range(120), first).sample is not first.sample


def test_a_sample_that_has_lost_too_many_of_its_clips_is_drawn_anew(library: Library) -> None:
    first = of(library, range(60))
    assert of(library, range(2, 60), first).sample is first.sample
    assert of(library, range(20, 60), first).sample is not first.sample


def test_a_small_library_is_its_own_sample_at_any_size(library: Library) -> None:
    first = of(library, range(8))
    second = of(library, range(9), first)
    assert len(second.sample.ids) == 9 * EACH


def test_a_vector_that_was_made_again_is_measured_again(library: Library) -> None:
    known = of(library, range(100))
    library.values[17] = units(RNG.normal(size=(1, DIM)))[0]
    found = of(library, range(100), known)
    assert_same(found, anew(library, range(100), found))
    assert found.hub[17] != pytest.approx(known.hub[17], abs=1e-4)


def test_a_vector_of_no_numbers_is_near_to_nothing_and_spoils_nothing_else(library: Library) -> None:
    library.values[17] = np.nan
    broken = of(library, range(100))
    assert broken.hub[17] == broken.density[17] == 0
    assert np.isfinite(broken.best).all()
    assert np.isfinite(broken.density).all()
    library.values[17] = ALL[17]
    mended = of(library, range(100), broken)
    assert mended.hub[17] == pytest.approx(of(library, range(100)).hub[17], abs=1e-6)


def test_fewer_clips_than_a_query_has_best_are_all_of_them(library: Library) -> None:
    one = of(library, [3])
    assert np.isfinite(one.best).sum(axis=1).tolist() == [EACH] * len(QUERIES)
    two = of(library, [3, 4], one)
    assert_same(two, anew(library, [3, 4], two))
    assert_same(of(library, [4], two), anew(library, [4], two))


def test_what_is_left_of_a_library_is_too_little_to_be_dense(library: Library) -> None:
    known = of(library, range(100))
    assert known.density[0] > 0
    assert (of(library, range(6), known).density == 0).all()


def test_other_clips_of_the_same_video_do_not_make_a_place_dense(library: Library) -> None:
    library.values[: 2 * EACH] = ALL[0]
    alike = of(library, [0, *range(2, 20)])
    assert alike.density[0] < 0.9
    twins = of(library, range(20))
    assert twins.density[0] > alike.density[0] + 0.05
