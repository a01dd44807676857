"""Brings a library up to date with the folders that it indexes."""

import os
import time
from collections.abc import Sequence, Set
from dataclasses import replace
from pathlib import Path

from data.identity import fingerprint_of
from data.paths import absolute, is_within, joined
from data.sources.choose import Chosen
from data.sources.disks import Disks
from data.sources.walk import Fence, Walker
from data.stores.catalog import Catalog, open_catalog, views
from data.stores.library import Library
from data.types import Location, VideoError
from data.wording import counted
from indexer import towers
from indexer.commit.collect import collect
from indexer.commit.publish import publish, serving
from indexer.commit.store import indexed, not_indexed
from indexer.execute import sample, segment
from indexer.execute.decode import GRID_PER_SECOND, recipe_for
from indexer.pipeline import Pipeline
from indexer.plan.discover import PASSING_STAGES, Found, Walk, discover
from indexer.progress import Reporter
from indexer.report import Report
from indexer.settings import IndexSettings
from indexer.upkeep.repair import survey, tidy
from models.pair import Pair
from models.spec import BrokenTower, ModelSpec

# 2: pictures as players show them, and times of files that know only decoding times.
FORMAT = 2


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
    wait: bool = False,
) -> Report:
    """Look at these files and folders (all known roots when there are none), and index what is new or changed.

    Raises LibraryBusy unless it may `wait`, UnknownPath, NothingKnown, BrokenTower; OSError or SQLAlchemy's errors when
    the library can't be written.
    """
    began_s = time.monotonic()
    with library.writing(wait=wait):
        catalog = open_catalog(library.catalog)
        try:
            run = _Run(library, catalog, pair, settings, reporter)
            run.look([absolute(path) for path in paths])
            run.take_in(retry_failed=retry_failed)
            run.remember()
            run.swap(without_absent=without_absent)
        finally:
            catalog.close()
    run.report.seconds = time.monotonic() - began_s
    return run.report


