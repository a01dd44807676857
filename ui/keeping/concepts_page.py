"""The page of concepts: all of them, or the one that the address names, with its examples."""

from dataclasses import replace
from functools import partial
from html import escape

import streamlit as st

from ui.client import Body, Client, Refused, Unreachable
from ui.keeping import tray
from ui.parts import address, leading, states
from ui.parts.acting import act, refusal
from ui.parts.wording import counted
from ui.playing import moments, player
from ui.playing.moments import Card, Grid, Section

_FIELDS: address.Fields = {"concept": address.given, "v": address.video, "t": address.second}
_ASKED = "concept asked"
_NEW_NAME = "concept's new name"
_KEPT = ("video_id", "start_s", "end_s")


def show(client: Client, browser_url: str) -> None:
    """One concept, or all."""
    address.follow(_FIELDS)
    if asked := st.session_state.pop(_ASKED, None):
        leading.go("search", **asked)
    try:
        if st.session_state["concept"]:
            _one(client, browser_url, st.session_state["concept"])
        else:
            _all(client, browser_url)
        tray.show(client, browser_url)
    except Unreachable:
        states.no_service(client)
    except Refused as error:
        states.no_concept() if error.status in (404, 422) else states.refused(error)


def asking_for(name: str) -> str:
    """What is typed to find it."""
    # In capitals alone it may be an operator.
    return f"concept:{name}" if name.isalnum() and not name.isupper() else f'concept:"{name}"'


def _all(client: Client, browser_url: str) -> None:
    found = client.concepts()
    st.html(
        f'<h2 class="lead">Concepts</h2><p class="quiet">{counted(len(found), "name")} for what moments show. '
        "A click searches for it.</p>"
    )
    if not found:
        states.no_concepts()
        return
    cards = [_entry(one, browser_url) for one in found]
    moments.show(Grid("Concepts", [Section("all", cards)]), key="concepts", example=_chosen)


def _entry(concept: Body, browser_url: str) -> Card:
    picture, name = concept["thumbnail_url"], concept["name"]
    return {
        "id": concept["id"],
        "sentence": name,
        "asks": {"search" if concept["fits"] else "open": name},
        "says": f"Search for {name}" if concept["fits"] else f"Examples of {name}",
        "folder": _examples(concept["fits"], concept["does_not_fit"]),
        "leads": {"says": "Examples", "label": f"Examples of {name}", "asks": {"open": name}},
        "thumbnail": picture and browser_url + picture,
        "alt": "",
    }


def _examples(fits: int, does_not_fit: int) -> str:
    return counted(fits, "example") + (f", {does_not_fit} of what it is not" if does_not_fit else "")


def _chosen(click: Body) -> None:
    if "search" in click:
        st.session_state[_ASKED] = {"q": asking_for(click["search"])}
    else:
        _open(click["open"])


def _open(name: str | None) -> None:
    st.session_state.update(concept=name, v=None, t=None)


def _one(client: Client, browser_url: str, name: str) -> None:
    concept = client.concept(name)
    sections = [section for fits in (True, False) if (section := _section(concept, fits, browser_url)).cards]
    st.html(
        f'<h2 class="lead name">{escape(concept["name"])}</h2>'
        f'<p class="quiet">Version {concept["version"]}, changed {concept["updated_at"][:10]}</p>'
    )
    with st.container(horizontal=True, vertical_alignment="center", key="concept_row"):
        leading.link("search", "Search for it", q=asking_for(concept["name"]))
        with st.popover("Edit", icon=":material/edit:", width="content"):
            _edit(client, concept)
        st.button("All concepts", type="tertiary", on_click=_open, args=(None,))
    refusal()
    if sections:
        _grid(client, browser_url, concept, sections)
    else:
        states.empty_concept()


def _section(concept: Body, fits: bool, browser_url: str) -> Section:
    cards = [_card(one, browser_url) for one in concept["examples"] if one["fits"] == fits]
    title = counted(len(cards), "example") + ("" if fits else " of what it is not")
    return Section("fits" if fits else "not", cards, title)


def _edit(client: Client, concept: Body) -> None:
    st.text_input("Name", concept["name"], max_chars=100, key=f"{_NEW_NAME}_{concept['name']}")
    st.button("Save", type="primary", on_click=_rename, args=(client, concept["name"]))
    sure = st.checkbox("Delete the concept; the videos stay where they are")
    st.button("Delete", on_click=_delete, args=(client, concept["name"]), disabled=not sure)


def _rename(client: Client, name: str) -> None:
    # What is in the box now: the click may come before what was typed has been drawn.
    new = st.session_state[f"{_NEW_NAME}_{name}"].strip()
    if new not in ("", name):
        act(_renamed, client, name, new)


def _renamed(client: Client, name: str, new: str) -> None:
    _open(client.rename_concept(name, new)["name"])


def _delete(client: Client, name: str) -> None:
    act(_deleted, client, name)


def _deleted(client: Client, name: str) -> None:
    client.drop_concept(name)
    _open(None)


def _grid(client: Client, browser_url: str, concept: Body, sections: list[Section]) -> None:
    verdicts = {card["id"]: card["fits"] for section in sections for card in section.cards}
    opened = player.opened(client, browser_url, sections, asking_for(concept["name"]))
    grid = Grid(f"Examples of {concept['name']}", sections, question=concept["id"], verdicts=verdicts)
    moments.show(
        replace(grid, **opened, selected=tray.selected()),
        key="examples",
        opened=player.remember,
        alike=_alike,
        judged=partial(_judge, client, concept),
        selected=tray.take,
    )


def _card(example: Body, browser_url: str) -> Card:
    shown = moments.kept(example, browser_url)
    return {**shown, "id": example["id"], "fits": example["fits"], "folder": shown["stretch"]}


def _alike(moment: Body) -> None:
    st.session_state[_ASKED] = {"like": f"{moment['v']}:{moment['start']:.3f}:{moment['end']:.3f}"}


def _judge(client: Client, concept: Body, click: Body) -> None:
    """Turn an example, or take it away."""
    same = (click["v"], click["start"], click["end"])
    found = next((one for one in concept["examples"] if tuple(one[name] for name in _KEPT) == same), None)
    if found is None:
        return
    if click["relevant"] is None:
        act(client.drop_example, concept["name"], found["id"])
    else:
        mark = {**{name: found[name] for name in _KEPT}, "fits": click["relevant"]}
        act(client.teach, concept["name"], [mark])
