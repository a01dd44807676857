"""How many videos were taken when, as bars that choose the time: a month, or from one to another."""

from datetime import date, timedelta

import streamlit as st

from ui.client import Body
from ui.parts.elements import element

_bars = element("dates")


def histogram(months: list[Body]) -> None:
    """`months` as the service counts them, `{"date": "2024-05", "videos": 3}`; it sets the two days of the filter."""
    state = st.session_state
    chosen = [str(state[name])[:7] if state.get(name) else None for name in ("taken_from", "taken_until")]
    _bars(key="months", data={"months": months, "from": chosen[0], "until": chosen[1]}, on_chosen_change=_choose)


def _choose() -> None:
    chosen = st.session_state["months"].get("chosen")
    if not chosen:
        return
    first, last = (_first_day(month) for month in (chosen["from"], chosen["until"]))
    st.session_state["taken_from"] = first
    st.session_state["taken_until"] = last and _last_day(last)


def _first_day(month: str | None) -> date | None:
    try:
        return date.fromisoformat(f"{month}-01") if month else None
    except ValueError:
        return None


def _last_day(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
