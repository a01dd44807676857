"""What is handed over: made one after the other, watched, stopped, and kept until it is fetched or room is needed."""

import logging
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from data.sandbox.pool import Full
from data.sandbox.process import SandboxError, Stopped
from data.stores.catalog import Catalog
from data.stores.catalog.errors import CatalogueUnavailable, DamagedCatalogue, OtherCatalogue
from data.types import NoGeneration
from models.spec import ExtraMissing
from search.handover.formats import FORMATS, Format
from search.handover.handing import hand_over
from search.handover.maker import Maker
from search.handover.names import file_name
from search.handover.order import HandoverError, Order
from search.service.workplace import Workplace

MAX_EXPORTS = 200
_PLANNED = (
    HandoverError,
    ExtraMissing,
    NoGeneration,
    OSError,
    CatalogueUnavailable,
    DamagedCatalogue,
    OtherCatalogue,
    SandboxError,
    MemoryError,
)

_log = logging.getLogger(__name__)
State = Literal["making", "done", "failed", "stopped"]


@dataclass(slots=True)
class Export:
    """One order and how far it is; `file` is there when it is done."""

    id: str
    order: Order
    file: Path
    state: State = "making"
    done: int = 0
    reason: str | None = None
    bytes: int | None = None
    is_stopped: bool = False
    ended: "Future[None]" = field(default_factory=Future)
    job: "Future[None] | None" = None

    @property
    def format(self) -> Format:
        return FORMATS[self.order.format]

    @property
    def file_name(self) -> str:
        return file_name(self.order.title) + self.format.ending

    @property
    def total(self) -> int:
        return len(self.order.wishes)


class Exports:
    """Lists have a lane of their own, so that none waits for films; state lives as long as the service does."""

    def __init__(self, folder: Path, catalog: Callable[[], Catalog], limit_bytes: int) -> None:
        self._place = Workplace(folder)
        self._catalog, self._limit_bytes = catalog, limit_bytes
        self._lock = threading.Lock()
        self._known: dict[str, Export] = {}
        self._lists, self._films = _Lane("lists", waiting=8), _Lane("films", waiting=4)

    def clear(self) -> None:
        """Remove what services left that run no more."""
        self._place.clear()

    def begin(self, order: Order) -> Export:
        """Put an order at the end of its queue. Raises Full, and OSError where nothing can be written."""
        folder = self._place.folder()
        made = secrets.token_hex(16)
        export = Export(made, order, folder / made)
        with self._lock:
            self._lane(export).begin(export, self._make)
            self._known[made] = export
            self._forget_oldest()
        return export

    def get(self, export_id: str) -> Export | None:
        """None where there is none, or not any more."""
        with self._lock:
            return self._known.get(export_id)

    def remove(self, export_id: str) -> bool:
        """Stop it, and remove what there is of it; whether there was one."""
        with self._lock:
            export = self._known.pop(export_id, None)
        if export is None:
            return False
        export.is_stopped = True
        self._lane(export).end(export)
        export.file.unlink(missing_ok=True)
        return True

    def close(self) -> None:
        """End what is being made, and remove everything."""
        with self._lock:
            for export in self._known.values():
                export.is_stopped = True
        for lane in (self._lists, self._films):
            lane.close()
        self._place.close()

    def _lane(self, export: Export) -> "_Lane":
        return self._films if export.format.is_film else self._lists

    def _make(self, export: Export, maker: Maker) -> None:
        part = export.file.with_name(f"{export.id}.part")
        try:
            self._write(export, part, maker)
        except _PLANNED as error:
            self._fail(export, str(error) or "not enough memory")
        except Exception as error:  # noqa: BLE001  told to whoever asks for it
            _log.exception("an export failed")
            self._fail(export, f"{type(error).__name__}: a bug; the service's log says more")
        finally:
            for left in part.parent.glob(f"{part.name}*"):
                left.unlink(missing_ok=True)
            export.ended.set_result(None)

    def _write(self, export: Export, part: Path, maker: Maker) -> None:
        def told(done: int) -> None:
            export.done = max(export.done, done)
            if export.is_stopped:
                raise Stopped("it was stopped")

        told(0)
        hand_over(self._catalog(), export.order, part, maker, told, most_bytes=self._limit_bytes)
        told(export.total)
        with self._lock:
            # Whoever removes it takes it out of these first, so that nothing is left behind.
            if export.id in self._known:
                part.replace(export.file)
                export.bytes, export.state = export.file.stat().st_size, "done"
                self._make_room(export)

    def _fail(self, export: Export, reason: str) -> None:
        export.reason = reason
        export.state = "stopped" if export.is_stopped else "failed"

    def _make_room(self, newest: Export) -> None:
        """The oldest that are done go while all together take more than they may; the caller holds the lock."""
        kept = sum(export.bytes or 0 for export in self._known.values())
        for export in list(self._known.values()):
            if kept <= self._limit_bytes:
                break
            if export is not newest and export.state == "done":
                kept -= export.bytes or 0
                self._drop(export)

    def _forget_oldest(self) -> None:
        for export in list(self._known.values()):
            if len(self._known) <= MAX_EXPORTS:
                break
            if export.state != "making":
                self._drop(export)

    def _drop(self, export: Export) -> None:
        del self._known[export.id]
        export.file.unlink(missing_ok=True)


class _Lane:
    """One thread and one process for one kind of export, and a short queue before them."""

    def __init__(self, kind: str, *, waiting: int) -> None:
        self._kind, self._maker = kind, Maker()
        self._places = threading.BoundedSemaphore(1 + waiting)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"exports of {kind}")
        self._lock = threading.Lock()
        self._now: Export | None = None

    def begin(self, export: Export, make: Callable[[Export, Maker], None]) -> None:
        if not self._places.acquire(blocking=False):
            raise Full(f"other {self._kind} are being made and wait already; try again in a while")
        try:
            future = self._thread.submit(self._do, export, make)
        except RuntimeError:
            self._places.release()
            raise Stopped("it was stopped") from None
        export.job = future
        future.add_done_callback(lambda _: self._places.release())

    def end(self, export: Export) -> None:
        """End the process if it works on this one; one that waits gives its place up."""
        if export.job is not None and export.job.cancel():
            export.state = "stopped"
            export.ended.set_result(None)
            return
        with self._lock:
            if self._now is export:
                self._maker.end()

    def close(self) -> None:
        self._maker.stop()
        self._thread.shutdown()

    def _do(self, export: Export, make: Callable[[Export, Maker], None]) -> None:
        with self._lock:
            self._now = export
        try:
            make(export, self._maker)
        finally:
            with self._lock:
                self._now = None
