import multiprocessing
import threading
from collections.abc import Iterator

import pytest

from data.sandbox.pool import Full, Pool
from data.sandbox.process import Bounds, Sandbox, Stopped
from tests.unit.data.test_sandbox import work

BOUNDS = Bounds(memory_bytes=1 << 30, silence_s=60.0)


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool(work, BOUNDS, count=1, waiting=1)
    yield pool
    pool.close()


def test_one_works_one_waits_and_the_next_is_turned_away_at_once(pool: Pool) -> None:
    free = threading.Event()
    working = pool.begin(lambda _: free.wait(60))
    waiting = pool.begin(lambda sandbox: sandbox.ask("say", "my turn"))
    with pytest.raises(Full):
        pool.begin(lambda _: None)
    free.set()
    assert (working.result(60), waiting.result(60)) == (True, "my turn")
    assert pool.begin(lambda _: "room again").result(60) == "room again"


def test_closing_ends_what_works_and_what_waits(pool: Pool) -> None:
    begun = threading.Event()

    def hang(sandbox: Sandbox) -> None:
        begun.set()
        sandbox.ask("sleep")

    working = pool.begin(hang)
    waiting = pool.begin(lambda sandbox: sandbox.ask("say", "never"))
    begun.wait(60)
    pool.close()
    for each in (working, waiting):
        with pytest.raises(Stopped):
            each.result(60)
    with pytest.raises(Stopped):
        pool.begin(lambda _: None)


def test_processes_that_were_started_answer_at_once_and_stay(pool: Pool) -> None:
    pool.start_soon()
    started = pool.begin(lambda sandbox: sandbox.ask("pid")).result(60)
    assert pool.begin(lambda sandbox: sandbox.ask("pid")).result(60) == started


def test_closing_ends_what_is_being_started() -> None:
    pool = Pool(work, BOUNDS, count=2, waiting=0)
    before = set(multiprocessing.active_children())
    pool.start_soon()
    pool.close()
    pool.start_soon()
    assert not set(multiprocessing.active_children()) - before