class _Run:
    def __init__(
        self, library: Library, catalog: Catalog, pair: Pair, settings: IndexSettings, reporter: Reporter
    ) -> None:
        self._library, self._catalog, self._pair = library, catalog, pair
        self._settings, self._reporter = settings, reporter
        self._catalog = catalog
        own = library.folder.stat()
        self._fence = Fence(Chosen(settings.include, settings.exclude), library=(own.st_dev, own.st_ino))
        self._fingerprint = fingerprint_for(pair.spec)
        self._served = serving(library)
        self._changes_model = self._served is not None and self._served.fingerprint != self._fingerprint
        self._found: list[Found] = []
        self._missed: list[Location] = []
        self._walks: list[Walk] = []
        self._published_s = time.monotonic()
        self.report = Report(generation=self._served.generation if self._served else None)

    def look(self, paths: list[bytes]) -> None:
        """Walk the roots, and find what is there and what is not any more."""
        if not paths or self._changes_model:
            # Another model's generation has to cover everything that is known.
            paths = [*paths, *self._catalog.roots()]
        if not paths:
            raise NothingKnown("no folder is known yet: name one to index")
        roots = self._catalog.roots()
        for path in paths:
            if not os.path.exists(path) and not any(is_within(path, root) for root in roots):
                raise UnknownPath(f"{os.fsdecode(path)}: no such file or folder")
        self._catalog.readmit(paths)
        forgotten = frozenset(each.path for each in self._catalog.forgotten())
        self._fence = replace(self._fence, forgotten=forgotten)
        for path in _outermost(paths, forgotten):
            self._look_at(path)
        self.report.files = len(self._found)

    def take_in(self, *, retry_failed: bool) -> None:
        """Index whatever needs it; on Ctrl-C what is finished stays. Raises BrokenTower with that published."""
        embedded = self._embedded()
        todo = [found for found in self._found if self._needs_work(found, embedded, retry_failed=retry_failed)]
        # What may have moved stays served until it is found again, or until everything has been looked at.
        sizes = {found.size_bytes for found in todo}
        moving = [each for each in self._missed if each.indexed_size_bytes in sizes]
        self._catalog.set_gone([each for each in self._missed if each.indexed_size_bytes not in sizes])
        if not todo:
            return
        if self._changes_model:
            self._library.set_shadow(self._fingerprint)
            self._say_why()
        towers.keep(self._pair, self._library, self._fingerprint)
        pipeline = Pipeline(
            self._library,
            self._catalog,
            self._fingerprint,
            embedded,
            moving,
            self.report,
            self._reporter,
            self._publish_at_times,
        )
        try:
            pipeline.run(
                todo,
                self._pair.video(),
                recipe_for(self._pair.spec, self._settings, processes=min(self._settings.workers, len(todo))),
                workers=self._settings.workers,
                batch_clips=self._settings.batch_clips,
            )
        except KeyboardInterrupt:
            self.report.interrupted = True
        except BrokenTower:
            self.report.interrupted = True
            self.swap(without_absent=False)
            raise
        else:
            self._catalog.set_gone(moving)

    def remember(self) -> None:
        """Say which disks were there: files that were recorded until now have been seen on them."""
        disks: dict[bytes, Disks] = {}
        for walk in self._walks:
            if walk.root in disks:
                disks[walk.root].add(walk.disks)
            else:
                disks[walk.root] = walk.disks
        for root, each in disks.items():
            self._catalog.remember_disks(root, each.to_remember())

    def swap(self, *, without_absent: bool) -> None:
        """Serve the new state; another model's only when it drops no video that is served now, or may."""
        if self._changes_model:
            if self.report.interrupted:
                return
            self.report.absent = self._absent()
            if self.report.absent and not without_absent:
                return
        self._publish()
        if self._library.shadow() == self._fingerprint:
            self._library.set_shadow(None)
        collect(self._library, self._catalog, keep=self._settings.keep_generations)

    def _embedded(self) -> dict[str, str]:
        """What need not be embedded again; before, what a killed run left is cleared away or taken in."""
        found = survey(self._library, self._catalog)
        tidy(self._library, self._catalog, found, say=self._reporter.say)
        embedded = views.embedded(self._catalog, self._fingerprint)
        lost = [video_id for video_id, fingerprint in found.lost if fingerprint == self._fingerprint]
        if lost:
            self._reporter.say(f"the vectors of {len(lost)} videos are lost and will be made anew")
        return {video_id: damage for video_id, damage in embedded.items() if video_id not in lost}

    def _look_at(self, path: bytes) -> None:
        root = next((root for root in self._catalog.roots() if is_within(path, root)), None)
        if root is None:
            walker = Walker(path, self._fence)
            if next(walker.files(path), None) is None:
                self._say_unreadable(sorted(walker.unreadable))
                self.report.others.update(walker.others)
                return
            root = self._catalog.add_root(path)
        walk = discover(self._catalog, root, path, self._fence)
        if walk is None:
            self.report.missing.append(Path(os.fsdecode(path)))
            self._reporter.say(f"{os.fsdecode(path)}: nothing is there now; what is known of it stays")
            return
        self._walks.append(walk)
        self._say_unreadable(walk.unreadable)
        self._say_kept(walk)
        self._say_forgotten(walk.forgotten)
        self._missed += walk.missed
        self.report.gone += len(walk.missed)
        self.report.others.update(walk.others)
        self._found += walk.found
        if path == root and not walk.unreadable:
            self._catalog.walked(root)

    def _say_why(self) -> None:
        """Nobody asked for another model where only the program is another."""
        if self._served is not None and self._served.weights_sha256 == self._pair.spec.weights_sha256:
            self._reporter.say(
                "an earlier version of the program made this library, and saw pictures and cut clips otherwise: "
                "everything is indexed anew, and searched as it was until that is done"
            )

    def _say_unreadable(self, folders: list[bytes]) -> None:
        for folder in folders:
            self.report.unreadable.append(Path(os.fsdecode(folder)))
            self._reporter.say(f"{os.fsdecode(folder)}: can't be read; what is known of it stays")

    def _say_kept(self, walk: Walk) -> None:
        for folder, count in sorted(walk.kept.items()):
            place = os.fsdecode(joined(walk.root, folder))
            self.report.missing.append(Path(place))
            self._reporter.say(
                f"{place}: another disk is there than before, or none; what is known of {counted(count, 'file')} stays "
                f"(`sceneseek forget` drops it)"
            )

    def _say_forgotten(self, paths: list[bytes]) -> None:
        for path in paths:
            self._reporter.say(
                f"{os.fsdecode(path)}: was forgotten and stays out; `sceneseek index` with it lets it in"
            )

    def _needs_work(self, found: Found, embedded: dict[str, str], *, retry_failed: bool) -> bool:
        known = found.known
        if (error := self._why_not_now(found)) is not None:
            self._catalog.record(not_indexed(found, "skipped", error))
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

    def _why_not_now(self, found: Found) -> VideoError | None:
        reason = self._fence.chosen.why_not(found.path or os.path.basename(found.root))
        if reason is not None:
            return VideoError(found.file, "exclude", reason)
        age_s = time.time() - found.mtime_ns / 1e9
        # What lies in the future is another clock's, not a file that is still written.
        if 0 <= age_s < self._settings.settle_s:
            return VideoError(found.file, "settle", "it is still new")
        return None

    def _publish_at_times(self) -> None:
        if not self._changes_model and time.monotonic() - self._published_s > self._settings.publish_every_s:
            self._publish()
            collect(self._library, self._catalog, keep=self._settings.keep_generations)
            self._published_s = time.monotonic()

    def _publish(self) -> None:
        snapshot = publish(
            self._library,
            self._catalog,
            self._pair.spec,
            self._fingerprint,
            say=self._reporter.say,
            open_pair=lambda: self._pair,
        )
        self.report.generation = snapshot.generation if snapshot else None

    def _absent(self) -> list[Path]:
        """Files of the videos that are served now and would not be any more."""
        assert self._served is not None
        lost = set(views.servable(self._catalog, self._served.fingerprint))
        lost -= set(views.servable(self._catalog, self._fingerprint))
        places = [found[1][0] for video_id in lost if (found := views.video(self._catalog, video_id)) and found[1]]
        return sorted(Path(os.fsdecode(joined(place.root, place.path))) for place in places)


def _outermost(paths: list[bytes], forgotten: Set[bytes]) -> list[bytes]:
    """Without those that a walk of another comes to; outer ones first, so that a root is not adopted on the way."""
    distinct = sorted(set(paths), key=len)
    return [path for path in distinct if not any(_leads_to(each, path, forgotten) for each in distinct if each != path)]


def _leads_to(outer: bytes, inner: bytes, forgotten: Set[bytes]) -> bool:
    return is_within(inner, outer) and not any(is_within(inner, out) and is_within(out, outer) for out in forgotten)
