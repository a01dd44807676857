"""`sceneseek watch`, as a program of its own and as one that the service keeps running."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient

from data.stores.catalog import open_catalog, views
from data.stores.library import Library
from data.stores.watched import watched
from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests.e2e.programs import until
from tests.media import scenes

_PROGRAM: list[str | Path] = [sys.executable, "-m", "sceneseek"]


class Place:
    """A library with one folder, and what is in it by now."""

    def __init__(self, folder: Path) -> None:
        self.library, self.videos = Library(folder / "library"), folder / "videos"

    def states(self) -> dict[str, str]:
        """Files that are not gone, by name."""
        catalog = open_catalog(self.library.catalog)
        _, files = views.ledger(catalog, limit=None, offset=0)
        catalog.close()
        return {Path(os.fsdecode(each.path)).name: each.state for each in files if each.state != "gone"}

    def holds(self, **states: str) -> Callable[[], bool]:
        return lambda: self.states() == {f"{name}.mp4": state for name, state in states.items()}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    return {name: scenes(folder / f"{name}.mp4", cuts_s=(cut,), duration_s=2.0) for name, cut in _FILMS.items()}


_FILMS = {"a": 0.5, "b": 1.0, "c": 1.5}


@pytest.fixture
def place(tmp_path: Path, films: dict[str, Path]) -> Place:
    """With one film indexed."""
    made = Place(tmp_path)
    made.videos.mkdir()
    shutil.copy(films["a"], made.videos)
    subprocess.run([*_PROGRAM, "index", "--library", made.library.folder, made.videos], check=True, capture_output=True)
    return made


@contextmanager
def _watching(place: Place, *options: str) -> Iterator[list[dict[str, Any]]]:
    """The events that it tells; ended as a system ends programs, without a word of trouble."""
    command = [*_PROGRAM, "watch", "--library", place.library.folder, "--settle", "1", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        events: list[dict[str, Any]] = []
        assert process.stdout is not None
        assert process.stderr is not None
        lines = process.stdout
        Thread(target=lambda: events.extend(map(json.loads, lines)), daemon=True).start()
        try:
            # Whatever was there before has been looked at then.
            until(lambda: any(each["event"] == "indexed" for each in events), within_s=60)
            yield events
        finally:
            process.send_signal(signal.SIGTERM)
            err = process.stderr.read()
            assert (process.wait(60), "Traceback" in err) == (0, False), err


@pytest.mark.parametrize(("options", "how"), [((), "events"), (("--poll", "--poll-every", "0.5"), "polling")])
def test_what_comes_moves_and_goes_is_followed(
    place: Place, films: dict[str, Path], options: tuple[str, ...], how: str
) -> None:
    with _watching(place, *options) as events:
        assert [(each.path, each.how) for each in watched(place.library) or []] == [(str(place.videos), how)]
        (place.videos / "below").mkdir()
        shutil.copy(films["b"], place.videos / "below" / "b.mp4")
        until(place.holds(a="indexed", b="indexed"), within_s=60)
        (place.videos / "below" / "b.mp4").rename(place.videos / "c.mp4")
        until(place.holds(a="indexed", c="indexed"), within_s=60)
        (place.videos / "c.mp4").unlink()
        until(place.holds(a="indexed"), within_s=60)
    reports = [each["report"] for each in events if each["event"] == "indexed"]
    # What moved was not embedded again.
    assert sum(report["indexed"] for report in reports) == 1
    assert watched(place.library) is None


def test_a_file_that_is_still_written_is_left_until_it_is_whole(place: Place, films: dict[str, Path]) -> None:
    whole = films["b"].read_bytes()
    with _watching(place) as events, (place.videos / "b.mp4").open("wb") as growing:
        for step in range(6):
            growing.write(whole[step * len(whole) // 6 : (step + 1) * len(whole) // 6])
            growing.flush()
            time.sleep(0.5)
            assert "b.mp4" not in place.states()
        until(place.holds(a="indexed", b="indexed"), within_s=60)
    assert not any(each["report"]["failed"] for each in events if each["event"] == "indexed")


def test_a_folder_that_goes_away_is_waited_for_and_loses_nothing(place: Place, films: dict[str, Path]) -> None:
    with _watching(place) as events:
        aside = place.videos.rename(place.videos.with_name("aside"))
        until(lambda: watched(place.library) == [], within_s=30)
        shutil.copy(films["b"], aside)
        time.sleep(1.5)
        assert place.states() == {"a.mp4": "indexed"}
        aside.rename(place.videos)
        until(place.holds(a="indexed", b="indexed"), within_s=60)
        shutil.copy(films["c"], place.videos)
        until(place.holds(a="indexed", b="indexed", c="indexed"), within_s=60)
    assert any("waited for" in each.get("message", "") for each in events)


def test_files_that_are_no_videos_and_hidden_folders_start_no_run(place: Place, films: dict[str, Path]) -> None:
    with _watching(place) as events:
        before = len(events)
        (place.videos / "notes.txt").write_text("no video")
        (place.videos / ".trash").mkdir()
        shutil.copy(films["b"], place.videos / ".trash" / "b.mp4")
        shutil.copy(films["b"], place.videos / ".b.mp4")
        time.sleep(3)
        assert events[before:] == []


def test_a_library_inside_its_own_folder_does_not_keep_itself_busy(tmp_path: Path, films: dict[str, Path]) -> None:
    place = Place(tmp_path)
    place.videos = tmp_path
    shutil.copy(films["a"], tmp_path)
    subprocess.run([*_PROGRAM, "index", "--library", place.library.folder, tmp_path], check=True, capture_output=True)
    with _watching(place) as events:
        shutil.copy(films["b"], tmp_path)
        until(place.holds(a="indexed", b="indexed"), within_s=60)
        time.sleep(3)
        assert sum(each["event"] == "indexing" for each in events) == 2


def test_it_waits_while_another_run_writes(place: Place, films: dict[str, Path]) -> None:
    with _watching(place) as events:
        with place.library.writing():
            shutil.copy(films["b"], place.videos)
            until(lambda: sum(each["event"] == "indexing" for each in events) == 2, within_s=60)
            time.sleep(1)
            assert place.states() == {"a.mp4": "indexed"}
        until(place.holds(a="indexed", b="indexed"), within_s=60)


def test_two_do_not_watch_one_library(place: Place) -> None:
    with _watching(place):
        command = [*_PROGRAM, "watch", "--library", place.library.folder]
        second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (second.returncode, "being watched by another program" in second.stderr) == (5, True)


@contextmanager
def _served(place: Place) -> Iterator[TestClient]:
    app = create_app(ServiceSettings(library=place.library.folder))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def test_the_service_watches_goes_on_after_a_restart_and_stops_when_told(place: Place, films: dict[str, Path]) -> None:
    here = [{"path": str(place.videos), "how": "events"}]
    with _served(place) as client:
        assert client.get("/v1/watch").json() == {"on": False, "folders": []}
        assert client.get("/v1/status").json()["watching"] is None
        assert client.put("/v1/watch", json={"on": True}).json()["on"] is True
        until(lambda: client.get("/v1/watch").json()["folders"] == here, within_s=60)
        assert client.get("/v1/status").json()["watching"] == here
        assert client.get("/v1/roots").json()["roots"][0]["watched"] == "events"
    assert not place.library.is_watched()
    with _served(place) as client:
        until(lambda: client.get("/v1/watch").json()["folders"] == here, within_s=60)
        child = client.app.state.service.watching._child  # type: ignore[attr-defined]
        child.kill()
        until(lambda: not child.is_alive, within_s=30)
        until(lambda: client.get("/v1/watch").json()["folders"] == here, within_s=60)
        assert client.put("/v1/watch", json={"on": False}).json()["on"] is False
        until(lambda: client.get("/v1/status").json()["watching"] is None, within_s=60)


def test_the_service_says_that_another_program_watches_and_leaves_it_to_that(place: Place) -> None:
    with _watching(place), _served(place) as client:
        body = client.get("/v1/watch").json()
        assert (body["on"], [each["how"] for each in body["folders"]]) == (False, ["events"])
        client.put("/v1/watch", json={"on": True})
        time.sleep(1)
        assert client.app.state.service.watching._child is None  # type: ignore[attr-defined]
