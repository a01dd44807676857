"""Decode workers side by side, running ahead of the encoder by a bounded queue."""

import queue
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType

from data.types import VideoError
from indexer.execute.decode import Decoded, DecodeProcess, Identity, Recipe
from indexer.execute.work import Claimed, Claiming, Work
from indexer.modalities.modality import ClipFrames

_QUEUED_CLIPS = 16
_WAIT_S = 0.2


@dataclass(frozen=True, slots=True)
class Identified:
    """What a file holds; the spans of the modalities that were claimed follow."""

    identity: Identity
    claim: Claimed


Event = Identified | ClipFrames | Decoded | VideoError


class Workers:
    """Feeds files to decoding processes; iterating gives (work, event), and None when nothing came for a while.

    None among the work means that more may come.
    For each file: Identified, then ClipFrames… and Decoded where something was claimed; or VideoError at any point,
    which ends it.
    """

    def __init__(self, work: Iterable[Work | None], recipe: Recipe, count: int, claiming: Claiming) -> None:
        self._work, self._claiming = iter(work), claiming
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._events: queue.Queue[tuple[Work, Event] | BaseException | None] = queue.Queue(_QUEUED_CLIPS)
        self._processes = [DecodeProcess(recipe) for _ in range(count)]
        self._threads = [threading.Thread(target=self._feed, args=(each,), daemon=True) for each in self._processes]

    def __enter__(self) -> "Workers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        for process in self._processes:
            process.kill()
        for thread in self._threads:
            thread.join()

    def __iter__(self) -> Iterator[tuple[Work, Event] | None]:
        working = len(self._threads)
        while working:
            try:
                event = self._events.get(timeout=_WAIT_S)
            except queue.Empty:
                yield None
                continue
            if isinstance(event, BaseException):
                raise event
            if event is None:
                working -= 1
            else:
                yield event

    def _feed(self, process: DecodeProcess) -> None:
        try:
            while (work := self._next()) is not None:
                try:
                    self._read(work, process)
                except VideoError as error:
                    self._put((work, error))
        except Exception as error:  # noqa: BLE001  a bug here must not look like the end of the work
            self._put(error)
        finally:
            process.close()
            self._put(None)

    def _read(self, work: Work, process: DecodeProcess) -> None:
        identity = process.identify(work.entry.address)
        # Announced while the claim is held, so that a twin's announcement can't come first.
        with self._lock:
            claim = self._claiming(identity.video_id, work.wanted)
            self._put((work, Identified(identity, claim)))
        if claim.mine:
            for event in process.decode(work.entry.address, claim.mine):
                self._put((work, event))

    def _next(self) -> Work | None:
        """None when there is no more; so that waiting for work can be left, it is asked for again and again."""
        given: Work | None = None
        while given is None and not self._stopped.is_set():
            with self._lock:
                try:
                    given = next(self._work)
                except StopIteration:
                    return None
        return given

    def _put(self, event: tuple[Work, Event] | BaseException | None) -> None:
        while not self._stopped.is_set():
            try:
                self._events.put(event, timeout=_WAIT_S)
            except queue.Full:
                continue
            return
