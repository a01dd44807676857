"""Brings a library up to date with the folders that it indexes."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine

from data import views
from data.catalog import Catalog, is_within, joined, open_catalog
from data.identity import fingerprint_of
from data.library import Library
from data.pixels import Fit
from data.types import VideoError
from indexer import sample, segment, towers
from indexer.decode import Recipe
from indexer.discover import PASSING_STAGES, Found, discover, holds_videos
from indexer.pipeline import Pipeline
from indexer.progress import Reporter
from indexer.publish import publish, serving
from indexer.report import Report
from indexer.settings import IndexSettings
from indexer.store import indexed, set_aside
from models.registry import Pair
from models.spec import ModelSpec

FORMAT = 1
GRID_PER_SECOND = 4.0


class UnknownPath(Exception):
    """A path that is not there and never was."""


class NothingKnown(Exception):
    """No path was given, and the library has no root to look at."""


def fingerprint_for(spec: ModelSpec) -> str:
    """Everything that decides a library's clips and vectors, in one name."""
    return fingerprint_of(
        {
            "format": FORMAT,
            "pair": spec.name,
            "weights": spec.weights_sha256,
            "preprocessing": spec.preprocessing(),
            "grid_per_second": GRID_PER_SECOND,
            "segmentation": segment.facts(),
            "sampling": sample.facts(spec.frames_per_clip),
        }
    )


def index(
    library: Library,
    pair: Pair,
    paths: Sequence[Path],
    *,
    settings: IndexSettings,
    reporter: Reporter,
    retry_failed: bool = False,
    without_absent: bool = False,
) -> Report:
    """Look at these files and folders (all known roots when there are none), and index what is new or changed.

    Raises LibraryBusy, UnknownPath, NothingKnown; OSError or SQLAlchemy's errors when the library can't be written.
    """
    began_s = time.monotonic()
    with library.writing():
        engine = open_catalog(library.catalog)
        try:
            run = _Run(library, engine, pair, settings, reporter)
            run.look([os.fsencode(path.absolute()) for path in paths])
            run.take_in(retry_failed=retry_failed)
            run.swap(without_absent=without_absent)
        finally:
            engine.dispose()
    run.report.seconds = time.monotonic() - began_s
    return run.report


