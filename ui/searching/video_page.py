"""The page of one video: it plays, with its shots, and what is found in it."""

from dataclasses import replace
from html import escape
from pathlib import PurePath

import streamlit as st

from ui.client import Body, Client, Refused, Unreachable
from ui.keeping import tray
from ui.parts import address, states
from ui.parts.wording import clock, counted, span
from ui.playing import moments, player
from ui.playing.moments import Card, Grid, Section
from ui.searching import asking

_PAGE = 60
_MOST_FOUND = 100
_FIELDS: address.Fields = {name: asking.FIELDS[name] for name in ("q", "v", "t")}


def show(client: Client, browser_url: str) -> None:
    """The video that the address names."""
    address.follow(_FIELDS)
    try:
        if not st.session_state["v"]:
            states.unknown_link()
        elif video := player.known(client, st.session_state["v"]):
            _video(client, browser_url, video)
        tray.show(client, browser_url)
    except Unreachable:
        states.no_service(client)
    except Refused as error:
        states.refused(error, st.session_state["q"] or "")


def _video(client: Client, browser_url: str, video: Body) -> None:
    path = PurePath(video["path"] or "A file that is gone")
    st.html(f'<h2 class="lead name">{escape(path.name)}</h2><p class="quiet">{escape(str(path.parent))}</p>')
    st.text_input(
        "Search in this video",
        key="q",
        icon=":material/search:",
        placeholder="Search in this video",
        label_visibility="collapsed",
    )
    sentence = st.session_state["q"].strip()
    found = _found(client, browser_url, video, sentence) if sentence else []
    count, limit = len(video["shots"]), st.session_state.get("shots shown", _PAGE)
    shots = [_shot(video, number, browser_url) for number in range(min(count, limit))]
    sections = [*found, Section("shots", shots, counted(count, "shot"))]
    question = f"{video['video_id']} {sentence}"
    _grid(client, browser_url, Grid("Shots", sections, question=question, more=limit < count))


def _found(client: Client, browser_url: str, video: Body, sentence: str) -> list[Section]:
    """In the order of time: where it is in the video is what is asked here. Nothing where nothing is found."""
    body = {"query": sentence, "limit": _MOST_FOUND, "filters": {"video_id": video["video_id"]}, "fold": False}
    found = client.search(body)["moments"]
    clear = [moment for moment in found if moment["confidence"] != "low"]
    shown = sorted(clear or found[:6], key=lambda moment: moment["start_s"])
    cards = [
        {**moments.card(moment, browser_url), "folder": span(moment["start_s"], moment["end_s"])} for moment in shown
    ]
    if not clear:
        states.nothing_in_video()
    title = counted(len(cards), "clear moment") if clear else "What comes nearest"
    return [Section("found", cards, title)] if cards else []


def _shot(video: Body, number: int, browser_url: str) -> Card:
    start_s, end_s = (video["shots"][number][name] for name in ("start_s", "end_s"))
    middle_s = (start_s + end_s) / 2
    shown = moments.card(moments.of_video(video, start_s=start_s, end_s=end_s, best_s=middle_s), browser_url)
    name = f"Shot {number + 1}"
    return {
        **shown,
        "id": f"shot {number}",
        "shot": True,
        "t": round(start_s, 2),
        "from": start_s,
        "at": clock(start_s),
        "name": name,
        "folder": span(start_s, end_s),
        "alt": f"{name} at {clock(start_s)}",
        "span": f"{name}, {span(start_s, end_s)}",
    }


def _grid(client: Client, browser_url: str, grid: Grid) -> None:
    opened = player.opened(client, browser_url, grid.sections, st.session_state["q"])
    moments.show(
        replace(grid, **opened, staged=True, selected=tray.selected()),
        key="video",
        opened=_remember,
        more=_more,
        selected=tray.take,
    )


def _remember(moment: Body) -> None:
    st.session_state["t"] = str(moment["t"])


def _more(_: int) -> None:
    st.session_state["shots shown"] = st.session_state.get("shots shown", _PAGE) + _PAGE
