"""How many videos were taken when, as bars that choose the time: a month, or from one to another."""

from datetime import date, timedelta

import streamlit as st

from ui.client import Body
from ui.parts import address
from ui.parts.elements import element, telling

_bars = element("dates")


def histogram(months: list[Body]) -> None:
    """`months` as the service counts them, `{"date": "2024-05", "videos": 3}`; it sets the two days of the filter."""
    state = st.session_state
    chosen = [str(state[name])[:7] if state.get(name) else None for name in ("taken_from", "taken_until")]
    _bars(
        key="months",
        data={"months": months, "from": chosen[0], "until": chosen[1]},
        on_chosen_change=telling("months", "chosen", _choose),
    )


def _choose(chosen: Body) -> None:
    first, last = (address.day(f"{month}-01") for month in (chosen["from"], chosen["until"]))
    st.session_state["taken_from"] = first
    st.session_state["taken_until"] = last and _last_day(last)


def _last_day(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
