"""What Ctrl-C finds, at whatever moment it comes."""

import os
import threading
from pathlib import Path

import pytest

from data.sources.source import Entry, Stamp
from data.types import VideoError
from indexer.execute.decode import DecodeProcess, Identity, Recipe
from indexer.execute.work import Claimed, Work
from indexer.execute.workers import Workers
from tests.unit.indexer.test_decode import RECIPE


class LateProcess(DecodeProcess):
    """Begins only after it was killed, as a thread may that has not come to it yet."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        self.killed = threading.Event()
        self.errors: list[VideoError] = []

    def identify(self, path: Path) -> Identity:
        assert self.killed.wait(60)
        try:
            return super().identify(path)
        except VideoError as error:
            self.errors.append(error)
            raise

    def kill(self) -> None:
        super().kill()
        self.killed.set()


def test_left_before_a_process_exists_none_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.execute.workers.DecodeProcess", LateProcess)
    os.mkfifo(tmp_path / "hang.mp4")
    entry = Entry("files", os.fsencode(tmp_path), b"hang.mp4", Stamp(0, 0), tmp_path / "hang.mp4")
    with Workers([Work(entry, ("visual",))], RECIPE, 1, lambda *_: Claimed()) as workers:
        (process,) = workers._processes
    assert isinstance(process, LateProcess)
    assert [error.reason for error in process.errors] == ["it was stopped"]
