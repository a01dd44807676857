"""The indexer is killed at random moments; nothing is damaged, and in the end nothing is lost or invented.

`make crash-test` kills it 200 times.
"""

import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from data.stores import generations
from data.stores.catalog import open_catalog, servable
from data.stores.library import Library
from data.stores.vectors.contents import vectors_by_video
from data.stores.vectors.store import Floats
from indexer.commit.repair import survey, tidy
from indexer.settings import IndexSettings
from indexer.upkeep.verify import verify
from models.pair import Pair
from models.registry import open_pair
from tests import media
from tests.small_library import SPEC, colour_pair

KILLS = int(os.environ.get("CRASH_KILLS", "30"))
# A deep look embeds nothing anew for a pair that did not make the generation.
UNCOMPARED = colour_pair(spec=replace(SPEC, weights_sha256="1" * 64))
Content = tuple[str, float, float]


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    folder.mkdir()
    for number in range(5):
        cuts_s = tuple(1.0 + second for second in range(number + 1))
        media.scenes(folder / f"{number}.mp4", cuts_s=cuts_s, duration_s=number + 2.5, fps=8, size=(64, 48))
    media.text(folder / "text.mp4")
    return folder


class Indexer:
    """Starts runs of the indexer, one at a time, and kills them."""

    def __init__(self) -> None:
        command = [sys.executable, "-X", "faulthandler", "-m", "tests.e2e.fake_index"]
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115  as long as the process
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, text=True, bufsize=1
        )
        self._pid = 0

    def start(self, library: Path, videos: Path, model: str = "colours") -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{library}\t{videos}\t{model}\n")
        self._pid = self._answer()

    def kill_after(self, delay_s: float) -> bool:
        """Whether the run was still going on then."""
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], delay_s)[0]:
            with suppress(ProcessLookupError):  # it has just ended
                os.killpg(self._pid, signal.SIGKILL)
        status = self._answer()
        assert status in (0, signal.SIGKILL), self._last_words()
        return status != 0

    def run(self, library: Path, videos: Path, model: str = "colours") -> None:
        """A run that nobody disturbs."""
        self.start(library, videos, model)
        assert not self.kill_after(600)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._said.close()

    def _last_words(self) -> str:
        self._said.seek(0)
        return self._said.read()[-4000:]

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@pytest.fixture(scope="module")
def indexer() -> Iterator[Indexer]:
    runs = Indexer()
    yield runs
    runs.close()


def contents(folder: Path) -> dict[Content, Floats]:
    """What the published generation serves: (video, start, end) and its vector."""
    library = Library(folder)
    served = generations.current(library)
    catalog = open_catalog(library.catalog)
    clips = servable.all_clips(catalog, served.fingerprint)
    held = list(vectors_by_video(library, served, catalog))
    catalog.close()
    stretches = dict(zip(clips["id"].tolist(), clips[["video", "start_s", "end_s"]].tolist(), strict=True))
    return {
        stretches[clip_id]: vector
        for _, ids, values in held
        for clip_id, vector in zip(ids.tolist(), values, strict=True)
    }


def check_repaired(folder: Path, pair: Pair) -> None:
    """A kill leaves litter at most, and nothing once that is cleared away."""
    library = Library(folder)
    if not library.exists:
        return
    settings = IndexSettings(library=folder)
    found = verify(library, settings, is_deep=False, open_pair=lambda: pair)
    assert {problem.kind for problem in found.problems} <= {"leftover", "stray"}
    with library.writing():
        catalog = open_catalog(library.catalog)
        tidy(library, catalog, survey(library, catalog), say=lambda _: None)
        catalog.close()
    assert verify(library, settings, is_deep=True, open_pair=lambda: pair).problems == []


def check_same(one: dict[Content, Floats], other: dict[Content, Floats]) -> None:
    assert set(one) == set(other)
    assert min(float(one[key] @ other[key]) for key in one) >= 1 - 1e-6


def test_kills_at_any_moment_lose_and_invent_nothing(indexer: Indexer, videos: Path, tmp_path: Path) -> None:
    indexer.run(tmp_path / "undisturbed", videos)
    wanted = contents(tmp_path / "undisturbed")
    assert len(wanted) == 2 + 3 + 4 + 5 + 6
    chance = random.Random(6)
    kills, library = 0, 0
    while kills < KILLS:
        folder = tmp_path / f"library{library}"
        indexer.start(folder, videos)
        if indexer.kill_after(chance.uniform(0.0, 2.5)):
            kills += 1
            # Making vectors again takes a process of its own: at some of the kills.
            check_repaired(folder, colour_pair() if kills % 10 == 0 else UNCOMPARED)
        else:
            check_same(contents(folder), wanted)
            library += 1
    indexer.run(folder, videos)
    check_repaired(folder, colour_pair())
    check_same(contents(folder), wanted)


def test_a_killed_run_of_the_embedded_pair_goes_on_where_it_was(indexer: Indexer, videos: Path, tmp_path: Path) -> None:
    indexer.run(tmp_path / "undisturbed", videos, "vlc-lite")
    indexer.start(tmp_path / "killed", videos, "vlc-lite")
    vectors = Library(tmp_path / "killed").vectors
    while not list(vectors.glob("*/*/*.npz")):
        time.sleep(0.01)
    assert indexer.kill_after(0.1)
    done = {path: path.stat().st_mtime_ns for path in vectors.glob("*/*/*.npz")}
    indexer.run(tmp_path / "killed", videos, "vlc-lite")
    assert {path: path.stat().st_mtime_ns for path in done} == done
    check_repaired(tmp_path / "killed", open_pair("vlc-lite"))
    check_same(contents(tmp_path / "killed"), contents(tmp_path / "undisturbed"))
