"""Whatever happens to a folder, the library is that of a fresh index of the files present; but for two promises.

A file that can't be indexed keeps what was indexed at its place (invariant 3), and a root with nothing in it changes
nothing (invariant 4). The model below states both.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from data.identity import clip_id_of, video_id_of
from data.stores.catalog import open_catalog, views
from indexer.modalities.visual import fingerprint_for
from tests.bench import Bench
from tests.instant_decoder import install, write
from tests.small_library import SPEC

FINGERPRINT = fingerprint_for(SPEC)
NAMES = st.sampled_from(["a.mp4", "in/b.mp4", "in/er/c.mp4"])
CONTENTS = st.sampled_from([("red",), ("red", "blue"), ()])
"""What a file shows; the last can't be decoded."""


class Walks(RuleBasedStateMachine):
    """Changes a folder and indexes it now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.bench = Bench(self.folder)
        self.clock_ns = 1_600_000_000_000_000_000
        self.is_known = False
        self.wanted: dict[str, str | None] = {}
        self.lengths: dict[str, int] = {}

    @rule(name=NAMES, content=CONTENTS, then_index=st.booleans())
    def write(self, name: str, content: tuple[str, ...], then_index: bool) -> None:
        path = write(self.bench.videos / name, *content)
        # Every edit has its own time, as on a disk that keeps them finely enough.
        self.clock_ns += 1_000_000_000
        os.utime(path, ns=(self.clock_ns, self.clock_ns))
        if then_index:
            self.index()

    @rule(name=NAMES, to=NAMES)
    def rename(self, name: str, to: str) -> None:
        if (self.bench.videos / name).exists():
            (self.bench.videos / to).parent.mkdir(parents=True, exist_ok=True)
            (self.bench.videos / name).rename(self.bench.videos / to)

    @rule(name=NAMES, to=NAMES)
    def copy(self, name: str, to: str) -> None:
        if name != to and (self.bench.videos / name).exists():
            (self.bench.videos / to).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.bench.videos / name, self.bench.videos / to)
            self.clock_ns += 1_000_000_000
            os.utime(self.bench.videos / to, ns=(self.clock_ns, self.clock_ns))

    @rule(name=NAMES, then_index=st.booleans())
    def delete(self, name: str, then_index: bool) -> None:
        (self.bench.videos / name).unlink(missing_ok=True)
        if then_index:
            self.index()

    @rule()
    def index_while_nothing_is_there(self) -> None:
        away = self.folder / "away"
        self.bench.videos.rename(away)
        if self.is_known:
            self.bench.run(known=True)
        away.rename(self.bench.videos)

    @rule()
    def index(self) -> None:
        self.bench.run()
        present = {str(path.relative_to(self.bench.videos)): path for path in self.bench.videos.rglob("*.mp4")}
        if present:  # else a promise: nothing is concluded from an empty root
            self.is_known = True
            self.wanted = {name: self._served_at(name, path) for name, path in present.items()}

    @invariant()
    def the_library_is_what_the_model_says(self) -> None:
        if not self.is_known:
            return
        catalog = open_catalog(self.bench.library.catalog)
        places = {os.fsdecode(each.path): each.video_id for each in views.present(catalog)}
        catalog.close()
        served = {name: video_id for name, video_id in self.wanted.items() if video_id is not None}
        assert places == served
        clips = {
            clip_id_of(video_id, FINGERPRINT, number)
            for video_id in served.values()
            for number in range(self.lengths[video_id])
        }
        assert clips == (self.bench.served() if self.bench.library.current.exists() else set())

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def _served_at(self, name: str, path: Path) -> str | None:
        colours = path.read_text().split()
        if not colours:  # the other promise: what was indexed at this place stays
            return self.wanted.get(name)
        video_id = video_id_of(path)
        self.lengths[video_id] = len(colours)
        return video_id


def test_any_sequence_of_changes_ends_as_a_fresh_index_would(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    chosen = settings(max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Walks, settings=chosen)
