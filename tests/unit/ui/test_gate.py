"""Guessing the password, in many tabs and from many places."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ui.boundary import gate
from ui.boundary.gate import TooMany, Turns, guess


@pytest.fixture(autouse=True)
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PAUSE_S", 0.2)


def _tried(turns: Turns, address: str | None, typed: str = "wrong") -> bool | None:
    try:
        return guess(typed, "right", turns, address)
    except TooMany:
        return None


def test_guesses_in_many_tabs_take_as_long_as_in_one_and_few_may_wait() -> None:
    turns = Turns()
    began_s = time.monotonic()
    with ThreadPoolExecutor(20) as tabs:
        tried = list(tabs.map(lambda _: _tried(turns, "10.0.0.9"), range(20)))
    looked_at = tried.count(False)
    assert 1 <= looked_at <= 5
    assert time.monotonic() - began_s >= looked_at * 0.2
    assert tried.count(None) == 20 - looked_at


def test_who_knows_the_word_does_not_wait_for_guesses_from_elsewhere() -> None:
    turns = Turns()
    with ThreadPoolExecutor(20) as tabs:
        for _ in range(20):
            tabs.submit(_tried, turns, "10.0.0.9")
        time.sleep(0.05)
        began_s = time.monotonic()
        assert _tried(turns, None, "right")
        assert time.monotonic() - began_s < 0.15


def test_addresses_that_guess_are_bounded_and_forgotten() -> None:
    turns = Turns()
    with ThreadPoolExecutor(60) as tabs:
        tried = list(tabs.map(lambda number: _tried(turns, f"10.0.0.{number}"), range(60)))
    assert tried.count(None) > 0
    assert _tried(turns, "10.0.1.1", "right")
