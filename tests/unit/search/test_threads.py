"""Work with threads of its own and a bounded queue."""

import asyncio
from threading import Event

import pytest
from anyio import to_thread

from data.sandbox.pool import Full
from search.service.boundary.threads import Threads
from tests.loops import run


def test_who_comes_when_too_many_wait_is_told_so_at_once() -> None:
    async def crowded() -> None:
        threads, done = Threads("searches", count=1, waiting=2), Event()
        asked = [asyncio.ensure_future(threads.run(done.wait)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Full, match="3 searches wait already"):
            await asyncio.wait_for(threads.run(done.wait), 1)
        done.set()
        assert await asyncio.gather(*asked) == [True] * 3
        assert await threads.run(lambda: 5) == 5

    run(crowded())


def test_other_work_does_not_keep_it_waiting() -> None:
    async def beside() -> None:
        done = Event()
        to_thread.current_default_thread_limiter().total_tokens = 1
        other = asyncio.ensure_future(to_thread.run_sync(done.wait))
        await asyncio.sleep(0.05)
        assert await asyncio.wait_for(Threads("searches", count=1, waiting=0).run(lambda: 5), 2) == 5
        done.set()
        await other

    run(beside())
