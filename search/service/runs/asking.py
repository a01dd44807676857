"""Questions to disks that may not answer: each in a thread of its own, few at a time, and nobody waits for ever."""

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import BoundedSemaphore, Lock, Thread
from typing import Any, TypeVar

from data.sandbox.pool import Full

T = TypeVar("T")


class DiskSilent(Exception):
    """A disk did not answer in time."""


class DiskQuestions:
    """At most `count` at a time, the silent ones among them; whoever comes then is told so at once.

    What is asked twice at a time is asked once, and what a disk has not answered in time is silent until it does.
    """

    def __init__(self, count: int, patience_s: float) -> None:
        self._places = BoundedSemaphore(count)
        self._patience_s = patience_s
        self._lock = Lock()
        self._asked: dict[Hashable, Future[Any]] = {}
        self._silent: set[Hashable] = set()

    async def ask(self, about: Hashable, do: Callable[[], T]) -> T:
        """What `do` returns or raises, the same for all that is asked `about` this. Raises DiskSilent, Full."""
        answer: Future[T] = self._begun(about, do)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(answer)), self._patience_s)
        except TimeoutError:
            with self._lock:
                if about in self._asked:
                    self._silent.add(about)
            raise _silence() from None

    def _begun(self, about: Hashable, do: Callable[[], T]) -> Future[T]:
        with self._lock:
            if about in self._silent:
                raise _silence()
            if about in self._asked:
                return self._asked[about]
            if not self._places.acquire(blocking=False):
                raise Full("the disks are slow to answer: try again")
            answer = self._asked[about] = Future()
        # A daemon: one that waits for a dead disk must not keep the service from ending.
        Thread(target=self._answer, args=(about, do, answer), daemon=True).start()
        return answer

    def _answer(self, about: Hashable, do: Callable[[], T], answer: Future[T]) -> None:
        try:
            answer.set_result(do())
        except Exception as error:  # noqa: BLE001  raised where it is waited for
            answer.set_exception(error)
        finally:
            with self._lock:
                del self._asked[about]
                self._silent.discard(about)
            self._places.release()


def _silence() -> DiskSilent:
    return DiskSilent("the disk did not answer: is it there?")
