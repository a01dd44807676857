"""The way of a file into the library: probe → decode → segment → sample → embed → store.

Decoding runs ahead in worker processes; this thread takes their clips, embeds them in batches across videos, and
stores every video as it becomes whole.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from data.media.reading import NoPicture
from data.stores.catalog import Catalog
from data.stores.library import Library
from data.types import Location, State, VideoError
from indexer.commit.store import Growing, indexed, not_indexed
from indexer.execute.decode import ClipFrames, Decoded, Recipe
from indexer.execute.embed import Embedder
from indexer.execute.workers import Event, Identified, Workers
from indexer.plan.discover import Found
from indexer.progress import Reporter, Standing
from indexer.report import Report
from models.spec import VideoTower

_TELL_CATALOG_EVERY_S = 1.0


class Pipeline:
    """Files go in, rows and shards come out; what happened to each is added to `report`.

    `embedded` maps the videos that are in the library already to what was lost of them ("" for nothing); `moving` are
    places that hold nothing any more, whose videos may turn up elsewhere.
    `tick` is called about once a clip.
    """

    def __init__(
        self,
        library: Library,
        catalog: Catalog,
        fingerprint: str,
        embedded: dict[str, str],
        moving: Sequence[Location],
        report: Report,
        reporter: Reporter,
        tick: Callable[[], None],
    ) -> None:
        self._library, self._catalog, self._fingerprint = library, catalog, fingerprint
        self._embedded, self._report, self._reporter, self._tick = embedded, report, reporter, tick
        self._moving: dict[str | None, list[Location]] = defaultdict(list)
        for place in moving:
            self._moving[place.video_id].append(place)
        self._growing: dict[Found, Growing] = {}
        self._twins: dict[str, list[Found]] = defaultdict(list)
        self._failures: dict[str, VideoError] = {}
        self._unembeddable: set[Found] = set()
        self._told_s = 0.0

    def run(self, files: Sequence[Found], tower: VideoTower, recipe: Recipe, *, workers: int, batch_clips: int) -> None:
        """Take in all files; a KeyboardInterrupt or BrokenTower leaves whole videos stored and drops the others."""
        self._embedder = Embedder(tower, batch_clips)
        self._standing = Standing(len(files), sum(found.size_bytes for found in files))
        try:
            with Workers(files, recipe, workers, self._embedded.__contains__) as events:
                for event in events:
                    if event is None:
                        # Nothing else is ready, so a batch that is not full need not wait.
                        self._set_aside_all(self._embedder.flush())
                    else:
                        self._take(*event)
                    self._store_whole()
                    self._tell()
                self._set_aside_all(self._embedder.flush())
                self._store_whole()
                self._tell(at_once=True)
        finally:
            for growing in self._growing.values():
                growing.close()

    def _take(self, found: Found, event: Event) -> None:
        match event:
            case Identified(identity, True):
                self._growing[found] = Growing(found, identity, self._fingerprint)
            case Identified(identity, False):
                self._same_as(found, identity.video_id)
            # What still comes of a video whose vectors could not be made is of no use.
            case _ if found in self._unembeddable:
                pass
            case ClipFrames():
                self._standing.video_s += event.end_s - event.start_s
                self._set_aside_all(self._embedder.add(self._growing[found], event))
            case Decoded():
                self._growing[found].decoded = event
            case VideoError():
                self._set_aside(found, event)

    def _store_whole(self) -> None:
        for growing in [each for each in self._growing.values() if each.is_whole]:
            self._store(growing)

    def _store(self, growing: Growing) -> None:
        found, video_id = growing.found, growing.identity.video_id
        if found.has_changed():
            self._set_aside(found, VideoError(found.file, "settle", "it changed while it was read"))
            return
        lost = growing.save(self._library, self._catalog)
        self._growing.pop(found).close()
        self._embedded[video_id] = lost or ""
        self._catalog.record(indexed(found, video_id, lost))
        if lost:
            self._report.partial += 1
            self._reporter.trouble(found.file, "partial", "decode", lost)
        else:
            self._report.indexed += 1
        self._report.clips += len(growing.clips)
        self._report.hours += growing.clips[-1].end_s / 3600
        self._done(found)
        for twin in self._twins.pop(video_id, []):
            self._same_as(twin, video_id)

    def _same_as(self, found: Found, video_id: str) -> None:
        """A file whose content is in the library, on its way there, or has failed in this run."""
        if (lost := self._embedded.get(video_id)) is not None:
            self._catalog.set_gone(self._moving.pop(video_id, []))
            is_moved = not self._catalog.is_present(video_id)
            self._catalog.record(indexed(found, video_id, lost or None))
            self._report.unchanged += is_moved
            self._report.duplicates += not is_moved
            self._done(found)
        elif (error := self._failures.get(video_id)) is not None:
            self._set_aside(found, VideoError(found.file, error.stage, error.reason))
        else:
            self._twins[video_id].append(found)

    def _set_aside_all(self, failed: Mapping[Growing, VideoError]) -> None:
        for growing, error in failed.items():
            self._unembeddable.add(growing.found)
            self._set_aside(growing.found, error)

    def _set_aside(self, found: Found, error: VideoError) -> None:
        growing = self._growing.pop(found, None)
        is_skipped = isinstance(error, NoPicture) or error.stage == "settle"
        state: State = "skipped" if is_skipped else "failed"
        self._catalog.record(not_indexed(found, state, error))
        if is_skipped:
            self._report.skipped += 1
        else:
            self._report.failed += 1
            self._report.failures.append(error)
            self._standing.failed += 1
        self._reporter.trouble(error.path, state, error.stage, error.reason)
        self._done(found)
        if growing is not None:
            self._embedder.drop(growing)
            growing.close()
            video_id = growing.identity.video_id
            self._failures[video_id] = error
            for twin in self._twins.pop(video_id, []):
                self._same_as(twin, video_id)

    def _done(self, found: Found) -> None:
        self._standing.files_done += 1
        self._standing.bytes_done += found.size_bytes

    def _tell(self, *, at_once: bool = False) -> None:
        standing = self._standing
        self._reporter.standing(standing)
        self._tick()
        if at_once or time.monotonic() - self._told_s > _TELL_CATALOG_EVERY_S:
            self._told_s = time.monotonic()
            self._catalog.report_progress(standing.files_done, standing.files_total, standing.eta_s, standing.failed)
