"""Runs of the indexer over a folder of videos, with a tower that knows colours."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.stores import generations
from data.stores.catalog import open_catalog, views
from data.stores.library import Library
from data.stores.vectors.contents import clip_ids
from data.types import Location, State
from indexer.afterwards import Choice
from indexer.index import index
from indexer.progress import Progress
from indexer.report import Report
from indexer.settings import IndexSettings
from indexer.upkeep.mend import mend
from indexer.upkeep.problems import Problem
from indexer.upkeep.verify import verify
from models.pair import Pair
from models.spec import ModelSpec
from tests import media
from tests.small_library import SPEC, ColourTextTower, ColourVideoTower

NEWER = replace(SPEC, revision="2", weights_sha256="1" * 64)
"""The same towers in other files: another model, as far as a library can tell."""

UNREAD = Choice(without=("screen_text",))
"""Looking for text on the screen takes longer than all else: the tests of that ask for it."""


class Listener:
    """Keeps what a run said."""

    def __init__(self) -> None:
        self.troubles: list[tuple[str, State, str, str]] = []
        self.messages: list[str] = []
        self.last: Progress | None = None

    def progress(self, progress: Progress) -> None:
        if progress.what is None:
            self.last = progress

    def trouble(self, path: Path, state: State, stage: str, reason: str) -> None:
        self.troubles.append((path.name, state, stage, reason))

    def say(self, message: str) -> None:
        self.messages.append(message)


class Bench:
    """A folder of videos, a library, and runs over them."""

    def __init__(self, folder: Path) -> None:
        self.videos = folder / "videos"
        self.videos.mkdir()
        self.library = Library(folder / "library")
        self.listener = Listener()
        self.tower: ColourVideoTower = ColourVideoTower()

    def scenes(self, name: str, scene_cuts_s: Sequence[float] = (), duration_s: float = 2.0, fps: float = 10.0) -> Path:
        return media.scenes(self.videos / name, cuts_s=scene_cuts_s, duration_s=duration_s, fps=fps)

    def settings(self, **chosen: Any) -> IndexSettings:
        return IndexSettings(**{"library": self.library.folder, "workers": 2, **chosen})

    def pair(self, spec: ModelSpec = SPEC) -> Pair:
        return Pair(spec, lambda: self.tower, ColourTextTower, ())

    def run(
        self,
        *paths: Path,
        known: bool = False,
        spec: ModelSpec = SPEC,
        settings: IndexSettings | None = None,
        choice: Choice = UNREAD,
        **options: bool,
    ) -> Report:
        chosen = [] if known else list(paths or [self.videos])
        return index(
            self.library,
            self.pair(spec),
            chosen,
            settings=settings or self.settings(),
            reporter=self.listener,
            choice=choice,
            **options,
        )

    def problems(self, *, is_deep: bool = True) -> list[Problem]:
        return verify(self.library, self.settings(), is_deep=is_deep, open_pair=self.pair).problems

    def mend(self, problems: list[Problem] | None = None) -> None:
        """Put right these, or what a shallow look finds."""
        found = self.problems(is_deep=False) if problems is None else problems
        mend(self.library, found, settings=self.settings(), reporter=self.listener, open_pair=self.pair)

    def shards(self) -> list[Path]:
        return sorted(self.library.vectors.glob("*/*/*.npz"))

    def ledger(self, *, limit: int = 100) -> dict[str, Location]:
        catalog = open_catalog(self.library.catalog)
        files = views.ledger(catalog, limit=limit, offset=0)[1]
        catalog.close()
        return {os.fsdecode(each.path): each for each in files}

    def served(self) -> set[int]:
        return set(clip_ids(self.library, generations.current(self.library)).tolist())


def counts(report: Report) -> dict[str, int]:
    names = ("indexed", "unchanged", "partial", "failed", "skipped", "duplicates", "gone")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def made(report: Report) -> dict[str, tuple[int, int, int]]:
    """By modality of words: videos that hold any, their lines, and what failed."""
    return {name: (each.videos, each.lines, each.failed) for name, each in report.words.items()}
