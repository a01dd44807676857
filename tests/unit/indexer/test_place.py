"""A process of a cluster, asked in turns, without a cluster."""

import os
import pickle
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from data.sources.source import Entry, Stamp
from data.stores.shards.folder import read_clips, read_frames
from indexer.execute.cluster.place import Asked, Broken, Given, Place, Said
from indexer.execute.work import Claimed, Failed, Made, Same, Step, Work
from indexer.modalities.visual import Visual
from indexer.settings import IndexSettings
from models.pair import Pair
from models.spec import Embedded
from tests import instant_decoder
from tests.small_library import SPEC, ColourTextTower, ColourVideoTower


@pytest.fixture(autouse=True)
def instant(monkeypatch: pytest.MonkeyPatch) -> None:
    instant_decoder.install(monkeypatch)


def place(tower: Callable[[], ColourVideoTower] = ColourVideoTower) -> Place:
    settings = IndexSettings()
    return Place([Visual(Pair(SPEC, tower, ColourTextTower, ()), settings)], settings)


def work(path: Path) -> Work:
    status = path.stat()
    stamp = Stamp(status.st_size, status.st_mtime_ns)
    return Work(Entry("files", os.fsencode(path.parent), os.fsencode(path.name), stamp, path), ("visual",))


def until(at: Place, given: Given, wanted: type) -> Sequence[Said]:
    """All that is said until something of this kind is."""
    heard, until_s = list[Said](), time.monotonic() + 30
    while not any(isinstance(each, wanted) for each in heard):
        assert time.monotonic() < until_s
        heard += at.turn(given, 1.0)
        given = None
    return heard


def test_a_file_is_asked_for_then_made_and_what_is_made_can_be_sent(tmp_path: Path) -> None:
    at, given = place(), work(instant_decoder.write(tmp_path / "a.mp4", "red", "green"))
    assert at.ready() is None
    *_, asked = until(at, given, Asked)
    assert isinstance(asked, Asked)
    assert asked.wanted == ("visual",)
    heard = until(at, Claimed(("visual",)), Made)
    assert sum(each.video_s for each in heard if isinstance(each, Step)) == 2 * instant_decoder.CLIP_S
    made = heard[-1]
    assert isinstance(made, Made)
    sent: Made = pickle.loads(pickle.dumps(made))
    for number, each in enumerate((made, sent)):
        each.parts[0].vectors.save(tmp_path / f"{number}.npz", each.parts[0].account)
        each.close()
    for read in (read_clips, read_frames):
        mine, theirs = read(tmp_path / "0.npz"), read(tmp_path / "1.npz")
        assert repr(mine) == repr(theirs)
    assert len(read_clips(tmp_path / "1.npz")[0]) == 2


def test_what_is_known_or_in_other_hands_is_not_made(tmp_path: Path) -> None:
    at, given = place(), work(instant_decoder.write(tmp_path / "a.mp4", "red"))
    until(at, given, Asked)
    assert isinstance(until(at, Claimed(), Same)[-1], Same)
    until(at, given, Asked)
    (failed,) = [each for each in until(at, Claimed(is_elsewhere=True), Failed) if isinstance(each, Failed)]
    assert failed.error.stage == "settle"


def test_a_file_that_is_not_there_or_another_is_not_read_and_not_to_blame(tmp_path: Path) -> None:
    at, path = place(), instant_decoder.write(tmp_path / "a.mp4", "red")
    given = work(path)
    path.write_text("red green")
    for _ in ("changed", "gone"):
        (failed,) = [each for each in until(at, given, Failed) if isinstance(each, Failed)]
        assert (failed.error.stage, failed.error.reason) == ("read", "not there as it was found")
        path.unlink(missing_ok=True)


class Blind(ColourVideoTower):
    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        raise ValueError("nothing to be seen")


def test_a_tower_that_gives_nothing_is_said_to_be_broken(tmp_path: Path) -> None:
    at = place(Blind)
    until(at, work(instant_decoder.write(tmp_path / "a.mp4", "red")), Asked)
    (broken,) = [each for each in until(at, Claimed(("visual",)), Broken) if isinstance(each, Broken)]
    assert broken.of_tower
    assert "nothing to be seen" in broken.reason


def test_a_place_whose_tower_does_not_load_will_not_be_ready() -> None:
    def none() -> ColourVideoTower:
        raise OSError("no weights")

    broken = place(none).ready()
    assert broken is not None
    assert (broken.reason, broken.of_tower) == ("OSError: no weights", False)
