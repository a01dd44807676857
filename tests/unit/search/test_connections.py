"""Connections that say nothing, and listeners without descriptors."""

import resource
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from search.service.boundary.connections import Connection, most_connections
from search.service.boundary.listening import listening


@pytest.fixture
def few_descriptors() -> Iterator[int]:
    """So many more than are open now."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    # So many are free below it, whatever else is open.
    free = [socket.socket() for _ in range(40)]
    limit = max(one.fileno() for one in free) + 1
    for one in free:
        one.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, before[1]))
    yield limit
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_descriptors_are_left_for_files(few_descriptors: int) -> None:
    assert most_connections() <= few_descriptors // 2


def test_caller_is_turned_away_when_no_descriptor_is_left(few_descriptors: int) -> None:
    with listening("127.0.0.1", 0) as opened:
        opened.listen()
        opened.settimeout(5)
        with socket.create_connection(opened.getsockname(), timeout=5) as caller:
            held = _all_descriptors()
            try:
                with pytest.raises(BlockingIOError):
                    opened.accept()
            finally:
                for one in held:
                    one.close()
            assert caller.recv(1) == b""
        with socket.create_connection(opened.getsockname(), timeout=5):
            opened.accept()[0].close()


def _all_descriptors() -> list[socket.socket]:
    held: list[socket.socket] = []
    while True:
        try:
            held.append(socket.socket())
        except OSError:
            return held


class _Stuck:
    """A transport that can't send what it holds, and a loop that keeps what it is to call."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.later: list[Callable[[], None]] = []

    def close(self) -> None:
        self.done.append("close")

    def abort(self) -> None:
        self.done.append("abort")

    def call_later(self, _: float, call: Callable[[], None]) -> None:
        self.later.append(call)


def test_who_takes_nothing_of_an_answer_is_cut_off_in_the_end() -> None:
    stuck = _Stuck()
    connection: Any = object.__new__(Connection)
    connection.cycle, connection.transport, connection.loop = None, stuck, stuck
    connection._give_up()
    assert stuck.done == ["close"]
    for call in stuck.later:
        call()
    assert stuck.done == ["close", "abort"]
