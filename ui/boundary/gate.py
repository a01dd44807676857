"""The password of a page that others can reach."""

import hmac
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import streamlit as st

PAUSE_S = 1.0
_MOST_WAITING = 5
_MOST_ADDRESSES = 32


class TooMany(Exception):
    """Others are guessing already."""


class Turns:
    """Guesses from one address take turns, in however many tabs, and a few wait; other addresses do not.

    So a guess costs its pause, and who guesses in a flood keeps out only those at the same address.
    """

    def __init__(self) -> None:
        self._state = Lock()
        self._asking: Counter[str | None] = Counter()
        self._turns: dict[str | None, Lock] = {}

    @contextmanager
    def turn(self, address: str | None) -> Iterator[None]:
        """Raises TooMany instead of letting more wait."""
        with self._state:
            crowded = self._asking[address] >= _MOST_WAITING
            if crowded or (address not in self._turns and len(self._turns) >= _MOST_ADDRESSES):
                raise TooMany
            self._asking[address] += 1
            mine = self._turns.setdefault(address, Lock())
        try:
            with mine:
                yield
        finally:
            self._leave(address)

    def _leave(self, address: str | None) -> None:
        with self._state:
            self._asking[address] -= 1
            if not self._asking[address]:
                del self._asking[address], self._turns[address]


def passed(password: str | None, turns: Turns) -> bool:
    """Whether the page may be shown; otherwise the question has been drawn."""
    if password is None or st.session_state.get("passed"):
        return True
    with st.form("gate", width=420):
        st.html('<h2 class="lead">Sceneseek</h2>')
        typed = st.text_input("Password", type="password", autocomplete="current-password")
        if st.form_submit_button("Open", type="primary"):
            try:
                is_right = guess(typed, password, turns, st.context.ip_address)
            except TooMany:
                st.error("Too many are trying passwords. Wait a moment, then try again.")
                return False
            if is_right:
                st.session_state["passed"] = True
                st.rerun()
            st.error("That is not the password.")
    return False


def guess(typed: str, password: str, turns: Turns, address: str | None) -> bool:
    """Whether it is the password; when not, known only after a pause. Raises TooMany."""
    with turns.turn(address):
        is_right = hmac.compare_digest(typed.encode(), password.encode())
        if not is_right:
            time.sleep(PAUSE_S)
    return is_right
