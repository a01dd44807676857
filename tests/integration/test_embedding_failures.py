"""What a tower can't embed costs one video; a tower that embeds nothing stops the run, and what was done stays."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.spec import BrokenTower, Embedded
from tests.bench import Bench, counts
from tests.instant_decoder import install, write
from tests.small_library import COLOURS, ColourVideoTower

BLACK = COLOURS["black"]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Videos of which one shows black among other colours, and another holds the same as that."""
    install(monkeypatch)
    bench = Bench(tmp_path)
    for colour in ("red", "green", "blue", "white"):
        write(bench.videos / f"{colour}.mp4", colour, "red")
    write(bench.videos / "mixed.mp4", "red", "black", "green", "blue")
    return bench


def is_black(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    black: NDArray[np.bool_] = (pixels == BLACK).all(axis=(1, 2, 3, 4))
    return black


class Spoiling(ColourVideoTower):
    """Gives clips of black, or their frames, `bad` in the place of a vector."""

    def __init__(self, bad: float, spoilt: str) -> None:
        self._bad, self._spoilt = bad, spoilt

    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        embedded: Embedded = super().encode(pixels)
        getattr(embedded, self._spoilt)[is_black(pixels)] = self._bad
        return embedded


class Raising(ColourVideoTower):
    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        if is_black(pixels).any():
            raise RuntimeError("CUDA error:\n an illegal value")
        return super().encode(pixels)


class Full(ColourVideoTower):
    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        if is_black(pixels).any():
            raise MemoryError("CUDA out of memory")
        return super().encode(pixels)


class Small(ColourVideoTower):
    """Has memory for two clips at once."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        self.batches.append(len(pixels))
        if len(pixels) > 2:
            raise MemoryError("CUDA out of memory")
        return super().encode(pixels)


class Broken(ColourVideoTower):
    """Fails from its third batch on."""

    batches = 0

    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        self.batches += 1
        if self.batches > 2:
            raise RuntimeError("the device is lost")
        return super().encode(pixels)


@pytest.mark.parametrize("batch_clips", [1, 2, 8, 100])
@pytest.mark.parametrize(
    ("tower", "reason"),
    [
        (Spoiling(np.nan, "clips"), "the tower gave clips that are not finite"),
        (Spoiling(np.inf, "frames"), "the tower gave frames that are not finite"),
        (Spoiling(0.0, "clips"), "the tower gave clips that are not of unit length"),
        (Raising(), "RuntimeError: CUDA error: an illegal value"),
    ],
)
def test_a_clip_without_a_vector_fails_its_own_video_and_the_others_are_served(
    bench: Bench, tower: ColourVideoTower, reason: str, batch_clips: int
) -> None:
    bench.tower = tower
    report = bench.run(settings=bench.settings(batch_clips=batch_clips))
    assert counts(report) == {"indexed": 4, "failed": 1}
    assert [(error.path.name, error.stage, error.reason) for error in report.failures] == [
        ("mixed.mp4", "embed", reason)
    ]
    assert len(bench.served()) == 8
    assert bench.problems() == []


def test_such_a_video_is_tried_again_when_that_is_asked_for(bench: Bench) -> None:
    bench.tower = Raising()
    bench.run()
    assert bench.ledger()["mixed.mp4"].stage == "embed"
    bench.tower = ColourVideoTower()
    assert counts(bench.run()) == {"unchanged": 5}
    assert counts(bench.run(retry_failed=True)) == {"unchanged": 4, "indexed": 1}
    assert bench.problems() == []


def test_a_clip_for_which_there_was_no_memory_is_tried_again_by_the_next_run(bench: Bench) -> None:
    bench.tower = Full()
    assert counts(bench.run()) == {"indexed": 4, "failed": 1}
    assert bench.ledger()["mixed.mp4"].stage == "memory"
    bench.tower = ColourVideoTower()
    assert counts(bench.run()) == {"unchanged": 4, "indexed": 1}


def test_copies_of_such_a_video_fail_with_it(bench: Bench) -> None:
    write(bench.videos / "deep" / "copy.mp4", "red", "black", "green", "blue")
    bench.tower = Raising()
    assert counts(bench.run()) == {"indexed": 4, "failed": 2}


def test_a_tower_without_memory_for_a_batch_gets_smaller_ones(bench: Bench) -> None:
    bench.tower = tower = Small()
    report = bench.run(settings=bench.settings(batch_clips=8, workers=1))
    assert counts(report) == {"indexed": 5}
    assert sum(size > 2 for size in tower.batches) <= 3, "a batch and its halves, and then no more"
    assert len(bench.served()) == 12


@pytest.mark.parametrize("frames", [np.zeros((1, 2, 5), np.float32), np.zeros((2, 8), np.float32)])
def test_vectors_of_another_shape_are_none(bench: Bench, frames: NDArray[Any]) -> None:
    class Odd(ColourVideoTower):
        def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
            return Embedded(super().encode(pixels).clips, frames)

    bench.tower = Odd()
    with pytest.raises(BrokenTower, match=r"colours gives no vectors: the tower gave frames of shape"):
        bench.run()


def test_a_tower_that_embeds_nothing_stops_the_run_and_fails_no_video(bench: Bench) -> None:
    bench.tower = Broken()
    with pytest.raises(BrokenTower, match="colours gives no vectors: RuntimeError: the device is lost"):
        bench.run(settings=bench.settings(batch_clips=2, workers=1))
    assert {each.state for each in bench.ledger().values()} == {"indexed"}
    assert len(bench.served()) == 2 * len(bench.ledger()) > 0, "what was finished is published"
    bench.tower = ColourVideoTower()
    bench.run()
    assert len(bench.served()) == 12
    assert bench.problems() == []


def test_a_deep_look_with_a_tower_that_gives_no_vectors_is_no_agreement(bench: Bench) -> None:
    bench.run()
    bench.tower = Spoiling(np.nan, "clips")
    assert {Path(problem.path).name for problem in bench.problems() if problem.kind == "vector"} == {"mixed.mp4"}
