"""What is typed that no search can be made of: one line and exit code 2."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sceneseek.commands.app import app
from sceneseek.commands.exits import planned_failures
from tests.small_library import SmallLibrary


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Path]:
    small = SmallLibrary(tmp_path)
    yield small.library.folder
    small.close()


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


Error = Callable[..., str]


@pytest.fixture
def error(library: Path, capsys: pytest.CaptureFixture[str]) -> Error:
    """The one line that a search with these words ends with."""

    def said(*words: str) -> str:
        with pytest.raises(SystemExit) as ended, planned_failures():
            app(["search", "red", "--library", str(library), *words])
        line = capsys.readouterr().err
        assert (ended.value.code, line.count("\n")) == (2, 1)
        return line

    return said


@pytest.mark.parametrize(
    ("zone", "option", "at"),
    [
        ("Pacific/Kiritimati", "--taken-from", "0001-01-01"),
        ("Etc/GMT+12", "--indexed-until", "9999-12-31T23:59:59"),
    ],
    indirect=["zone"],
)
def test_time_at_the_ends_of_time(error: Error, zone: str, option: str, at: str) -> None:
    assert "outside the years" in error(option, at)


@pytest.mark.parametrize("option", ["--cursor", "--folder", "--glob"])
def test_bytes_that_are_no_text(error: Error, option: str) -> None:
    assert error(option, "\udcff")
