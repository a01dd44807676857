"""Folding against a plain reference, and how much work it is where nearly everything is a copy."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from data.stores.vectors.store import Floats
from search.ranking.alike import SAME, SAME_IN_VIDEO
from search.ranking.candidates import Asked, Ranked, ranked
from search.ranking.folding import WALL, Group, grouped
from search.ranking.plan import Plan
from tests.memory_vectors import Counted, MemoryVectors, all_moments, asked, sentence, units, vectors_of, video_id

DIM = 24


def page(
    vectors: MemoryVectors, plan: Plan, needed: int, *, per_video: int | None = None, fold: bool = True
) -> list[Group]:
    of = asked(vectors, plan, expected=needed)
    return grouped(vectors, ranked(of), of.free, needed, per_video=per_video, fold=fold)[:needed]


def plainly(vectors: MemoryVectors, moments: list[Ranked], per_video: int | None) -> list[Group]:
    """What `grouped` does, moment by moment, with all of these."""
    found, begun = list[Group](), Counter[str]()
    peaks = dict(zip(vectors.all.ids.tolist(), vectors.values, strict=True))
    for moment in moments:
        video = moment.whole.video_id
        for group in found:
            needed = SAME_IN_VIDEO if group.best.whole.video_id == video else SAME
            if peaks[group.best.peak] @ peaks[moment.peak] >= needed:
                group.copies += 1
                break
        else:
            if per_video is None or begun[video] < per_video:
                begun[video] += 1
                found.append(Group(moment))
    return found


def looked_at(vectors: MemoryVectors, moments: list[Ranked], needed: int) -> list[Group]:
    """As `plainly`, of no more moments than fill the page: `needed` at a time."""
    for count in range(needed, len(moments) + needed, needed):
        found = plainly(vectors, moments[:count], None)
        if len(found) >= needed:
            return found[:needed]
    return plainly(vectors, moments, None)


def library(seed: int) -> MemoryVectors:
    """Seven videos of few scenes each; some scenes come again in the video, some in others, a little changed or not."""
    rng = np.random.default_rng(seed)
    scenes = units(rng.normal(size=(40, DIM)))
    videos = []
    for _ in range(7):
        shown = scenes[rng.integers(len(scenes), size=int(rng.integers(5, 60)))]
        noise = rng.choice([0.0, 0.01, 0.05, 0.3], size=(len(shown), 1))
        videos.append(units(shown + noise * units(rng.normal(size=shown.shape))))
    return vectors_of(videos, seed=seed)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("per_video", [None, 1, 3])
def test_folding_little_by_little_gives_what_folding_everything_gives(seed: int, per_video: int | None) -> None:
    vectors = library(seed)
    plan = sentence(np.random.default_rng(seed + 100).normal(size=DIM).astype(np.float32))
    moments = all_moments(vectors, plan)
    whole = plainly(vectors, moments, per_video)
    assert max(group.copies for group in whole) < WALL, "walls are another test's"
    for needed in (1, 2, 7, 21, 64, 65, 500):
        found = page(vectors, plan, needed, per_video=per_video)
        assert [group.best.peak for group in found] == [group.best.peak for group in whole[:needed]]
        if per_video is None:
            assert found == looked_at(vectors, moments, needed)


def test_a_moment_that_looks_like_one_that_was_left_out_is_shown() -> None:
    first, second = units(np.eye(DIM, dtype=np.float32)[:2] + 0.1)
    vectors = vectors_of([np.stack([first, second]), second[np.newaxis]])
    found = page(vectors, sentence(first), 9, per_video=1)
    assert [group.best.whole.video_id for group in found] == [video_id(0), video_id(1)]


def wall_of(rng: np.random.Generator, scene: Floats, count: int) -> Floats:
    return units(scene + 0.005 * units(rng.normal(size=(count, DIM))))


@pytest.fixture
def cameras() -> MemoryVectors:
    """Two cameras that see the same and one that sees something else, hardly changing; and videos of all sorts."""
    rng = np.random.default_rng(5)
    street, yard = units(rng.normal(size=(2, DIM)))
    walls = [wall_of(rng, street, 3000), wall_of(rng, street, 3000), wall_of(rng, yard, 3000)]
    return vectors_of([*walls, *(units(rng.normal(size=(60, DIM))) for _ in range(4))])


def test_what_lies_behind_walls_of_copies_is_found(cameras: MemoryVectors) -> None:
    plan = sentence(cameras.values[0])
    found = page(cameras, plan, 500)
    videos = Counter(int(group.best.whole.video_id) for group in found)
    assert videos[0] + videos[1] == 1
    assert videos[2] == 1
    assert all(videos[other] > 15 for other in (3, 4, 5, 6))
    assert sum(group.copies >= WALL for group in found) == 2


def test_pages_fit_together_behind_walls(cameras: MemoryVectors) -> None:
    plan = sentence(cameras.values[0])
    whole = [group.best for group in page(cameras, plan, 500)]
    assert len(whole) > 50
    for needed in (1, 5, 21, 30, 64, 70):
        assert [group.best for group in page(cameras, plan, needed)] == whole[:needed]


@pytest.mark.parametrize("per_video", [None, 1])
def test_few_moments_are_looked_at_where_nearly_all_are_copies_or_of_full_videos(
    cameras: MemoryVectors, per_video: int | None
) -> None:
    of, seen = asked(cameras, sentence(cameras.values[0]), expected=21), list[Ranked]()
    found = grouped(cameras, counted(of, seen), of.free, 21, per_video=per_video, fold=True)
    assert len(found) == (6 if per_video else 21)
    assert len(seen) <= 3 * 64 + 21


def test_a_full_video_is_not_looked_at_any_further() -> None:
    rng = np.random.default_rng(2)
    near, far = units(rng.normal(size=(2, DIM)))
    places = ((near, 5000), (far, 50))
    vectors = vectors_of([units(one + 0.5 * units(rng.normal(size=(count, DIM)))) for one, count in places])
    of, seen = asked(vectors, sentence(near), expected=21), list[Ranked]()
    found = grouped(vectors, counted(of, seen), of.free, 21, per_video=1, fold=True)
    assert [group.best.whole.video_id for group in found] == [video_id(0), video_id(1)]
    assert len(seen) <= 2 * 64


def test_the_chance_of_a_moment_does_not_depend_on_how_far_is_read() -> None:
    vectors = library(1)
    plan = sentence(np.random.default_rng(9).normal(size=DIM).astype(np.float32))
    whole = all_moments(vectors, plan)
    assert [replace(one, score=0) for one in islice(ranked(asked(vectors, plan)), len(whole))] == [
        replace(one, score=0) for one in whole
    ]


def counted(of: Asked, seen: list[Ranked]) -> Iterator[Ranked]:
    for moment in ranked(of):
        seen.append(moment)
        yield moment


def test_no_more_is_fetched_once_every_video_is_full() -> None:
    rng = np.random.default_rng(4)
    films = vectors_of([units(rng.normal(size=(900, DIM))) for _ in range(3)])
    vectors = Counted(films.all, films.values)
    of = asked(vectors, sentence(vectors.values[0]), expected=21)
    assert len(grouped(vectors, ranked(of), of.free, 21, per_video=1)) == 3
    assert vectors.given == [263]
