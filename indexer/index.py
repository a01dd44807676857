"""Brings a library up to date with the folders that it indexes: plan, execute, commit."""

import os
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from data.paths import joined
from data.sources.choose import Chosen
from data.sources.fence import Fence
from data.sources.registry import named
from data.sources.source import Entry
from data.stores.catalog import Catalog, open_catalog, servable, views
from data.stores.library import Library
from data.stores.publishing import serving
from data.types import Location
from indexer import towers
from indexer.afterwards import ALL, Choice, SecondPass
from indexer.commit.collect import collect, prune
from indexer.commit.committer import Committer
from indexer.commit.publish import publish
from indexer.commit.repair import survey, tidy
from indexer.commit.store import indexed, not_indexed
from indexer.execute.choose import machines_for
from indexer.execute.cluster.fleet import ClusterUnavailable
from indexer.execute.work import Machines, Work
from indexer.modalities.registry import modalities_for
from indexer.modalities.visual import NAME
from indexer.plan.claims import Claims
from indexer.plan.lacking import Wanting
from indexer.plan.look import Look
from indexer.plan.wanted import Embedded, wanted_of, why_not_now
from indexer.progress import Progress, Reporter
from indexer.report import Report
from indexer.settings import IndexSettings
from models.pair import Pair
from models.spec import BrokenTower


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
    choice: Choice = ALL,
) -> Report:
    """Look at these files and folders (all known roots when there are none), and index what is new or changed.

    Raises LibraryBusy unless it may `wait`, UnknownPath, NothingKnown, BrokenTower, CantBeMade, ClusterUnavailable;
    OSError or SQLAlchemy's errors when the library can't be written.
    """
    began_s = time.monotonic()
    with (
        library.writing(wait=wait),
        machines_for(settings) as machines,
        closing(open_catalog(library.catalog_at)) as catalog,
    ):
        run = _Run(library, catalog, pair, settings, reporter, machines)
        named_paths = [named(path) for path in paths]
        run.choose(choice, named_paths)
        run.look(named_paths)
        if choice.has(NAME):
            run.take_in(retry_failed=retry_failed)
            run.remember()
            run.swap(without_absent=without_absent)
        run.add_lines(choice, Wanting(named_paths, retry_failed))
    run.report.seconds = time.monotonic() - began_s
    return run.report


