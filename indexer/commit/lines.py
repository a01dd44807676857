"""Writes the lines that are made of videos which are published already; what a file's state says is not about them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from data.sources.registry import has_changed
from data.sources.source import Entry
from data.stores.catalog import Catalog
from data.stores.library import Library
from data.stores.shards.accounts import Account
from data.stores.shards.folder import ShardWriter
from data.types import VideoError
from indexer.commit.collect import remove
from indexer.commit.store import put
from indexer.execute.transcribe import Todo
from indexer.execute.work import Failed, Made, Result, Same, Step
from indexer.plan.claims import Claims
from indexer.plan.wanted import PASSING_STAGES
from indexer.progress import Progress, Reporter
from indexer.report import WordsReport

_TELL_CATALOG_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where the lines of one modality go, and who is told."""

    library: Library
    catalog: Catalog
    claims: Claims
    name: str
    fingerprint: str


class LineCommitter:
    """Takes results, in whatever order, of what is to be done by entry. `tick` is called with each of them."""

    def __init__(
        self,
        target: Target,
        todo: Mapping[Entry, Todo],
        report: WordsReport,
        reporter: Reporter,
        progress: Progress,
        tick: Callable[[], None],
    ) -> None:
        self._target, self._todo = target, todo
        self._report, self._reporter, self._progress, self._tick = report, reporter, progress, tick
        self._told_s = 0.0

    def take(self, result: Result) -> None:
        """Write one result, whole."""
        match result:
            case Step(video_s):
                self._progress.video_s += video_s
            case Same(entry, _):
                self._done(entry)
            case Made():
                self._made(result)
            case Failed(entry, error, _):
                self._failed(entry, error)
        self._tell()

    def _made(self, made: Made) -> None:
        entry, todo = made.entry, self._todo[made.entry]
        try:
            # What another content was found for is none of what is known here.
            if made.video_id == todo.video.id and not has_changed(entry):
                for part in made.parts:
                    self._store(replace(part.account, video=todo.video), part.vectors, todo)
        finally:
            made.close()
        self._done(entry)

    def _store(self, account: Account, vectors: ShardWriter, todo: Todo) -> None:
        """The shard first, then all rows at once; without a line, only that it was looked at."""
        target, key = self._target, (account.video.id, self._target.fingerprint)
        if account.texts or account.clips:
            target.library.shards.save(target.library.shard(target.fingerprint, account.video.id), vectors, account)
            put(account, target.catalog, beside=todo.beside.stamp)
        else:
            remove(target.library, target.catalog, [key])
            target.catalog.note_silent(*key, beside=todo.beside.stamp, lost=account.lost)
        self._report.videos += bool(account.texts)
        self._report.lines += len(account.texts)
        if account.lost:
            self._reporter.say(f"{todo.entry.name}: {target.name}: {account.lost}")

    def _failed(self, entry: Entry, error: VideoError) -> None:
        """Remembered, so that it is not tried at every run, unless it may pass."""
        todo, said = self._todo[entry], f"{error.stage}: {error.reason}"
        self._report.failed += 1
        if error.stage in PASSING_STAGES:
            self._reporter.say(f"{entry.name}: {self._target.name}: {said}")
        else:
            vectors = ShardWriter()
            account = Account(todo.video, self._target.fingerprint, [], said, datetime.now(UTC))
            self._store(account, vectors, todo)
            vectors.close()
        self._done(entry)

    def _done(self, entry: Entry) -> None:
        self._target.claims.release(self._todo[entry].video.id, [self._target.name])
        self._progress.files_done += 1
        self._progress.bytes_done += entry.stamp.size_bytes

    def _tell(self) -> None:
        self._reporter.progress(self._progress)
        self._target.claims.renew()
        self._tick()
        if time.monotonic() - self._told_s > _TELL_CATALOG_EVERY_S:
            self._told_s, told = time.monotonic(), self._progress
            self._target.catalog.report_progress(told.files_done, told.files_total, told.eta_s, told.failed)
