"""Questions to disks that may not answer: each in a thread of its own, few at a time, and nobody waits for ever."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import BoundedSemaphore, Thread
from typing import TypeVar

from data.sandbox.pool import Full

T = TypeVar("T")


class DiskSilent(Exception):
    """A disk did not answer in time."""


class DiskQuestions:
    """At most `count` at a time, the silent ones among them; whoever comes then is told so at once."""

    def __init__(self, count: int, patience_s: float) -> None:
        self._places = BoundedSemaphore(count)
        self._patience_s = patience_s

    async def ask(self, do: Callable[[], T]) -> T:
        """What `do` returns or raises. Raises DiskSilent, Full."""
        if not self._places.acquire(blocking=False):
            raise Full("the disks are slow to answer: try again")
        answer: Future[T] = Future()
        # A daemon: one that waits for a dead disk must not keep the service from ending.
        Thread(target=self._answer, args=(do, answer), daemon=True).start()
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(answer)), self._patience_s)
        except TimeoutError:
            raise DiskSilent("the disk did not answer: is it there?") from None

    def _answer(self, do: Callable[[], T], answer: Future[T]) -> None:
        try:
            answer.set_result(do())
        except Exception as error:  # noqa: BLE001  raised where it is waited for
            answer.set_exception(error)
        finally:
            self._places.release()
