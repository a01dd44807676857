"""Threads of their own for one kind of work, so that other work does not keep it waiting, with a bounded queue."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from data.sandbox.pool import Full

T = TypeVar("T")


class Threads:
    """At most `count` do it at a time and `waiting` wait; whoever comes then is told so at once."""

    def __init__(self, work: str, *, count: int, waiting: int) -> None:
        self._work, self._most = work, count + waiting
        self._limiter = CapacityLimiter(count)
        self._asked = 0

    async def run(self, do: Callable[[], T]) -> T:
        """What `do` returns or raises. Raises Full where too many wait. For one event loop."""
        if self._asked >= self._most:
            raise Full(f"{self._asked} {self._work} wait already; try again")
        self._asked += 1
        try:
            return await to_thread.run_sync(do, limiter=self._limiter)
        finally:
            self._asked -= 1
