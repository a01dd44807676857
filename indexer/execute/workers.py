"""Decode workers side by side, running ahead of the encoder by a bounded queue."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType

from data.types import VideoError
from indexer.execute.decode import ClipFrames, Decoded, DecodeProcess, Identity, Recipe
from indexer.plan.discover import Found

_QUEUED_CLIPS = 16
_WAIT_S = 0.2


@dataclass(frozen=True, slots=True)
class Identified:
    """What a file holds; `is_new` when its clips follow, else they are there or on their way."""

    identity: Identity
    is_new: bool


Event = Identified | ClipFrames | Decoded | VideoError


class Workers:
    """Feeds files to decoding processes; iterating gives (file, event), and None when nothing came for a while.

    For each file: Identified, then ClipFrames… and Decoded when it is new; or VideoError at any point, which ends it.
    """

    def __init__(self, files: Sequence[Found], recipe: Recipe, count: int, is_known: Callable[[str], bool]) -> None:
        self._files = iter(files)
        self._is_known = is_known
        self._claimed: set[str] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._events: queue.Queue[tuple[Found, Event] | BaseException | None] = queue.Queue(_QUEUED_CLIPS)
        self._processes = [DecodeProcess(recipe) for _ in range(min(count, len(files)))]
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

    def __iter__(self) -> Iterator[tuple[Found, Event] | None]:
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
            while (found := self._next()) is not None:
                try:
                    self._read(found, process)
                except VideoError as error:
                    self._put((found, error))
        except Exception as error:  # noqa: BLE001  a bug here must not look like the end of the work
            self._put(error)
        finally:
            process.close()
            self._put(None)

    def _read(self, found: Found, process: DecodeProcess) -> None:
        identity = process.identify(found.file)
        # Announced while the claim is held, so that a twin's announcement can't come first.
        with self._lock:
            is_new = identity.video_id not in self._claimed and not self._is_known(identity.video_id)
            self._claimed.add(identity.video_id)
            self._put((found, Identified(identity, is_new)))
        if is_new:
            for event in process.decode(found.file):
                self._put((found, event))

    def _next(self) -> Found | None:
        with self._lock:
            return None if self._stopped.is_set() else next(self._files, None)

    def _put(self, event: tuple[Found, Event] | BaseException | None) -> None:
        while not self._stopped.is_set():
            try:
                self._events.put(event, timeout=_WAIT_S)
            except queue.Full:
                continue
            return
