"""What is asked: a sentence, a picture, a video or a moment."""

import base64
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import streamlit as st

from ui import address
from ui.client import Body
from ui.wording import markdown, span

Query = str | dict[str, Any]

_PICTURES = ["jpg", "jpeg", "png", "webp", "gif", "bmp"]
_VIDEOS = ["mp4", "m4v", "mov", "webm", "mkv", "avi", "mpg", "ts"]
_HINTS = (
    ("a cat AND a cup", "both at once"),
    ("a street NOT cars", "one without the other"),
    ("a rocket THEN an animal WITHIN 30s", "one after the other, in one video"),
)
_LINKED = ("v", "t", "like")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and how it reads when it is no sentence."""

    query: Query | None
    reads: str | None = None


def box() -> Asked:
    """The search box with its upload, and what they ask for together with the address."""
    with st.container(horizontal=True, vertical_alignment="center", key="ask"):
        sentence = st.text_input(
            "Describe a moment",
            key="q",
            bind="query-params",
            icon=":material/search:",
            placeholder="Describe a moment",
            label_visibility="collapsed",
            on_change=forget_moment,
        )
        with st.popover("Picture or video", icon=":material/image:", width="content"):
            example = st.file_uploader(
                "Find moments that look like a picture or a short video",
                type=[*_PICTURES, *_VIDEOS],
                key=f"upload{st.session_state.get('uploads', 0)}",
                on_change=_ask_by_example,
            )
    if (sentence or "").strip():
        return Asked(sentence)
    if example is not None:
        kind = "image" if PurePath(example.name).suffix.lower()[1:] in _PICTURES else "video"
        query = {kind: base64.b64encode(example.getvalue()).decode()}
        return Asked(query, f"Moments that look like {example.name}")
    like = address.alike(st.query_params)
    return Asked(None) if like is None else _alike(*like)


def ask(sentence: str) -> None:
    """Put a sentence into the box; an empty one leaves nothing asked."""
    st.session_state["q"] = sentence
    forget_moment()


def ask_alike(moment: Body | None) -> None:
    """More like a moment; the address carries it, so that the link works too."""
    if moment:
        ask("")
        st.query_params["like"] = f"{moment['v']}:{moment['start']:.3f}:{moment['end']:.3f}"


def forget_moment() -> None:
    """Another question: what was opened or uploaded for the last one is over."""
    for name in _LINKED:
        st.query_params.pop(name, None)
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1


def chip(asked: Asked) -> None:
    """How the query reads when the box can't show it, and a way out."""
    with st.container(horizontal=True, vertical_alignment="center", key="chip"):
        st.markdown(markdown(asked.reads or ""), width="content")
        st.button("Clear", on_click=ask, args=("",), type="tertiary", icon=":material/close:")


def hints() -> None:
    """How to ask for more than one thing, closed until somebody wants to know."""
    with st.expander("Combine with AND, NOT and THEN", key="hints", type="compact"):
        for sentence, meaning in _HINTS:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.button(sentence, key=f"hint {sentence}", type="tertiary", on_click=ask, args=(sentence,))
                st.html(f'<span class="quiet">{meaning}</span>', width="content")


def _ask_by_example() -> None:
    st.session_state["q"] = ""
    for name in _LINKED:
        st.query_params.pop(name, None)


def _alike(video_id: str, start_s: float, end_s: float) -> Asked:
    moment = {"video_id": video_id, "start_s": start_s, "end_s": end_s}
    return Asked({"moment": moment}, f"More like {span(start_s, end_s)}")
