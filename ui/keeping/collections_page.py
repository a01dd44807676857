"""The page of collections: all of them, or the one that the address names, with its moments in order."""

from dataclasses import replace
from functools import partial
from html import escape

import streamlit as st

from ui.client import Body, Client, Refused, Unreachable
from ui.keeping import exporting, tray
from ui.parts import address, states
from ui.parts.acting import act, refusal
from ui.parts.wording import counted
from ui.playing import moments, player
from ui.playing.moments import Card, Grid, Section

_FIELDS: address.Fields = {"c": address.token, "v": address.video, "t": address.second}


def show(client: Client, browser_url: str) -> None:
    """One collection, or all."""
    address.follow(_FIELDS)
    try:
        if st.session_state["c"]:
            _one(client, browser_url, st.session_state["c"])
        else:
            _all(client, browser_url)
        tray.show(client, browser_url)
    except Unreachable:
        states.no_service(client)
    except Refused as error:
        states.no_collection() if error.status == 404 else states.refused(error)


def _all(client: Client, browser_url: str) -> None:
    found = client.collections()
    st.html(f'<h2 class="lead">Collections</h2><p class="quiet">{counted(len(found), "collection")}</p>')
    if not found:
        states.no_collections()
        return
    cards = [_entry(one, browser_url) for one in found]
    moments.show(Grid("Collections", [Section("all", cards)]), key="collections", example=_open)


def _entry(collection: Body, browser_url: str) -> Card:
    picture = collection["thumbnail_url"]
    return {
        "id": collection["id"],
        "sentence": collection["name"],
        "asks": collection["id"],
        "says": f"Open {collection['name']}",
        "folder": f"{counted(collection['moments'], 'moment')}, changed {collection['updated_at'][:10]}",
        "thumbnail": picture and browser_url + picture,
        "alt": "",
    }


def _open(collection_id: str | None) -> None:
    st.session_state.update(c=collection_id, v=None, t=None)


def _one(client: Client, browser_url: str, collection_id: str) -> None:
    collection = client.collection(collection_id)
    found = collection["moments"]
    st.html(
        f'<h2 class="lead name">{escape(collection["name"])}</h2><p class="quiet">{counted(len(found), "moment")}</p>'
    )
    with st.container(horizontal=True, vertical_alignment="center", key="collection"):
        with st.popover("Export", icon=":material/download:", width="content", disabled=not found):
            exporting.panel(client, browser_url, {"collection": collection_id}, key=collection_id)
        with st.popover("Edit", icon=":material/edit:", width="content"):
            _edit(client, collection)
        st.button("All collections", type="tertiary", on_click=_open, args=(None,))
    refusal()
    if collection["note"]:
        st.html(f'<p class="note">{escape(collection["note"])}</p>')
    if found:
        _grid(client, browser_url, collection)
    else:
        states.empty_collection()


def _edit(client: Client, collection: Body) -> None:
    st.text_input("Name", collection["name"], max_chars=200, key=f"name_{collection['id']}")
    st.text_area("Note", collection["note"] or "", max_chars=4000, key=f"note_{collection['id']}")
    st.button("Save", type="primary", on_click=_change, args=(client, collection["id"]))
    sure = st.checkbox("Delete the collection; the videos stay where they are")
    st.button("Delete", on_click=_delete, args=(client, collection["id"]), disabled=not sure)


def _change(client: Client, collection_id: str) -> None:
    # As they are at the click: what was drawn before it may be a letter behind.
    name, note = (st.session_state[f"{field}_{collection_id}"] for field in ("name", "note"))
    if name.strip():
        act(client.change_collection, collection_id, name=name, note=note)


def _delete(client: Client, collection_id: str) -> None:
    act(client.drop_collection, collection_id)
    _open(None)


def _grid(client: Client, browser_url: str, collection: Body) -> None:
    cards = [_card(moment, browser_url) for moment in collection["moments"]]
    grid = Grid("Moments of the collection", [Section("moments", cards)], question=collection["id"], ordered=True)
    opened = player.opened(client, browser_url, grid.sections, "")
    moments.show(
        replace(grid, **opened, selected=tray.selected()),
        key="collected",
        opened=player.remember,
        placed=partial(_place, client, collection),
        noted=partial(_note, client, collection["id"]),
        selected=tray.take,
    )


def _card(moment: Body, browser_url: str) -> Card:
    shown = moments.kept(moment, browser_url)
    return {**shown, "key": moment["id"], "note": moment["note"], "folder": shown["stretch"]}


def _place(client: Client, collection: Body, change: Body) -> None:
    """One place earlier or later, or out."""
    ids = [moment["id"] for moment in collection["moments"]]
    if change["key"] not in ids:
        return
    if change["deed"] == "remove":
        act(client.drop_collected, collection["id"], change["key"])
    else:
        act(client.change_collection, collection["id"], order=_moved(ids, change["key"], change["deed"]))


def _moved(ids: list[str], moved: str, deed: str) -> list[str]:
    before = ids.index(moved)
    others = [one for one in ids if one != moved]
    others.insert(max(before + (1 if deed == "later" else -1), 0), moved)
    return others


def _note(client: Client, collection_id: str, change: Body) -> None:
    act(client.change_collected, collection_id, change["key"], note=change["note"])
