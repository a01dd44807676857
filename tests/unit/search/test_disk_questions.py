"""Disks that do not answer."""

import threading

import pytest

from data.sandbox.pool import Full
from search.service.runs.asking import DiskQuestions, DiskSilent
from tests.loops import run


def test_an_answer_and_what_was_raised_come_back() -> None:
    disks = DiskQuestions(count=2, patience_s=10)
    assert run(disks.ask("a", lambda: 3)) == 3
    with pytest.raises(PermissionError):
        run(disks.ask("a", _forbidden))


def test_a_silent_disk_is_given_up_and_keeps_only_so_many_waiting() -> None:
    dead = threading.Event()
    disks = DiskQuestions(count=2, patience_s=0.05)
    for about in ("a", "b", "a", "b"):
        with pytest.raises(DiskSilent):
            run(disks.ask(about, lambda: dead.wait(30)))
    with pytest.raises(Full):
        run(disks.ask("c", lambda: 3))
    dead.set()
    assert _soon(disks) == 3


def _soon(disks: DiskQuestions) -> int:
    while True:
        try:
            return run(disks.ask("a", lambda: 3))
        except (Full, DiskSilent):
            continue


def _forbidden() -> None:
    raise PermissionError(13, "Permission denied")
