"""What is typed that no search can be made of: one line and exit code 2."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sceneseek
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


def _error(library: Path, *words: str) -> str:
    done = CliRunner().invoke(sceneseek.app, ["search", "red", "--library", str(library), *words])
    assert done.exit_code == 2, done.exception
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.mark.parametrize(
    ("zone", "option", "at"),
    [
        ("Pacific/Kiritimati", "--taken-from", "0001-01-01"),
        ("Etc/GMT+12", "--indexed-until", "9999-12-31T23:59:59"),
    ],
    indirect=["zone"],
)
def test_time_at_the_ends_of_time(library: Path, zone: str, option: str, at: str) -> None:
    assert "outside the years" in _error(library, option, at)


@pytest.mark.parametrize("option", ["--cursor", "--folder", "--glob"])
def test_bytes_that_are_no_text(library: Path, option: str) -> None:
    assert _error(library, option, "\udcff")
