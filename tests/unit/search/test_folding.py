"""Folding against a plain reference, and how much work it is where nearly everything is a copy."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from data.stores.vectors.store import Floats
from search.generation.opened import OpenGeneration
from search.ranking.candidates import Ranked, ranked
from search.ranking.folding import SAME, SAME_IN_VIDEO, WALL, Group, grouped
from search.ranking.plan import Plan
from tests.vectors_only import generation_of, sentence, units

DIM = 24


def page(
    generation: OpenGeneration, plan: Plan, needed: int, *, per_video: int | None = None, fold: bool = True
) -> list[Group]:
    free = np.ones(len(generation.clips), np.bool_)
    moments = ranked(generation, plan, free, 0.0, needed)
    return grouped(generation, moments, free, needed, per_video=per_video, fold=fold)[:needed]


def all_moments(generation: OpenGeneration, plan: Plan) -> list[Ranked]:
    return list(ranked(generation, plan, np.ones(len(generation.clips), np.bool_), 0.0, len(generation.clips)))


def plainly(generation: OpenGeneration, moments: list[Ranked], per_video: int | None) -> list[Group]:
    """What `grouped` does, moment by moment, with all of these."""
    clips, found, begun = generation.clips, list[Group](), Counter[int]()
    vectors = generation.index.vectors(clips.ids)
    for moment in moments:
        video = int(clips.videos[moment.peak])
        for group in found:
            needed = SAME_IN_VIDEO if clips.videos[group.best.peak] == video else SAME
            if vectors[group.best.peak] @ vectors[moment.peak] >= needed:
                group.copies += 1
                break
        else:
            if per_video is None or begun[video] < per_video:
                begun[video] += 1
                found.append(Group(moment))
    return found


def looked_at(generation: OpenGeneration, moments: list[Ranked], needed: int) -> list[Group]:
    """As `plainly`, of no more moments than fill the page: `needed` at a time."""
    for count in range(needed, len(moments) + needed, needed):
        found = plainly(generation, moments[:count], None)
        if len(found) >= needed:
            return found[:needed]
    return plainly(generation, moments, None)


def library(folder: Path, seed: int) -> OpenGeneration:
    """Seven videos of few scenes each; some scenes come again in the video, some in others, a little changed or not."""
    rng = np.random.default_rng(seed)
    scenes = units(rng.normal(size=(40, DIM)))
    videos = []
    for _ in range(7):
        shown = scenes[rng.integers(len(scenes), size=int(rng.integers(5, 60)))]
        noise = rng.choice([0.0, 0.01, 0.05, 0.3], size=(len(shown), 1))
        videos.append(units(shown + noise * units(rng.normal(size=shown.shape))))
    return generation_of(folder, videos, seed=seed)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("per_video", [None, 1, 3])
def test_folding_little_by_little_gives_what_folding_everything_gives(
    tmp_path: Path, seed: int, per_video: int | None
) -> None:
    generation = library(tmp_path, seed)
    plan = sentence(np.random.default_rng(seed + 100).normal(size=DIM).astype(np.float32))
    moments = all_moments(generation, plan)
    whole = plainly(generation, moments, per_video)
    assert max(group.copies for group in whole) < WALL, "walls are another test's"
    for needed in (1, 2, 7, 21, 64, 65, 500):
        found = page(generation, plan, needed, per_video=per_video)
        assert [group.best.peak for group in found] == [group.best.peak for group in whole[:needed]]
        if per_video is None:
            assert found == looked_at(generation, moments, needed)


def test_a_moment_that_looks_like_one_that_was_left_out_is_shown(tmp_path: Path) -> None:
    first, second = units(np.eye(DIM, dtype=np.float32)[:2] + 0.1)
    generation = generation_of(tmp_path, [np.stack([first, second]), second[np.newaxis]])
    found = page(generation, sentence(first), 9, per_video=1)
    assert [int(generation.clips.videos[group.best.peak]) for group in found] == [0, 1]


def wall_of(rng: np.random.Generator, scene: Floats, count: int) -> Floats:
    return units(scene + 0.005 * units(rng.normal(size=(count, DIM))))


@pytest.fixture
def cameras(tmp_path: Path) -> OpenGeneration:
    """Two cameras that see the same and one that sees something else, hardly changing; and videos of all sorts."""
    rng = np.random.default_rng(5)
    street, yard = units(rng.normal(size=(2, DIM)))
    walls = [wall_of(rng, street, 3000), wall_of(rng, street, 3000), wall_of(rng, yard, 3000)]
    return generation_of(tmp_path, [*walls, *(units(rng.normal(size=(60, DIM))) for _ in range(4))])


def test_what_lies_behind_walls_of_copies_is_found(cameras: OpenGeneration) -> None:
    plan = sentence(cameras.index.vectors(cameras.clips.ids[:1])[0])
    found = page(cameras, plan, 500)
    videos = Counter(int(cameras.clips.videos[group.best.peak]) for group in found)
    assert videos[0] + videos[1] == 1
    assert videos[2] == 1
    assert all(videos[other] > 15 for other in (3, 4, 5, 6))
    assert sum(group.copies >= WALL for group in found) == 2


def test_pages_fit_together_behind_walls(cameras: OpenGeneration) -> None:
    plan = sentence(cameras.index.vectors(cameras.clips.ids[:1])[0])
    whole = [group.best for group in page(cameras, plan, 500)]
    assert len(whole) > 50
    for needed in (1, 5, 21, 30, 64, 70):
        assert [group.best for group in page(cameras, plan, needed)] == whole[:needed]


@pytest.mark.parametrize("per_video", [None, 1])
def test_few_moments_are_looked_at_where_nearly_all_are_copies_or_of_full_videos(
    cameras: OpenGeneration, per_video: int | None
) -> None:
    plan = sentence(cameras.index.vectors(cameras.clips.ids[:1])[0])
    free = np.ones(len(cameras.clips), np.bool_)
    seen: list[Ranked] = []

    def counted() -> Iterator[Ranked]:
        for moment in ranked(cameras, plan, free, 0.0, 21):
            seen.append(moment)
            yield moment

    found = grouped(cameras, counted(), free, 21, per_video=per_video, fold=True)
    assert len(found) == (6 if per_video else 21)
    assert len(seen) <= 3 * 64 + 21


def test_a_full_video_is_not_looked_at_any_further(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    near, far = units(rng.normal(size=(2, DIM)))
    generation = generation_of(
        tmp_path,
        [units(near + 0.5 * units(rng.normal(size=(5000, DIM)))), units(far + 0.5 * units(rng.normal(size=(50, DIM))))],
    )
    free = np.ones(len(generation.clips), np.bool_)
    moments = ranked(generation, sentence(near), free, 0.0, 21)
    looked = [0]

    def counted() -> Iterator[Ranked]:
        for moment in moments:
            looked[0] += 1
            yield moment

    found = grouped(generation, counted(), free, 21, per_video=1, fold=True)
    assert [int(generation.clips.videos[group.best.peak]) for group in found] == [0, 1]
    assert looked[0] <= 2 * 64


def test_the_chance_of_a_moment_does_not_depend_on_how_far_is_read(tmp_path: Path) -> None:
    generation = library(tmp_path, 1)
    plan = sentence(np.random.default_rng(9).normal(size=DIM).astype(np.float32))
    whole = all_moments(generation, plan)
    free = np.ones(len(generation.clips), np.bool_)
    assert [replace(one, score=0) for one in islice(ranked(generation, plan, free, 0.0, 1), len(whole))] == [
        replace(one, score=0) for one in whole
    ]
