"""The moment that plays: what the address names, as the player is told of it."""

from typing import Any

import streamlit as st

from ui.client import Body, Client, Refused
from ui.parts import address, states
from ui.playing import moments
from ui.playing.moments import Section

_STEP = "step"


def opened(client: Client, browser_url: str, sections: list[Section], sentence: str) -> dict[str, Any]:
    """The fields of the grid that say what is open; none where nothing is, or nothing that is known."""
    linked = address.opened(st.session_state["v"], st.session_state["t"])
    if linked is None:
        return {"step": _step()}
    video_id, time_s = linked
    video = known(client, video_id)
    if video is None:
        return {"step": _step()}
    curve = client.curve(video_id, sentence) if sentence.strip() else []
    cards = [card for section in sections for card in section.cards]
    found = moments.near(cards, video_id, time_s)
    shown = found or moments.linked(video, time_s, browser_url)
    facts = moments.facts(video, shown["t"], _problem(client, video_id), curve, browser_url)
    facts = {**facts, "id": shown["id"]}
    return {"step": _step(), "opened": shown["id"], "pinned": None if found else shown, "facts": facts}


def known(client: Client, video_id: str) -> Body | None:
    """None where the page has said why there is none to show."""
    try:
        return client.video(video_id)
    except Refused as error:
        if error.status == 404:
            states.unknown_link()
        else:
            states.refused(error)
    return None


def remember(moment: Body) -> None:
    """The address names what is open, so that it can be copied, and Back closes it."""
    st.session_state.update({name: None if moment[name] is None else str(moment[name]) for name in ("v", "t")})
    st.session_state[_STEP] = _step() + 1


def _step() -> int:
    step: int = st.session_state.get(_STEP, 0)
    return step


def _problem(client: Client, video_id: str) -> str | None:
    try:
        client.check_stream(video_id)
    except Refused as error:
        return states.file_problem(error)
    return None
