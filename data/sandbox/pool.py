"""A few sandboxes for one kind of work, and a short queue before them."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from data.sandbox.process import Bounds, Sandbox, Stopped, Work

T = TypeVar("T")


class Full(Exception):
    """As much is waiting as may: ask again later."""


class Pool:
    """Does `count` jobs at a time; `waiting` more may wait, and what finds the queue full is turned away at once."""

    def __init__(self, work: Work, bounds: Bounds, *, count: int, waiting: int) -> None:
        self._sandboxes = [Sandbox(work, bounds) for _ in range(count)]
        # The one used last is the one that is warm.
        self._idle: queue.LifoQueue[Sandbox] = queue.LifoQueue()
        for sandbox in self._sandboxes:
            self._idle.put(sandbox)
        self._places = threading.BoundedSemaphore(count + waiting)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="sandbox")

    def start_soon(self) -> None:
        """Start all processes before anybody asks; one that can't start says so to who does."""
        for _ in self._sandboxes:
            with suppress(RuntimeError):  # it is closed already
                self._threads.submit(self._done, Sandbox.start)

    def begin(self, job: Callable[[Sandbox], T]) -> Future[T]:
        """Let `job` ask a sandbox as soon as one is free. Raises Full, or Stopped once it is closed."""
        if not self._places.acquire(blocking=False):
            raise Full("too much is being decoded already; try again in a moment")
        try:
            future = self._threads.submit(self._done, job)
        except RuntimeError:
            self._places.release()
            raise Stopped("it was stopped") from None
        future.add_done_callback(lambda _: self._places.release())
        return future

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        for sandbox in self._sandboxes:
            sandbox.stop()
        # What still waits finds its sandbox stopped.
        self._threads.shutdown()

    def _done(self, job: Callable[[Sandbox], T]) -> T:
        sandbox = self._idle.get()
        try:
            return job(sandbox)
        finally:
            self._idle.put(sandbox)
