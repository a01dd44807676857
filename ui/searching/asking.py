"""What is asked: a sentence, a picture, a video or a moment, or words together with one of these."""

import hashlib
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import streamlit as st

from ui.client import Body
from ui.parts import address
from ui.parts.elements import element, telling
from ui.parts.wording import markdown, span

Query = str | dict[str, Any]

_PICTURES = ["jpg", "jpeg", "png", "webp", "gif", "bmp"]
_VIDEOS = ["mp4", "m4v", "mov", "webm", "mkv", "avi", "mpg", "ts"]
# As text; the service takes 10 MB. What is kept of one session is no more than this, too.
_MOST_CHARS = 14_000_000
_HINTS = (
    ("a cat AND a cup", "both at once"),
    ("a street NOT cars", "one without the other"),
    ("a rocket THEN an animal WITHIN 30s", "one after the other, in one video"),
    ('said:"thank you" AND a stage', "words that are said; shown:… for what is written on the screen"),
)
FIELDS: address.Fields = {
    "q": address.words,
    "like": address.stretch,
    "example": address.token,
    "v": address.video,
    "t": address.second,
}

_choose = element("example")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, what of it was typed, and how the rest reads."""

    query: Query | None
    typed: str = ""
    reads: str | None = None

    @property
    def sentence(self) -> str | None:
        """What was typed, where nothing else is asked for."""
        return self.query if isinstance(self.query, str) else None


def box() -> Asked:
    """The search box with its upload, and what they ask for together with the address."""
    with st.container(horizontal=True, vertical_alignment="center", key="ask"):
        st.text_input(
            "Describe a moment",
            key="q",
            icon=":material/search:",
            placeholder="Describe a moment",
            label_visibility="collapsed",
            on_change=forget_moment,
        )
        types = [f".{ending}" for ending in (*_PICTURES, *_VIDEOS)]
        _choose(key="given", data={"types": types}, width="content", on_given_change=telling("given", "given", _take))
    return _asked((st.session_state["q"] or "").strip())


def _asked(typed: str) -> Asked:
    leaf, reads = _shown()
    if leaf is None:
        return Asked(typed or None, typed)
    # What is typed beside a picture is a part of one query, where the short syntax has no place.
    return Asked({"and": [{"text": typed}, leaf]} if typed else leaf, typed, reads)


def _shown() -> tuple[Body | None, str | None]:
    """What is asked for beside words, and how that reads."""
    example = _examples().get(st.session_state["example"] or "")
    if example:
        return {example["kind"]: example["data"]}, f"Looks like {example['name']}"
    like = address.alike(st.session_state["like"])
    if like is None:
        return None, None
    moment = dict(zip(("video_id", "start_s", "end_s"), like, strict=True))
    return {"moment": moment}, f"More like {span(*like[1:])}"


def is_lost() -> bool:
    """Whether the address names a picture that this session does not have: only the browser that gave it may."""
    return bool(st.session_state["example"]) and st.session_state["example"] not in _examples()


def ask(sentence: str) -> None:
    """Put a sentence into the box, in the place of all that was asked; an empty one leaves nothing asked."""
    st.session_state["q"] = sentence
    _without_example()


def ask_alike(moment: Body) -> None:
    """More like a moment."""
    ask("")
    st.session_state["like"] = f"{moment['v']}:{moment['start']:.3f}:{moment['end']:.3f}"


def forget_moment() -> None:
    """Another question: what was opened for the last one is closed."""
    st.session_state.update(v=None, t=None)


def chip(asked: Asked) -> None:
    """How the query reads where the box can't show it, and a way out."""
    with st.container(horizontal=True, vertical_alignment="center", key="chip"):
        st.markdown(markdown(asked.reads or ""), width="content")
        st.button("Clear", on_click=_without_example, type="tertiary", icon=":material/close:")


def hints() -> None:
    """How to ask for more than one thing, closed until somebody wants to know."""
    with st.expander("Combine with AND, NOT and THEN", key="hints", type="compact"):
        for sentence, meaning in _HINTS:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.button(sentence, key=f"hint {sentence}", type="tertiary", on_click=ask, args=(sentence,))
                st.html(f'<span class="quiet">{meaning}</span>', width="content")


def _without_example() -> None:
    st.session_state.update(like=None, example=None)
    forget_moment()


def _take(given: Body) -> None:
    """Keep what the browser gave, and what was given before as far as there is room for it."""
    data, name = str(given["data"]), str(given["name"])
    token = hashlib.blake2b(data.encode(), digest_size=8).hexdigest()
    kind = "video" if PurePath(name).suffix.lower()[1:] in _VIDEOS else "image"
    others = {key: one for key, one in _examples().items() if key != token}
    while others and len(data) + sum(len(one["data"]) for one in others.values()) > _MOST_CHARS:
        del others[next(iter(others))]
    st.session_state["examples"] = {**others, token: {"kind": kind, "name": name, "data": data}}
    st.session_state.update(example=token, like=None)
    forget_moment()


def _examples() -> dict[str, Body]:
    found: dict[str, Body] = st.session_state.get("examples", {})
    return found
