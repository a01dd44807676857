"""The generation that is being served, and how the service follows `CURRENT`."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, Thread
from typing import TypeVar

from sqlalchemy import Engine

from data import snapshots
from data.catalog import open_catalog
from data.connecting import DamagedCatalogue
from data.library import Library
from data.types import NoSnapshot, Snapshot
from data.vectors import VectorIndex
from search.calibration import Calibration, calibrated
from search.table import ClipTable, clip_table
from search.towers import OpenPair, QueryTowers, pair_of

_log = logging.getLogger(__name__)
_Mark = tuple[int, int] | None
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Generation:
    """Everything that one search needs; immutable, so that a query keeps the one it began with."""

    library: Library
    engine: Engine
    snapshot: Snapshot
    index: VectorIndex
    clips: ClipTable
    towers: QueryTowers
    calibration: Calibration


def open_generation(
    library: Library, engine: Engine, *, open_pair: OpenPair = pair_of, before: Generation | None = None
) -> Generation:
    """The published generation, with the towers of `before` where they are the same, and what it knew of clips.

    Raises NoSnapshot, and what opening a pair raises.
    """
    snapshot = snapshots.current(library)
    index = snapshots.open_index(snapshot)
    clips = clip_table(engine, snapshot.fingerprint, index.ids)
    if before is not None and before.towers.weights_sha256 == snapshot.weights_sha256:
        towers = before.towers
    else:
        towers = QueryTowers(open_pair(library, snapshot), snapshot)
    known = before.calibration.measured if before is not None and towers is before.towers else None
    calibration = calibrated(library, snapshot, index, clips, towers, before=known)
    return Generation(library, engine, snapshot, index, clips, towers, calibration)


class GenerationGone(NoSnapshot):
    """A generation that is no longer kept: a newer one is published already."""


class Follower:
    """Hands out the published generation, and opens a new one beside it when `CURRENT` changes."""

    def __init__(self, library: Library, *, open_pair: OpenPair = pair_of) -> None:
        self.library = library
        self._open_pair = open_pair
        self._engine: Engine | None = None
        self._lock, self._first = Lock(), Lock()
        self._serving: Generation | None = None
        self._seen: _Mark = None
        self._opening: Thread | None = None

    def engine(self) -> Engine:
        """The catalogue. Raises NoSnapshot when there is no library, DamagedCatalogue when one has lost it."""
        with self._lock:
            return self._catalogue()

    @property
    def clip_count(self) -> int:
        """Of the generation that is open now, without waiting for one."""
        return self._serving.snapshot.clip_count if self._serving else 0

    def serving(self) -> Generation:
        """The generation to answer from; only the first call waits for one. Raises as `open_generation` does."""
        if self._serving is None:
            self._open_first()
        with self._lock:
            assert self._serving is not None
            if self._opening is None and self._mark() != self._seen:
                self._opening = Thread(target=self._follow, args=(self._serving,), daemon=True)
                self._opening.start()
            return self._serving

    def answered(self, ask: Callable[[Generation], T]) -> T:
        """What `ask` makes of the generation that is served; of the next one, where that has been removed meanwhile.

        Raises what `ask` raises, and as `serving` does.
        """
        while True:
            generation = self.serving()
            try:
                return ask(generation)
            except GenerationGone:
                if not self._passed(generation):
                    raise

    def open_soon(self) -> None:
        """Begin to open the generation, so that the first call need not wait so long."""
        self._opening = Thread(target=self._try_first, daemon=True)
        self._opening.start()

    def settle(self) -> None:
        """Wait until a swap that has begun is done."""
        opening = self._opening
        if opening is not None:
            opening.join()

    def close(self) -> None:
        """Wait for a swap, then close the catalogue."""
        self.settle()
        if self._engine is not None:
            self._engine.dispose()

    def _passed(self, generation: Generation) -> bool:
        """Wait until another one is served; False where `CURRENT` names no other that can be opened."""
        while self.serving() is generation:
            with self._lock:
                opening, passed = self._opening, self._serving is not generation
            if opening is None:
                return passed
            opening.join()
        return True

    def _open_first(self) -> None:
        # Another lock than the state's: whoever only asks for the catalogue does not wait.
        with self._first:
            if self._serving is not None:
                return
            opened, mark = self._opened(self.engine(), None)
            with self._lock:
                self._serving, self._seen = opened, mark

    def _opened(self, engine: Engine, before: Generation | None) -> tuple[Generation, _Mark]:
        """What `CURRENT` names, and its mark then; what two publishes removed while it was being opened is left."""
        while True:
            mark = self._mark()
            try:
                return open_generation(self.library, engine, open_pair=self._open_pair, before=before), mark
            except Exception:
                if self._mark() == mark:
                    raise

    def _try_first(self) -> None:
        try:
            self._open_first()
        except Exception as error:  # noqa: BLE001  whoever asks first gets it raised
            _log.info("nothing can be served yet: %s", error)
        with self._lock:
            self._opening = None

    def _follow(self, before: Generation) -> None:
        after, mark = before, self._seen
        try:
            mark = self._mark()
            after, mark = self._opened(before.engine, before)
        except Exception:  # noqa: BLE001  logged below
            # Whatever is wrong with the new one, the old one still answers; tried again when CURRENT changes.
            _log.exception("generation %s goes on serving: the new one can't be opened", before.snapshot.generation)
        finally:
            with self._lock:
                self._serving, self._seen, self._opening = after, mark, None

    def _catalogue(self) -> Engine:
        if self._engine is None:
            if self.library.has_lost_its_catalogue:
                raise DamagedCatalogue(self.library.catalog, FileNotFoundError("it is missing"))
            if not self.library.exists:
                raise NoSnapshot(f"nothing is indexed in {self.library.folder}")
            self._engine = open_catalog(self.library.catalog)
        return self._engine

    def _mark(self) -> _Mark:
        try:
            status = self.library.current.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns
