"""The folders of the library: which there are, and what can be done with them."""

from functools import partial
from html import escape

import streamlit as st

from ui.client import Body, Client
from ui.library.chooser import chooser
from ui.parts import states
from ui.parts.acting import act, refusal
from ui.parts.wording import counted

_HOW = {"events": "kept up to date", "polling": "kept up to date by looking again and again", "no": ""}


def show(client: Client, *, is_running: bool) -> None:
    """Every folder with its state, then what can be done with all of them."""
    found = client.roots()
    st.html('<h3 class="part">Folders</h3>')
    for number, root in enumerate(found["roots"]):
        _root(client, root, number, is_running=is_running)
    _actions(client, found, is_running=is_running)
    if st.session_state.get("adding"):
        chooser(client)
    else:
        refusal()
    if found["roots"]:
        _watch(client)


def _root(client: Client, root: Body, number: int, *, is_running: bool) -> None:
    path = root["path"]
    with st.container(horizontal=True, vertical_alignment="center", key=f"root{number}"):
        st.html(
            f'<div class="root"><div class="what">{escape(path)}</div><div class="where">{_facts(root)}</div></div>'
        )
        if st.session_state.get("leaving") != path:
            st.button(
                "Remove",
                key=f"leave {path}",
                type="tertiary",
                disabled=is_running,
                on_click=partial(st.session_state.__setitem__, "leaving", path),
            )
    if st.session_state.get("leaving") == path:
        _confirm(client, root)


def _facts(root: Body) -> str:
    facts = [
        "" if root["there"] else '<span class="absent">not there now, what is known of it stays</span>',
        counted(root["videos"], "video"),
        f"{root['failed']:,} failed" if root["failed"] else "",
        _HOW[root["watched"]],
    ]
    return " · ".join(filter(None, facts))


def _confirm(client: Client, root: Body) -> None:
    path = root["path"]
    with st.container(horizontal=True, vertical_alignment="center", key="confirm"):
        videos = counted(root["videos"], "video")
        st.html(
            f'<p class="small">Remove this folder from the library? Its {videos} can’t be found any more. '
            "The files stay on the disk, and you can add the folder again.</p>"
        )
        st.button("Remove from the library", type="primary", on_click=act, args=(_leave, client, path))
        st.button("Keep it", on_click=_stay)


def _leave(client: Client, path: str) -> None:
    _stay()
    client.leave_root(path)


def _stay() -> None:
    st.session_state.pop("leaving", None)


def _actions(client: Client, found: Body, *, is_running: bool) -> None:
    has_failed = any(root["failed"] for root in found["roots"])
    with st.container(horizontal=True, key="actions"):
        is_adding = bool(st.session_state.get("adding"))
        st.button("Close" if is_adding else "Add a folder", on_click=_add, args=(not is_adding,), disabled=is_running)
        if found["roots"]:
            st.button("Index now", on_click=act, args=(client.begin_run,), disabled=is_running)
        if has_failed:
            again = partial(client.begin_run, retry_failed=True)
            st.button("Try failed files again", on_click=act, args=(again,), disabled=is_running)


def _add(is_adding: bool) -> None:
    st.session_state["adding"] = is_adding


def _watch(client: Client) -> None:
    watch = client.watch()
    # The service’s word counts, also where another page has changed it.
    st.session_state["watch"] = watch["on"]
    st.toggle(
        "Keep these folders up to date",
        key="watch",
        on_change=lambda: act(client.turn_watch, st.session_state["watch"]),
    )
    if said := _watched(watch):
        st.html(f'<p class="quiet small">{said}</p>')
    if watch["folders"] and not watch["on"]:
        # What was turned off takes some seconds to end.
        states.renew_when(client, lambda now: now is None or client.watch() != watch)


def _watched(watch: Body) -> str:
    if watch["folders"] and not watch["on"]:
        return "Another program, <code>sceneseek watch</code>, keeps them up to date now."
    if not watch["on"]:
        return "New and changed files are indexed when you press “Index now”."
    if any(folder["how"] == "polling" for folder in watch["folders"]):
        return "New and changed files are indexed by themselves. Folders on a network are looked at every few seconds."
    return "New and changed files are indexed by themselves, as soon as they are whole."
