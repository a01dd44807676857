"""Work done on this machine: decoding in processes that run ahead, embedding in batches across videos."""

import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack

from data.sources.source import Entry
from data.types import VideoError
from indexer.execute.decode import Decoded, recipe_for
from indexer.execute.embed import Embedder
from indexer.execute.growing import Growing
from indexer.execute.work import Claiming, Failed, Result, Same, Step, Work
from indexer.execute.workers import Event, Identified, Workers
from indexer.modalities.modality import ClipFrames, Modality
from indexer.settings import IndexSettings


class Local:
    """Executes with what the settings allow; it has one run at a time."""

    def __init__(self, modalities: Sequence[Modality], settings: IndexSettings) -> None:
        self._modalities, self._settings = modalities, settings
        self._fingerprints = {each.name: each.fingerprint for each in modalities}

    def run(self, work: Sequence[Work], claiming: Claiming) -> Generator[Result]:
        """Memory is bounded by queues and batches; a file costs what its process holds."""
        processes = min(self._settings.workers, len(work))
        yield from self._run(work, claiming, processes, sharing=processes)

    def follow(self, work: Iterable[Work | None], claiming: Claiming) -> Generator[Result]:
        """The same of work that comes in time, None for none yet: file by file, as one process of many on a machine."""
        yield from self._run(work, claiming, 1, sharing=os.cpu_count() or 1)

    def _run(self, work: Iterable[Work | None], claiming: Claiming, processes: int, sharing: int) -> Generator[Result]:
        readers = {each.name: each.reader() for each in self._modalities}
        recipe = recipe_for(readers, self._settings, processes=sharing)
        self._embedders = {each.name: Embedder(each.maker()) for each in self._modalities}
        self._growing: dict[Entry, Growing] = {}
        self._failed: set[Entry] = set()
        with ExitStack() as stack:
            stack.callback(self._close)
            for event in stack.enter_context(Workers(work, recipe, processes, claiming)):
                # When nothing else is ready, a batch that is not full need not wait.
                yield from self._flushed() if event is None else self._taken(*event)
                yield from self._whole()
            yield from self._flushed()
            yield from self._whole()

    def _taken(self, work: Work, event: Event) -> Iterator[Result]:
        entry = work.entry
        match event:
            case Identified(identity, claim) if claim.mine:
                fingerprints = {name: self._fingerprints[name] for name in claim.mine}
                self._growing[entry] = Growing(work, identity, fingerprints)
            case Identified(identity, claim) if claim.is_elsewhere:
                yield Failed(entry, VideoError(entry.address, "settle", "another run is working on it"))
            case Identified(identity, _):
                yield Same(entry, identity.video_id)
            # What still comes of a video of which nothing could be made is of no use.
            case _ if entry in self._failed:
                pass
            case ClipFrames():
                yield Step(event.end_s - event.start_s if event.modality == self._modalities[0].name else 0.0)
                yield from self._embedded(self._growing[entry], event)
            case Decoded():
                self._growing[entry].decoded = event
            case VideoError():
                yield self._given_up(entry, event)

    def _embedded(self, growing: Growing, span: ClipFrames) -> Iterator[Result]:
        if not growing.has_failed(span.modality):
            yield from self._unmade(span.modality, self._embedders[span.modality].add(growing, span))

    def _flushed(self) -> Iterator[Result]:
        for name, embedder in self._embedders.items():
            yield from self._unmade(name, embedder.flush())
        yield Step()

    def _whole(self) -> Iterator[Result]:
        for growing in [each for each in self._growing.values() if each.is_whole]:
            # Its vectors are the taker's from here on.
            del self._growing[growing.entry]
            yield growing.made()

    def _unmade(self, modality: str, failed: Mapping[Growing, VideoError]) -> Iterator[Result]:
        for growing, error in failed.items():
            if modality == self._modalities[0].name:
                self._failed.add(growing.entry)
                yield self._given_up(growing.entry, error)
            else:
                self._embedders[modality].drop(growing)
                growing.fail(modality, error)

    def _given_up(self, entry: Entry, error: VideoError) -> Failed:
        growing = self._growing.pop(entry, None)
        if growing is None:
            return Failed(entry, error)
        for embedder in self._embedders.values():
            embedder.drop(growing)
        growing.close()
        return Failed(entry, error, growing.identity.video_id)

    def _close(self) -> None:
        for growing in self._growing.values():
            growing.close()
