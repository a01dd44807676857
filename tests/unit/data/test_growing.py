"""Generations that grow by segments hold what one that is made anew would hold."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.stores import generations
from data.stores.publishing import publish
from data.stores.vectors import growing
from data.stores.vectors.engines import OpenVectors
from data.stores.vectors.flat import FlatVectors
from data.stores.vectors.growing import to_merge
from data.stores.vectors.held import Held, held_by, read_sample
from data.stores.vectors.nearness import AT_ONCE, Bank
from data.stores.vectors.segments import Draft
from data.stores.vectors.store import Floats
from tests.clips_only import DIM, FINGERPRINT, QUERIES, ClipsOnly, name_of
from tests.memory_vectors import units
from tests.small_library import SPEC

RNG = np.random.default_rng(11)
CLIPS = {number: units(RNG.normal(size=(1 + number % 7, DIM))) for number in range(300)}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClipsOnly]:
    monkeypatch.setattr("data.stores.vectors.nearness.SAMPLE_CLIPS", 64)
    library = ClipsOnly(tmp_path / "library")
    yield library
    library.close()


def add(library: ClipsOnly, numbers: range) -> None:
    for number in numbers:
        library.add(number, CLIPS[number])


def facts_of(opened: OpenVectors) -> dict[tuple[str, int], tuple[float, ...]]:
    """Of each clip by its video and number: times, shot, bias and vector."""
    store = opened.store
    found: dict[tuple[str, int], tuple[float, ...]] = {}
    for piece in store.nearest(QUERIES[0], 50):
        clips, vectors = piece.clips, store.vectors(piece.clips.ids)
        for row in range(len(clips)):
            facts = (clips.shots[row], clips.starts_s[row], clips.ends_s[row], clips.bias[row], *vectors[row])
            found[clips.videos[row].decode(), int(clips.numbers[row])] = tuple(map(float, facts))
    return found


def anew(library: ClipsOnly, folder: Path) -> OpenVectors:
    """The same videos in a library of their own, published at once and measured against the same sample."""
    other = ClipsOnly(folder)
    for number, values in library.present.items():
        other.add(number, values)
    sample = generations.current(library.library).modalities["visual"].sample
    assert sample is not None
    drawn = read_sample(library.library, sample)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(growing, "drawn", lambda *_: drawn)
        patch.setattr(type(drawn), "measured", lambda self, _: self)
        other.publish()
    opened = other.open()
    other.close()
    return opened


def assert_same(library: ClipsOnly, folder: Path) -> None:
    grown, other = library.open(), anew(library, folder)
    shutil.rmtree(folder)
    one, two = facts_of(grown), facts_of(other)
    assert set(one) == set(two) == {(name_of(n), at) for n, v in library.present.items() for at in range(len(v))}
    assert np.array([one[key] for key in two]) == pytest.approx(np.array(list(two.values())), abs=1e-5)
    best, again = (np.sort(each.baseline.best, axis=1) for each in (grown, other))
    assert best == pytest.approx(again, abs=1e-5)
    assert grown.baseline.least_bias <= min(values[3] for values in one.values()) + 1e-6
    for hits, others in zip(grown.store.search(QUERIES[:3], 9), other.store.search(QUERIES[:3], 9), strict=True):
        assert hits.clips.ids.tolist() == others.clips.ids.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_any_sequence_of_publishes_is_as_one_of_the_same_clips(library: ClipsOnly, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    waiting = list(CLIPS)
    chance.shuffle(waiting)
    most = 0
    for _ in range(12):
        for _ in range(chance.choice([0, 1, 3, 20])):
            library.add(number := waiting.pop(), CLIPS[number])
        for number in chance.sample(sorted(library.present), min(len(library.present), chance.choice([0, 0, 1, 9]))):
            library.remove(number)
            if chance.random() < 0.3:
                library.add(number, CLIPS[number])
            else:
                waiting.insert(0, number)
        if not library.present:
            continue
        library.publish()
        most = max(most, len(library.segments()))
        assert_same(library, tmp_path / "anew")
    assert most > 1


def test_a_publish_writes_what_is_new_and_shares_the_rest(library: ClipsOnly) -> None:
    add(library, range(100))
    library.publish()
    (first,) = library.segments()
    add(library, range(100, 103))
    library.publish()
    assert first in library.segments()
    assert len(library.segments()) == 2


def test_only_new_clips_are_measured(library: ClipsOnly, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    pieces = Draft.pieces

    def noted(draft: Draft, at_once: int) -> Iterator[tuple[slice, Floats]]:
        assert at_once == AT_ONCE
        read.append(len(draft.facts))
        return pieces(draft, at_once)

    add(library, range(100))
    library.publish()
    monkeypatch.setattr(Draft, "pieces", noted)
    add(library, range(100, 103))
    library.publish()
    new = sum(len(CLIPS[number]) for number in range(100, 103))
    assert read == [new, new], "with the bank and with the sample"


def test_nothing_new_publishes_nothing(library: ClipsOnly) -> None:
    add(library, range(10))
    first = library.publish()
    assert library.publish() == first


def test_what_goes_leaves_a_mark_and_a_rotten_segment_is_written_anew(library: ClipsOnly) -> None:
    add(library, range(100))
    library.publish()
    (first,) = library.segments()
    library.remove(6)
    library.publish()
    assert library.segments() == (first,)
    assert len(library.open().store) == sum(map(len, library.present.values()))
    for number in range(10, 60):
        library.remove(number)
    library.publish()
    assert first not in library.segments()
    held = held_by(library.library, generations.current(library.library))
    assert sum(part.dead for part in held.parts) == 0


def test_there_are_few_segments_and_a_clip_is_rarely_rewritten() -> None:
    sizes: list[int] = []
    written = 0
    for _ in range(5000):
        chosen = to_merge([(size, 0) for size in sizes], 100)
        merged = 100 + sum(sizes[at] for at in chosen)
        written += merged
        sizes = [size for at, size in enumerate(sizes) if at not in chosen] + [merged]
        assert len(sizes) < 16
    assert sum(sizes) == 500_000
    assert written < 20 * 500_000


def test_segments_are_merged_when_what_came_after_is_half_as_large() -> None:
    assert to_merge([(1000, 0), (150, 0)], 100) == [1]
    assert to_merge([(1000, 0)], 100) == []
    assert to_merge([(200, 0), (1000, 0)], 100) == [0]
    assert to_merge([(700, 300)], 0) == [0]
    assert to_merge([(750, 250)], 0) == []


def test_a_video_that_was_embedded_again_is_taken_from_its_new_shard(library: ClipsOnly) -> None:
    add(library, range(60))
    library.publish()
    library.add(5, CLIPS[6])
    library.publish()
    found = library.open().store.of_video(name_of(5))
    assert len(found) == len(CLIPS[6])
    assert (library.open().store.vectors(found.ids) == CLIPS[6]).all()


def test_without_the_bank_a_video_can_be_dropped_and_all_is_measured_later(library: ClipsOnly) -> None:
    none = Bank("bank", lambda: None)
    add(library, range(100))
    library.publish()
    best = held_by(library.library, generations.current(library.library)).best
    worst = name_of(next(n for n in range(100) if np.isin(clip_ids(library, n), best.ids).any()))
    library.remove(next(n for n in range(100) if name_of(n) == worst))
    library.publish(bank=none)
    assert generations.current(library.library).modalities["visual"].stamp == ""
    assert np.isfinite(library.open().baseline.best).all()
    library.add(200, CLIPS[200])
    library.publish(bank=none)
    library.add(201, CLIPS[201])
    library.publish()
    assert generations.current(library.library).modalities["visual"].stamp == "bank"
    assert len(library.segments()) == 1


def clip_ids(library: ClipsOnly, number: int) -> np.ndarray:
    return library.open().store.of_video(name_of(number)).ids


def test_another_bank_measures_everything_anew(library: ClipsOnly, tmp_path: Path) -> None:
    add(library, range(60))
    library.publish()
    library.add(100, CLIPS[100])
    other = units(RNG.normal(size=(30, DIM)))
    library.publish(bank=Bank("other", lambda: other))
    assert library.open().baseline.best.shape == (30, 10)
    library.add(101, CLIPS[101])
    library.publish()
    assert_same(library, tmp_path / "anew")


def test_the_sample_stays_until_the_library_has_doubled(library: ClipsOnly) -> None:
    add(library, range(100))

    def sample() -> str | None:
        return generations.current(library.library).modalities["visual"].sample

    library.publish()
    first = sample()
    add(library, range(100, 190))
    library.publish()
    assert sample() == first
    add(library, range(190, 230))
    library.publish()
    assert sample() != first


def test_a_clip_is_no_hub_for_being_like_its_own_video(library: ClipsOnly) -> None:
    scene = np.repeat(units(RNG.normal(size=(1, DIM))), 30, axis=0)
    library.add(0, scene)
    for number in range(1, 30):
        library.add(number, units(RNG.normal(size=(2, DIM))))
    library.publish()
    facts = held_by(library.library, generations.current(library.library)).parts[0].segment.facts()
    assert facts.density[facts.videos == facts.video_ids.tolist().index(name_of(0).encode())].max() < 0.99


def test_in_a_few_clips_there_is_no_density(library: ClipsOnly) -> None:
    add(library, range(7))
    library.publish()
    facts = held_by(library.library, generations.current(library.library)).parts[0].segment.facts()
    assert not facts.density.any()
    assert facts.hub.all()


@pytest.mark.parametrize("is_full", [False, True], ids=["killed", "full"])
def test_trouble_at_any_moment_of_a_publish_leaves_litter_at_most(
    library: ClipsOnly, monkeypatch: pytest.MonkeyPatch, is_full: bool
) -> None:
    add(library, range(60))
    served = library.publish()
    before = facts_of(library.open())
    add(library, range(60, 64))
    library.remove(3)
    done = 0
    while True:
        calls = 0

        def stopped(original: Any, done: int = done) -> Any:
            def call(*given: Any, **named: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls > done:
                    raise OSError(28, "No space left on device") if is_full else KeyboardInterrupt
                return original(*given, **named)

            return call

        with monkeypatch.context() as patch:
            for owner, name in ((os, "fsync"), (Path, "rename"), (Path, "replace"), (Path, "mkdir")):
                patch.setattr(owner, name, stopped(getattr(owner, name)))
            try:
                after = library.publish()
            except (OSError, KeyboardInterrupt):
                after = None
        if generations.current(library.library) != served:
            break
        assert after is None
        assert facts_of(library.open()) == before
        done += 1
    assert done > 8
    library.publish()
    assert {key[0] for key in facts_of(library.open())} == {name_of(n) for n in library.present}
    generations.prune(library.library, keep=1)
    generations.remove_unlisted(library.library)
    assert generations.unlisted(library.library) == []
    assert {path.name for path in library.library.segments.glob("[!.]*")} == set(library.segments())
    assert len(facts_of(library.open())) == sum(map(len, library.present.values()))


@pytest.mark.parametrize("name", ["index.faiss", "videos.npz", "clips.npz"])
def test_a_damaged_segment_is_made_anew_from_shards(library: ClipsOnly, name: str) -> None:
    add(library, range(50))
    library.publish()
    (segment,) = library.library.segments.iterdir()
    (segment / name).write_bytes((segment / name).read_bytes()[:-20])
    for number in range(50, 90):
        library.add(number, CLIPS[number])
    library.publish()
    assert segment.name not in library.segments()
    assert len(facts_of(library.open())) == sum(map(len, library.present.values()))


def test_a_generation_of_nothing_is_not_made(library: ClipsOnly) -> None:
    bank = Bank("bank", lambda: QUERIES)
    assert publish(library.library, library.catalog, SPEC, FINGERPRINT, bank=bank, say=print) is None
    assert not library.library.samples.exists()
    assert len(Held()) == 0
    assert FlatVectors([], DIM, library.catalog, FINGERPRINT).search(QUERIES[:1], 3)[0].clips.ids.tolist() == []