class _Run:
    def __init__(
        self,
        library: Library,
        catalog: Catalog,
        pair: Pair,
        settings: IndexSettings,
        reporter: Reporter,
        machines: Machines,
    ) -> None:
        self._library, self._catalog, self._pair, self._machines = library, catalog, pair, machines
        self._settings, self._reporter = settings, reporter
        self._modalities = modalities_for(pair, settings)
        self._fingerprint = self._modalities[0].fingerprint
        self._served = serving(library)
        self._changes_model = self._served is not None and self._served.fingerprint != self._fingerprint
        self._published_s = time.monotonic()
        self.report = Report(generation=self._served.generation if self._served else None)
        own = library.folder.stat()
        fence = Fence(Chosen(settings.include, settings.exclude), library=(own.st_dev, own.st_ino))
        self._chosen = fence.chosen
        self._look = Look(catalog, fence, self.report, reporter)
        self._lost: set[tuple[str, str]] | None = None
        self._second = SecondPass(library, catalog, settings, reporter, machines, self.report, self._publish)

    def look(self, paths: list[bytes]) -> None:
        """Find what is there and what is not any more."""
        # What the last run said is not about this one.
        self._catalog.report_progress(0, 0, None, 0)
        # Another model's generation has to cover everything that is known.
        self._look.at(paths, and_roots=self._changes_model)
        self.report.files = len(self._look.found)

    def choose(self, choice: Choice, paths: list[bytes]) -> None:
        """What is asked for by name is let in again, where it was left out. Raises CantBeMade before any work."""
        self._second.check(choice)
        for name in choice.only:
            self._catalog.take_in_again(name, paths)

    def add_lines(self, choice: Choice, wanting: Wanting) -> None:
        """What is said and written in what is published."""
        if self.report.interrupted or serving(self._library) is None:
            return
        lost = survey(self._library, self._catalog).lost if self._lost is None else self._lost
        self._second.run(choice, wanting, lost)

    def remember(self) -> None:
        """Say which disks were there."""
        self._look.remember()

    def take_in(self, *, retry_failed: bool) -> None:
        """Index whatever needs it; on Ctrl-C what is finished stays.

        Raises BrokenTower and ClusterUnavailable with that published.
        """
        embedded = self._embedded()
        work = self._plan(embedded, retries=retry_failed or self._changes_model)
        # What may have moved stays served until it is found again, or until everything has been looked at.
        sizes = {each.entry.stamp.size_bytes for each in work}
        moving = [each for each in self._look.missed if each.indexed_size_bytes in sizes]
        self._catalog.set_gone([each for each in self._look.missed if each.indexed_size_bytes not in sizes])
        if not work:
            return
        if self._changes_model:
            self._library.set_shadow(self._fingerprint)
            self._say_why()
        towers.keep(self._pair, self._library, self._fingerprint)
        try:
            self._execute(work, embedded, moving)
        except KeyboardInterrupt:
            self.report.interrupted = True
        except (BrokenTower, ClusterUnavailable):
            self.report.interrupted = True
            self.swap(without_absent=False)
            raise
        else:
            self._catalog.set_gone(moving)

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
        self._collect()

    def _plan(self, embedded: Embedded, *, retries: bool) -> list[Work]:
        """What is to be done; what needs nothing, or has to wait, is recorded."""
        work: list[Work] = []
        for entry in self._look.found:
            if (error := why_not_now(entry, self._chosen, self._settings.settle_s)) is not None:
                self._catalog.record(not_indexed(entry, "skipped", error))
                self.report.skipped += 1
            elif wanted := wanted_of(entry, embedded, retries=retries):
                work.append(Work(entry, wanted))
            else:
                self._leave(entry, embedded)
                self.report.unchanged += 1
        return work

    def _leave(self, entry: Entry, embedded: Embedded) -> None:
        """A file that is as it was, though it may have been away."""
        known, of_files = entry.known, next(iter(embedded.values()))
        video_id = known.video_id if known and entry.is_as_indexed else None
        if known and video_id in of_files and video_id and known.state not in ("indexed", "partial"):
            self._catalog.record(indexed(entry, video_id, of_files[video_id] or None))

    def _execute(self, work: list[Work], embedded: dict[str, dict[str, str]], moving: list[Location]) -> None:
        """The work's results, committed one after the other."""
        claims = Claims(self._catalog, {each.name: each.fingerprint for each in self._modalities}, embedded)
        committer = Committer(
            self._library,
            self._catalog,
            claims,
            embedded=embedded,
            moving=moving,
            report=self.report,
            reporter=self._reporter,
            progress=Progress(len(work), sum(each.entry.stamp.size_bytes for each in work)),
            tick=self._publish_at_times,
        )
        execute = self._machines.execute(self._modalities)
        claims.begin()
        try:
            with closing(execute.run(work, claims.claim)) as results:
                for result in results:
                    committer.take(result)
                committer.finish()
        finally:
            claims.end()

    def _embedded(self) -> dict[str, dict[str, str]]:
        """What need not be embedded again, by modality; before, what a killed run left is cleared away or taken in."""
        found = survey(self._library, self._catalog)
        tidy(self._library, self._catalog, found, say=self._reporter.say)
        self._lost = found.lost
        fingerprints = {each.fingerprint for each in self._modalities}
        lost = {key for key in found.lost if key[1] in fingerprints}
        if lost:
            self._reporter.say(f"the vectors of {len(lost)} videos are lost and will be made anew")
        return {
            each.name: {
                video_id: damage
                for video_id, damage in views.embedded(self._catalog, each.fingerprint).items()
                if (video_id, each.fingerprint) not in lost
            }
            for each in self._modalities
        }

    def _say_why(self) -> None:
        """Nobody asked for another model where only the program is another."""
        if self._served is not None and self._served.weights_sha256 == self._pair.spec.weights_sha256:
            self._reporter.say(
                "an earlier version of the program made this library, and saw pictures and cut clips otherwise: "
                "everything is indexed anew, and searched as it was until that is done"
            )

    def _publish_at_times(self) -> None:
        if not self._changes_model and time.monotonic() - self._published_s > self._settings.publish_every_s:
            self._publish()
            prune(self._library, keep=self._settings.keep_generations)
            self._published_s = time.monotonic()

    def _publish(self) -> None:
        published = publish(
            self._library,
            self._catalog,
            self._pair.spec,
            self._fingerprint,
            say=self._reporter.say,
            open_pair=lambda: self._pair,
            others={**self._second.others, **{each.name: each.fingerprint for each in self._modalities[1:]}},
        )
        self.report.generation = published.generation if published else None

    def _collect(self) -> None:
        also = self._second.fingerprints
        collect(self._library, self._catalog, keep=self._settings.keep_generations, also=also)

    def _absent(self) -> list[Path]:
        """Files of the videos that are served now and would not be any more."""
        assert self._served is not None
        before = servable.servable(self._catalog, self._served.fingerprint).video_ids
        after = servable.servable(self._catalog, self._fingerprint).video_ids
        lost = np.setdiff1d(before, after).tolist()
        found = [views.video(self._catalog, name.decode()) for name in lost]
        places = [known[1][0] for known in found if known and known[1]]
        return sorted(Path(os.fsdecode(joined(place.root, place.path))) for place in places)
