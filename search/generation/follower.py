"""How the service follows `CURRENT` without dropping a query."""

import logging
from collections.abc import Callable
from threading import Lock, Thread
from typing import TypeVar

from data.stores.catalog import Catalog, open_catalog
from data.stores.catalog.errors import DamagedCatalogue
from data.stores.library import Library
from data.stores.vectors.store import VectorsGone
from data.types import NoGeneration
from search.generation.opened import GenerationGone, OpenGeneration, open_generation
from search.generation.towers import OpenPair, pair_of

_log = logging.getLogger(__name__)
_Mark = tuple[int, int] | None
T = TypeVar("T")


class Follower:
    """Hands out the published generation, and opens a new one beside it when `CURRENT` changes."""

    def __init__(self, library: Library, *, open_pair: OpenPair = pair_of) -> None:
        self.library = library
        self._open_pair = open_pair
        self._catalog: Catalog | None = None
        self._lock, self._first = Lock(), Lock()
        self._serving: OpenGeneration | None = None
        self._seen: _Mark = None
        self._opening: Thread | None = None

    def catalog(self) -> Catalog:
        """The catalogue. Raises NoGeneration when there is no library, DamagedCatalogue when one has lost it."""
        with self._lock:
            return self._catalogue()

    @property
    def clip_count(self) -> int:
        """Of the generation that is open now, without waiting for one."""
        return self._serving.generation.clip_count if self._serving else 0

    def serving(self) -> OpenGeneration:
        """The generation to answer from; only the first call waits for one. Raises as `open_generation` does."""
        if self._serving is None:
            self._open_first()
        with self._lock:
            assert self._serving is not None
            if self._opening is None and self._mark() != self._seen:
                self._opening = Thread(target=self._follow, args=(self._serving,), daemon=True)
                self._opening.start()
            return self._serving

    def answered(self, ask: Callable[[OpenGeneration], T]) -> T:
        """What `ask` makes of the generation that is served; of the next one, where that has been removed meanwhile.

        Raises what `ask` raises, and as `serving` does.
        """
        while True:
            generation = self.serving()
            try:
                return ask(generation)
            except (GenerationGone, VectorsGone):
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
        if self._catalog is not None:
            self._catalog.close()

    def _passed(self, generation: OpenGeneration) -> bool:
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
            opened, mark = self._opened(self.catalog(), None)
            with self._lock:
                self._serving, self._seen = opened, mark

    def _opened(self, catalog: Catalog, before: OpenGeneration | None) -> tuple[OpenGeneration, _Mark]:
        """What `CURRENT` names, and its mark then; what two publishes removed while it was being opened is left."""
        while True:
            mark = self._mark()
            try:
                return open_generation(self.library, catalog, open_pair=self._open_pair, before=before), mark
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

    def _follow(self, before: OpenGeneration) -> None:
        after, mark = before, self._seen
        try:
            mark = self._mark()
            after, mark = self._opened(before.catalog, before)
        except Exception:  # noqa: BLE001  logged below
            # Whatever is wrong with the new one, the old one still answers; tried again when CURRENT changes.
            _log.exception("generation %s goes on serving: the new one can't be opened", before.name)
        finally:
            with self._lock:
                self._serving, self._seen, self._opening = after, mark, None

    def _catalogue(self) -> Catalog:
        if self._catalog is None:
            if self.library.has_lost_its_catalogue:
                raise DamagedCatalogue(self.library.catalog_name, FileNotFoundError("it is missing"))
            if not self.library.exists:
                raise NoGeneration(f"nothing is indexed in {self.library.folder}")
            self._catalog = open_catalog(self.library.catalog_at)
        return self._catalog

    def _mark(self) -> _Mark:
        try:
            status = self.library.current.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns
