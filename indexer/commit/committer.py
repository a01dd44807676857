"""The one that writes: results of work become shards, rows, and what is told of the run."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence

from data.media.container import NoPicture
from data.sources.registry import has_changed
from data.sources.source import Entry
from data.stores.catalog import Catalog
from data.stores.library import Library
from data.types import Location, State, VideoError
from indexer.commit.store import indexed, not_indexed, put
from indexer.execute.work import Failed, Made, Part, Result, Same, Step
from indexer.plan.claims import Claims
from indexer.progress import Progress, Reporter
from indexer.report import Report

_TELL_CATALOG_EVERY_S = 1.0


class Committer:
    """Takes results, in whatever order; what happened to each file is added to `report`.

    `embedded` maps, by modality, the videos that are in the library to what was lost of them ("" for nothing), and
    grows; its first modality is the one that a file's state is about. `moving` are places that hold nothing any more,
    whose videos may turn up elsewhere. `tick` is called about once a clip.
    """

    def __init__(
        self,
        library: Library,
        catalog: Catalog,
        claims: Claims,
        *,
        embedded: dict[str, dict[str, str]],
        moving: Sequence[Location],
        report: Report,
        reporter: Reporter,
        progress: Progress,
        tick: Callable[[], None],
    ) -> None:
        self._library, self._catalog, self._claims = library, catalog, claims
        self._embedded, self._of_files = embedded, next(iter(embedded.values()))
        self._report, self._reporter, self._progress, self._tick = report, reporter, progress, tick
        self._moving: dict[str | None, list[Location]] = defaultdict(list)
        for place in moving:
            self._moving[place.video_id].append(place)
        self._twins: dict[str, list[Entry]] = defaultdict(list)
        self._failures: dict[str, VideoError] = {}
        self._told_s = 0.0

    def take(self, result: Result) -> None:
        """Write one result, whole."""
        match result:
            case Step(video_s):
                self._progress.video_s += video_s
            case Same(entry, video_id):
                self._same_as(entry, video_id)
            case Made():
                self._made(result)
            case Failed(entry, error, video_id):
                self._failed(entry, error, video_id)
        self._tell()

    def finish(self) -> None:
        """Say how it ended."""
        self._tell(at_once=True)

    def _made(self, made: Made) -> None:
        entry, video_id = made.entry, made.video_id
        try:
            if has_changed(entry):
                error = VideoError(entry.address, "settle", "it changed while it was read")
                self._failed(entry, error, video_id)
                return
            for part in made.parts:
                self._store(part)
        finally:
            made.close()
        self._claims.release(video_id, [part.modality for part in made.parts])
        self._count(made)
        self._done(entry)
        for twin in self._twins.pop(video_id, []):
            self._same_as(twin, video_id)

    def _store(self, part: Part) -> None:
        """The shard first, then all rows at once."""
        account = part.account
        path = self._library.shard(account.fingerprint, account.video.id)
        self._library.shards.save(path, part.vectors, account)
        put(account, self._catalog)
        self._embedded[part.modality][account.video.id] = account.lost or ""

    def _count(self, made: Made) -> None:
        lost = self._of_files.get(made.video_id) or None
        self._catalog.record(indexed(made.entry, made.video_id, lost))
        if lost:
            self._report.partial += 1
            self._reporter.trouble(made.entry.name, "partial", "decode", lost)
        else:
            self._report.indexed += 1
        for clips in (part.account.clips for part in made.parts if self._embedded[part.modality] is self._of_files):
            self._report.clips += len(clips)
            self._report.hours += clips[-1].end_s / 3600

    def _same_as(self, entry: Entry, video_id: str) -> None:
        """A file whose content is in the library, on its way there, or has failed in this run."""
        if (lost := self._of_files.get(video_id)) is not None:
            self._catalog.set_gone(self._moving.pop(video_id, []))
            is_moved = not self._catalog.is_present(video_id)
            self._catalog.record(indexed(entry, video_id, lost or None))
            self._report.unchanged += is_moved
            self._report.duplicates += not is_moved
            self._done(entry)
        elif (error := self._failures.get(video_id)) is not None:
            self._failed(entry, VideoError(entry.address, error.stage, error.reason))
        else:
            self._twins[video_id].append(entry)

    def _failed(self, entry: Entry, error: VideoError, video_id: str | None = None) -> None:
        # A decoder knows its own address only.
        error = type(error)(entry.name, error.stage, error.reason)
        is_skipped = isinstance(error, NoPicture) or error.stage == "settle"
        state: State = "skipped" if is_skipped else "failed"
        self._catalog.record(not_indexed(entry, state, error))
        if is_skipped:
            self._report.skipped += 1
        else:
            self._report.failed += 1
            self._report.failures.append(error)
            self._progress.failed += 1
        self._reporter.trouble(error.path, state, error.stage, error.reason)
        self._done(entry)
        if video_id is not None:
            self._claims.release(video_id, list(self._embedded))
            self._failures[video_id] = error
            for twin in self._twins.pop(video_id, []):
                self._same_as(twin, video_id)

    def _done(self, entry: Entry) -> None:
        self._progress.files_done += 1
        self._progress.bytes_done += entry.stamp.size_bytes

    def _tell(self, *, at_once: bool = False) -> None:
        self._reporter.progress(self._progress)
        self._claims.renew()
        self._tick()
        if at_once or time.monotonic() - self._told_s > _TELL_CATALOG_EVERY_S:
            self._told_s, told = time.monotonic(), self._progress
            self._catalog.report_progress(told.files_done, told.files_total, told.eta_s, told.failed)