class _Run:
    def __init__(
        self, library: Library, engine: Engine, pair: Pair, settings: IndexSettings, reporter: Reporter
    ) -> None:
        self._library, self._engine, self._pair = library, engine, pair
        self._settings, self._reporter = settings, reporter
        self._catalog = Catalog(engine)
        self._fingerprint = fingerprint_for(pair.spec)
        self._served = serving(library)
        self._changes_model = self._served is not None and self._served.fingerprint != self._fingerprint
        self._found: list[Found] = []
        self._published_s = time.monotonic()
        self.report = Report(generation=self._served.generation if self._served else None)

    def look(self, paths: list[bytes]) -> None:
        """Walk the roots, and note what is there and what is gone."""
        if not paths or self._changes_model:
            # Another model's generation has to cover everything that is known.
            paths = [*paths, *self._catalog.roots()]
        if not paths:
            raise NothingKnown("no folder is known yet: name one to index")
        for path in dict.fromkeys(paths):
            self._look_at(path)
        self.report.files = len(self._found)

    def take_in(self, *, retry_failed: bool) -> None:
        """Index whatever needs it; on Ctrl-C what is finished stays."""
        embedded = views.embedded(self._engine, self._fingerprint)
        todo = [found for found in self._found if self._needs_work(found, embedded, retry_failed=retry_failed)]
        if not todo:
            return
        towers.keep(self._pair, self._library.towers(self._fingerprint))
        pipeline = Pipeline(
            self._library,
            self._catalog,
            self._fingerprint,
            embedded,
            self.report,
            self._reporter,
            self._publish_at_times,
        )
        try:
            pipeline.run(
                todo,
                self._pair.video(),
                self._recipe(len(todo)),
                workers=self._settings.workers,
                batch_clips=self._settings.batch_clips,
            )
        except KeyboardInterrupt:
            self.report.interrupted = True

    def swap(self, *, without_absent: bool) -> None:
        """Serve the new state; another model's only when it drops no video that is served now, or may."""
        if self._changes_model:
            if self.report.interrupted:
                return
            self.report.absent = self._absent()
            if self.report.absent and not without_absent:
                return
        self._publish()

    def _look_at(self, path: bytes) -> None:
        root = next((root for root in self._catalog.roots() if is_within(path, root)), None)
        if root is None:
            if not os.path.exists(path):
                raise UnknownPath(f"{os.fsdecode(path)}: no such file or folder")
            if not holds_videos(path):
                return
            root = self._catalog.add_root(path)
        walk = discover(self._catalog, root, path)
        if walk is None:
            self.report.missing.append(Path(os.fsdecode(path)))
            self._reporter.say(f"{os.fsdecode(path)}: nothing is there now; what is known of it stays")
            return
        for folder in walk.unreadable:
            self.report.unreadable.append(Path(os.fsdecode(folder)))
            self._reporter.say(f"{os.fsdecode(folder)}: can't be read; what is known of it stays")
        self._catalog.set_state(root, walk.missed, "gone", "not there any more")
        self.report.gone += len(walk.missed)
        self._found += walk.found
        if path == root and not walk.unreadable:
            self._catalog.walked(root)

    def _needs_work(self, found: Found, embedded: dict[str, str], *, retry_failed: bool) -> bool:
        known = found.known
        if self._is_young(found):
            self._catalog.record(set_aside(found, "skipped", VideoError(found.file, "settle", "it is still new")))
            self.report.skipped += 1
            return False
        if known is None:
            return True
        if found.is_as_indexed and known.video_id in embedded:
            if known.state not in ("indexed", "partial"):
                self._catalog.record(indexed(found, known.video_id, embedded[known.video_id] or None))
            self.report.unchanged += 1
            return False
        settled = known.state == "skipped" or (known.state == "failed" and not retry_failed and not self._changes_model)
        if found.is_untouched and settled and known.stage not in PASSING_STAGES:
            self.report.unchanged += 1
            return False
        return True

    def _is_young(self, found: Found) -> bool:
        settle_s = self._settings.settle_s
        return settle_s > 0 and time.time() - found.mtime_ns / 1e9 < settle_s

    def _recipe(self, files: int) -> Recipe:
        spec, settings = self._pair.spec, self._settings
        cores = os.cpu_count() or 1
        return Recipe(
            fit=Fit(spec.image_size, spec.resize, spec.interpolation),
            frames_per_clip=spec.frames_per_clip,
            grid_per_second=GRID_PER_SECOND,
            # With fewer files than cores, the codec itself may use those left over.
            threads=max(1, cores // min(settings.workers, files)),
            memory_bytes=settings.decoder_memory_mb << 20,
            stall_s=settings.stall_s,
        )

    def _publish_at_times(self) -> None:
        if not self._changes_model and time.monotonic() - self._published_s > self._settings.publish_every_s:
            self._publish()
            self._published_s = time.monotonic()

    def _publish(self) -> None:
        keep = self._settings.keep_generations
        snapshot = publish(self._library, self._engine, self._pair.spec, self._fingerprint, keep=keep)
        self.report.generation = snapshot.generation if snapshot else None

    def _absent(self) -> list[Path]:
        """Files of the videos that are served now and would not be any more."""
        assert self._served is not None
        lost = set(views.servable(self._engine, self._served.fingerprint))
        lost -= set(views.servable(self._engine, self._fingerprint))
        places = [found[1][0] for video_id in lost if (found := views.video(self._engine, video_id)) and found[1]]
        return sorted(Path(os.fsdecode(joined(place.root, place.path))) for place in places)
