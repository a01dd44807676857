"""Moments as files: which kind, how it is made, and where it is when it is done."""

from functools import partial
from html import escape

import streamlit as st

from ui.client import Body, Client, Refused, Unreachable
from ui.parts.wording import counted, markdown, size

_FORMATS = {
    "clips": "Clips (MP4 files)",
    "reel": "One video, joined (MP4)",
    "edl": "Cut list (EDL, CMX 3600)",
    "markers": "Markers for DaVinci Resolve (EDL)",
    "fcpxml": "Final Cut Pro and Resolve (FCPXML 1.11)",
    "fcp7xml": "Premiere Pro and others (FCP 7 XML)",
    "otio": "OpenTimelineIO",
    "csv": "Table (CSV)",
}
_AGAIN_S = 0.7


def panel(client: Client, browser_url: str, what: Body, *, key: str) -> None:
    """`what` is `{"moments": […]}` or `{"collection": id}`; `key` tells one panel from another."""
    busy = _is_making(key)
    st.fragment(_panel, run_every=_AGAIN_S if busy else None)(client, browser_url, what, key, followed=busy)


def _panel(client: Client, browser_url: str, what: Body, key: str, *, followed: bool) -> None:
    # What was made before is another file.
    anew = partial(st.session_state.pop, f"made {key}", None)
    kind = st.selectbox("As", list(_FORMATS), format_func=_FORMATS.__getitem__, key=f"format {key}", on_change=anew)
    handles = st.number_input(
        "Seconds before and after", min_value=0.0, max_value=60.0, step=0.5, key=f"handles {key}", format="%.1f"
    )
    exact = kind == "clips" and st.toggle(
        "Cut to the frame",
        key=f"exact {key}",
        help="Slower, since it is encoded anew. Otherwise a clip begins at the key frame before.",
    )
    st.button(
        "Make the file",
        type="primary",
        key=f"make {key}",
        on_click=_begin,
        args=(client, key, {**what, "format": kind, "handles_s": handles, "exact": exact}),
    )
    made = st.session_state.get(f"made {key}")
    if made:
        _state(client, browser_url, made, key)
    if _is_making(key) != followed:
        # Drawn again and again while it is being made, and no longer.
        st.rerun()


def _is_making(key: str) -> bool:
    made: Body = st.session_state.get(f"made {key}") or {}
    return made.get("state") == "making"


def _begin(client: Client, key: str, body: Body) -> None:
    try:
        st.session_state[f"made {key}"] = client.export(body)
    except (Refused, Unreachable) as error:
        st.session_state[f"made {key}"] = {"state": "failed", "reason": str(error)}


def _state(client: Client, browser_url: str, made: Body, key: str) -> None:
    if made["state"] == "making":
        made = st.session_state[f"made {key}"] = _now(client, made)
    if made["state"] == "making":
        st.progress(made["done"] / max(made["total"], 1), f"{made['done']} of {counted(made['total'], 'moment')}")
        st.button("Stop", key=f"stop {key}", on_click=_stop, args=(client, key, made["id"]))
        return
    if made["state"] == "done":
        name, address = escape(made["file_name"]), escape(browser_url + made["url"])
        st.html(f'<a class="download" href="{address}" download>Download {name} ({size(made["bytes"])})</a>')
    if made.get("reason"):
        st.html(f'<p class="quiet" role="status">{escape(made["reason"])}</p>')


def _now(client: Client, made: Body) -> Body:
    try:
        return client.exported(made["id"])
    except (Refused, Unreachable) as error:
        return {**made, "state": "failed", "reason": str(error)}


def _stop(client: Client, key: str, export_id: str) -> None:
    st.session_state.pop(f"made {key}", None)
    try:
        client.stop_export(export_id)
    except (Refused, Unreachable) as error:
        st.toast(markdown(f"It could not be stopped: {error}"))
