"""What is selected, on whatever page: kept in a collection, or handed on to an editor."""

from typing import Any

import streamlit as st

from ui.client import Body, Client, Refused, Unreachable
from ui.keeping import exporting
from ui.parts.wording import counted, markdown

_MOST = 500
_FIELDS = ("id", "v", "start", "end", "t")


def selected() -> list[Body]:
    """In the order in which they were selected, as the grid knows them."""
    return [{name: one[name] for name in _FIELDS} for one in _chosen().values()]


def take(change: Body) -> None:
    """Some are selected, or no longer."""
    chosen = _chosen()
    for moment in change["moments"]:
        if not change["on"]:
            chosen.pop(moment["id"], None)
        elif len(chosen) < _MOST or moment["id"] in chosen:
            chosen[moment["id"]] = {**moment, "query": st.session_state.get("q") or None}


def show(client: Client, browser_url: str) -> None:
    """Nothing while nothing is selected."""
    chosen = _chosen()
    if not chosen:
        return
    moments = [_sent(one) for one in chosen.values()]
    with st.container(horizontal=True, vertical_alignment="center", key="tray"):
        st.html(f'<span role="status">{counted(len(chosen), "moment")} selected</span>', width="content")
        with st.popover("Keep", icon=":material/bookmark:", width="content"):
            _keep(client, moments)
        with st.popover("Export", icon=":material/download:", width="content"):
            exporting.panel(client, browser_url, {"moments": moments}, key="tray")
        st.button("Clear selection", type="tertiary", on_click=chosen.clear)


def _keep(client: Client, moments: list[Body]) -> None:
    known = {one["id"]: one["name"] for one in client.collections()}
    place = (
        st.selectbox(
            "Collection",
            list(known),
            index=None,
            format_func=lambda name: known.get(name, name),
            placeholder="A new one",
        )
        if known
        else None
    )
    name = None if place else st.text_input("Name", key="collection name", max_chars=200)
    st.button(
        "Keep them", type="primary", on_click=_kept, args=(client, place, name, moments), disabled=not (place or name)
    )


def _kept(client: Client, place: str | None, name: str | None, moments: list[Body]) -> None:
    try:
        kept = client.add_to_collection(place, moments) if place else client.collect(name or "", moments)
    except (Refused, Unreachable) as error:
        st.toast(markdown(f"Nothing was kept: {error}"))
        return
    _chosen().clear()
    st.toast(markdown(f"{counted(len(moments), 'moment')} kept in {kept['name']}"))


def _chosen() -> dict[str, Body]:
    chosen: dict[str, Body] = st.session_state.setdefault("selected", {})
    return chosen


def _sent(moment: Body) -> dict[str, Any]:
    """As the service takes it."""
    times = {"start_s": moment["start"], "end_s": moment["end"], "best_s": moment["t"]}
    return {"video_id": moment["v"], **times, "query": moment["query"]}
