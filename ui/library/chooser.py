"""Choosing a folder of the service's machine: by clicking through what may be added, or by its path."""

from html import escape
from pathlib import PurePosixPath

import streamlit as st

from ui.client import Body, Client, Refused
from ui.parts.acting import act, refusal, sentence
from ui.parts.wording import counted, markdown

_MOST_SHOWN = 200
_AT = "place"
_NO_PLACES = (
    "No folder can be added from here, since the service may be reached by others. Index one where the service runs, "
    "or name the folders that may be added in <code>SCENESEEK_PLACES</code> there."
)


def chooser(client: Client) -> None:
    """The places that may be added, with what lies in them, and a button that begins to index the one that is open."""
    try:
        top = client.places(None)
    except Refused as error:
        st.html(f'<p class="remark" role="alert">{escape(sentence(error.detail))}</p>')
        return
    if not top["folders"] and top["path"] is None and not client.roots()["may_add"]:
        st.html(f'<p class="quiet">{_NO_PLACES}</p>')
        return
    listing = _open(client, top)
    with st.container(border=True, key="chooser"):
        _crumbs(top, listing["path"])
        _folders(listing)
        _typed()
        refusal()
        _begin(client, listing)


def _open(client: Client, top: Body) -> Body:
    """What lies where the reader is; the only place there is, to begin with."""
    path = st.session_state.get(_AT)
    if path is None and len(top["folders"]) == 1:
        path = top["folders"][0]["path"]
    try:
        return top if path is None else client.places(path)
    except Refused as error:
        st.session_state.pop(_AT, None)
        st.session_state["refused"] = sentence(error.detail)
        return top


def _crumbs(top: Body, path: str | None) -> None:
    """Where the reader is; each folder above leads back to it."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="crumbs"):
        if len(top["folders"]) > 1 or path is None:
            st.button("Places", key="crumb", type="tertiary", on_click=_go, args=(None,), disabled=path is None)
        for folder in _way(top, path):
            name = PurePosixPath(folder).name or folder
            st.button(
                f"{markdown(name)} /",
                key=f"crumb {folder}",
                type="tertiary",
                on_click=_go,
                args=(folder,),
                disabled=folder == path,
            )


def _way(top: Body, path: str | None) -> list[str]:
    """The folders from an allowed place down to `path`."""
    if path is None:
        return []
    here = PurePosixPath(path)
    allowed = {PurePosixPath(each["path"]) for each in top["folders"]}
    way = [here]
    while way[0] not in allowed and way[0] != way[0].parent:
        way.insert(0, way[0].parent)
    return [str(each) for each in (way if way[0] in allowed else [here])]


def _folders(listing: Body) -> None:
    shown = listing["folders"][:_MOST_SHOWN]
    if not shown:
        st.html('<p class="quiet small">There are no folders in here.</p>')
        return
    with st.container(height=_height(len(shown)), border=False, gap=None, key="folders"):
        for folder in shown:
            _folder(folder)
    if listing["truncated"] or len(listing["folders"]) > len(shown):
        st.html('<p class="quiet small">There are more than are shown. Type the path of one that is missing.</p>')


def _folder(folder: Body) -> None:
    videos = f" · {counted(folder['videos'], 'video')}" if folder["videos"] else ""
    known = " · in the library" if folder["known"] else ""
    st.button(
        f"{markdown(folder['name'])}:small[{videos}{known}]",
        key=f"go {folder['path']}",
        icon=":material/folder:",
        type="tertiary",
        on_click=_go,
        args=(folder["path"],),
    )


def _height(rows: int) -> int:
    """No larger than needed."""
    return min(36 * rows + 12, 300)


def _typed() -> None:
    st.text_input(
        "Folder’s path",
        key="place_typed",
        placeholder="Or type a folder’s path, such as /mnt/videos",
        label_visibility="collapsed",
        on_change=_go_typed,
    )


def _begin(client: Client, listing: Body) -> None:
    path = listing["path"]
    with st.container(horizontal=True, vertical_alignment="center", key="begin"):
        st.button(
            "Index this folder",
            type="primary",
            disabled=path is None,
            on_click=act,
            args=(_index, client, path),
        )
        st.html(f'<p class="quiet small">{escape(_said(listing))}</p>')


def _said(listing: Body) -> str:
    if listing["path"] is None:
        return "Choose a folder first."
    videos = counted(listing["videos"], "video") if listing["videos"] else "No video"
    return f"{videos} directly in it. The folders in it are indexed, too."


def _index(client: Client, path: str) -> None:
    client.begin_run([path])
    for name in (_AT, "adding"):
        st.session_state.pop(name, None)


def _go(path: str | None) -> None:
    st.session_state[_AT] = path
    st.session_state["place_typed"] = ""


def _go_typed() -> None:
    typed = st.session_state["place_typed"].strip()
    if typed:
        _go(typed)
