"""What is selected, on whatever page: kept in a collection, or handed on to an editor."""

from collections.abc import Callable
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
        with st.popover("Concept", icon=":material/label:", width="content"):
            _teach(client, moments)
        with st.popover("Export", icon=":material/download:", width="content"):
            exporting.panel(client, browser_url, {"moments": moments}, key="tray")
        st.button("Clear selection", type="tertiary", on_click=chosen.clear)


def _keep(client: Client, moments: list[Body]) -> None:
    place = _known("Collection", {one["id"]: one["name"] for one in client.collections()})
    name = None if place else st.text_input("Name", key="collection name", max_chars=200)
    st.button(
        "Keep them", type="primary", on_click=_kept, args=(client, place, name, moments), disabled=not (place or name)
    )


def _kept(client: Client, place: str | None, name: str | None, moments: list[Body]) -> None:
    def keep() -> Body:
        return client.add_to_collection(place, moments) if place else client.collect(name or "", moments)

    _done(keep, f"{counted(len(moments), 'moment')} kept in")


def _teach(client: Client, moments: list[Body]) -> None:
    st.html('<p class="quiet small">A name for what these moments show: it then finds more of it.</p>')
    known = _known("Concept", {one["name"]: one["name"] for one in client.concepts()})
    name = known or (st.text_input("Name", key="concept name", max_chars=100) or "").strip()
    fits = not st.checkbox("They are examples of what it is not", key="concept fits not")
    examples = [{**{field: one[field] for field in ("video_id", "start_s", "end_s")}, "fits": fits} for one in moments]
    st.button("Keep as concept", type="primary", on_click=_taught, args=(client, name, examples), disabled=not name)


def _taught(client: Client, name: str, examples: list[Body]) -> None:
    _done(lambda: client.teach(name, examples), f"{counted(len(examples), 'example')} kept for")


def _known(label: str, names: dict[str, str]) -> str | None:
    """One of those that there are, by its key; None for a new one."""
    if not names:
        return None
    chosen: str | None = st.selectbox(
        label, list(names), index=None, format_func=lambda key: names.get(key, key), placeholder="A new one"
    )
    return chosen


def _done(keep: Callable[[], Body], says: str) -> None:
    """Keep what is selected, or say why not."""
    try:
        kept = keep()
    except (Refused, Unreachable) as error:
        st.toast(markdown(f"Nothing was kept: {error}"))
        return
    _chosen().clear()
    st.toast(markdown(f"{says} {kept['name']}"))


def _chosen() -> dict[str, Body]:
    chosen: dict[str, Body] = st.session_state.setdefault("selected", {})
    return chosen


def _sent(moment: Body) -> dict[str, Any]:
    """As the service takes it."""
    times = {"start_s": moment["start"], "end_s": moment["end"], "best_s": moment["t"]}
    return {"video_id": moment["v"], **times, "query": moment["query"]}
