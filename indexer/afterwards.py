"""What is said and written in videos, made when their pictures are published: one modality after the other."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from data.stores.catalog import Catalog, views
from data.stores.catalog.leaving_out import EVERYTHING
from data.stores.library import Library
from data.stores.publishing import others_of, serving
from indexer.commit.collect import remove
from indexer.commit.lines import LineCommitter, Target
from indexer.execute.transcribe import Todo, Transcribe
from indexer.execute.work import Claiming, Machines, Result, Work
from indexer.modalities import registry
from indexer.modalities.lines import Transcriber
from indexer.modalities.modality import Modality
from indexer.plan.claims import Claims
from indexer.plan.lacking import Key, Wanting, lacking
from indexer.progress import Progress, Reporter
from indexer.report import Report, WordsReport
from indexer.settings import IndexSettings

Afterwards = Modality | Transcriber


@dataclass(frozen=True, slots=True)
class Choice:
    """Which modalities a run makes: all but some, or some only."""

    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in (*self.only, *self.without):
            if name not in registry.names():
                raise UnknownModality(f"no modality {name!r}; there are: {', '.join(registry.names())}")

    def has(self, name: str) -> bool:
        return (not self.only or name in self.only) and name not in self.without


ALL = Choice()


class UnknownModality(Exception):
    """A name that no modality has."""


class CantBeMade(Exception):
    """What was asked for by name can't be made here; the message says what is missing."""


@dataclass
class SecondPass:
    """Over one library, whose lock the caller holds; `publish` lets what is made be searched."""

    library: Library
    catalog: Catalog
    settings: IndexSettings
    reporter: Reporter
    machines: Machines
    report: Report
    publish: Callable[[], None]
    made: dict[str, Afterwards] = field(init=False)
    others: dict[str, str] = field(init=False)
    """By name, the fingerprint whose lines are searched."""

    def __post_init__(self) -> None:
        every = {name: make(self.settings) for name, make in registry.AFTERWARDS.items()}
        self.made = {name: modality for name, modality in every.items() if modality is not None}
        served, out = others_of(serving(self.library)), self.catalog.left_out()
        self.others = {
            name: print_
            for name, print_ in served.items()
            if name in registry.AFTERWARDS and EVERYTHING not in out.get(name, [])
        }
        self._published_s = time.monotonic()

    @property
    def fingerprints(self) -> list[str]:
        """Of all that may have been made, searched or not."""
        return [modality.fingerprint for modality in self.made.values()]

    def check(self, choice: Choice) -> None:
        """Raises CantBeMade."""
        for name in choice.only:
            if name in registry.AFTERWARDS and name not in self.made:
                raise CantBeMade(f"{name} can't be made here: {registry.HOW_TO_GET[name](self.settings)}")

    def run(self, choice: Choice, wanting: Wanting, lost: set[Key]) -> None:
        """Make what is lacking of what is chosen; on Ctrl-C what is finished stays."""
        for name, modality in self.made.items():
            if choice.has(name) and not self.report.interrupted:
                try:
                    self._make(modality, wanting, lost)
                except KeyboardInterrupt:
                    self.report.interrupted = True
                self._publish(modality)

    def _make(self, modality: Afterwards, wanting: Wanting, lost: set[Key]) -> None:
        found = lacking(self.catalog, modality, wanting, lost)
        remove(self.library, self.catalog, found.doomed, but=lost)
        if not found.todo:
            return
        claims = Claims(self.catalog, {modality.name: modality.fingerprint}, {modality.name: {}})
        target = Target(self.library, self.catalog, claims, modality.name, modality.fingerprint)
        began_s = time.monotonic()
        told = self.report.words.setdefault(modality.name, WordsReport())
        size_bytes = sum(each.entry.stamp.size_bytes for each in found.todo)
        progress = Progress(len(found.todo), size_bytes, failed=self.report.failed, what=modality.name)
        todo = {each.entry: each for each in found.todo}
        committer = LineCommitter(target, todo, told, self.reporter, progress, lambda: self._publish_at_times(modality))
        claims.begin()
        try:
            with closing(self._results(modality, found.todo, claims.claim)) as results:
                for result in results:
                    committer.take(result)
        finally:
            claims.end()
            told.seconds = time.monotonic() - began_s

    def _results(self, modality: Afterwards, todo: Sequence[Todo], claim: Claiming) -> Generator[Result]:
        if isinstance(modality, Transcriber):
            return Transcribe(modality, self.settings.stall_s).run(todo, claim)
        work = [Work(each.entry, (modality.name,)) for each in todo]
        return self.machines.execute([modality]).run(work, claim)

    def _publish_at_times(self, modality: Afterwards) -> None:
        if time.monotonic() - self._published_s > self.settings.publish_every_s:
            self._publish(modality)

    def _publish(self, modality: Afterwards) -> None:
        """Lines of another fingerprint are searched until there are some of this one."""
        self._published_s = time.monotonic()
        if self.others.get(modality.name) != modality.fingerprint and views.embedded(
            self.catalog, modality.fingerprint
        ):
            self.others[modality.name] = modality.fingerprint
            self.publish()
