"""What is asked: a sentence, a picture or a moment, and which videos may answer."""

import base64
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import streamlit as st

from ui.client import Body
from ui.wording import span

Query = str | dict[str, Any]

_PICTURES = ["jpg", "jpeg", "png", "webp", "gif", "bmp"]
_LINKED = ("v", "t", "like")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and how it reads when it is no sentence."""

    query: Query | None
    reads: str | None = None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which moments are wanted, and in which order."""

    filters: Body
    sort: str
    per_video: int | None
    video: str | None
    """The name of the only video that may answer."""

    def body(self, query: Query, limit: int) -> Body:
        return {
            "query": query,
            "limit": limit,
            "filters": self.filters,
            "sort": self.sort,
            "per_video": self.per_video,
        }

    @property
    def reads(self) -> str:
        """What follows "12 moments"."""
        of_video = f" of {self.video}" if self.video else ""
        below = f" in {PurePath(self.filters['folder']).name}" if "folder" in self.filters else ""
        sure = f" of {self.filters['min_confidence']} confidence or better" if "min_confidence" in self.filters else ""
        return sure + of_video + below + (f", at most {self.per_video} of one video" if self.per_video else "")

    @property
    def leaves_out(self) -> bool:
        return bool(self.filters)


def box() -> Asked:
    """The search box with its upload, and what they ask for together with the address."""
    with st.container(horizontal=True, vertical_alignment="center", key="ask"):
        sentence = st.text_input(
            "Describe a moment",
            key="q",
            bind="query-params",
            icon=":material/search:",
            placeholder="Describe a moment, such as “a cat asleep on a desk”",
            label_visibility="collapsed",
            on_change=forget_moment,
        )
        with st.popover("Picture", icon=":material/image:", width="content"):
            picture = st.file_uploader(
                "Find moments that look like a picture",
                type=_PICTURES,
                key=f"picture{st.session_state.get('pictures', 0)}",
                on_change=_ask_with_picture,
            )
    like = st.query_params.get("like", "").split(":")
    if (sentence or "").strip():
        return Asked(sentence)
    if picture is not None:
        return Asked({"image": base64.b64encode(picture.getvalue()).decode()}, f"Moments that look like {picture.name}")
    if len(like) == 3:
        return _alike(*like)
    return Asked(None)


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
    st.session_state["pictures"] = st.session_state.get("pictures", 0) + 1


def chip(asked: Asked) -> None:
    """How the query reads when the box can't show it, and a way out."""
    with st.container(horizontal=True, vertical_alignment="center", key="chip"):
        st.markdown(_plain(asked.reads or ""), width="content")
        st.button("Clear", on_click=ask, args=("",), type="tertiary", icon=":material/close:")


def narrowing(videos: list[Body]) -> Narrowing:
    """The row of choices below the box."""
    names = {video["video_id"]: PurePath(video["path"]).name for video in videos}
    with st.container(horizontal=True, vertical_alignment="center", key="narrowing"):
        sort = st.segmented_control(
            "Order",
            ["relevance", "time"],
            default="relevance",
            required=True,
            format_func=str.capitalize,
            label_visibility="collapsed",
            key="sort",
            persist_state="session",
        )
        with st.popover("Filters", icon=":material/tune:", width="content"):
            folder = st.selectbox(
                "Folder",
                _folders(videos),
                index=None,
                placeholder="Every folder",
                key="folder",
                persist_state="session",
            )
            video = st.selectbox(
                "Video",
                list(names),
                index=None,
                format_func=lambda name: names.get(name, name),
                placeholder="Every video",
                key="video",
                persist_state="session",
            )
            most = st.selectbox(
                "Moments of one video",
                [1, 2, 3, 5],
                index=None,
                format_func=lambda count: f"At most {count}",
                placeholder="Any number",
                key="per_video",
                persist_state="session",
            )
            surest = st.selectbox(
                "Confidence",
                ["medium", "high"],
                index=None,
                format_func={"medium": "Medium or high", "high": "High"}.__getitem__,
                placeholder="Any",
                key="confidence",
                persist_state="session",
            )
    chosen = (("folder", folder), ("video_id", video), ("min_confidence", surest))
    filters = {name: value for name, value in chosen if value}
    return Narrowing(filters, sort, most, names.get(video or ""))


def _ask_with_picture() -> None:
    st.session_state["q"] = ""
    for name in _LINKED:
        st.query_params.pop(name, None)


def _alike(video_id: str, start: str, end: str) -> Asked:
    try:
        start_s, end_s = float(start), float(end)
    except ValueError:
        return Asked(None)
    moment = {"video_id": video_id, "start_s": start_s, "end_s": end_s}
    return Asked({"moment": moment}, f"More like {span(start_s, end_s)}")


def _folders(videos: list[Body]) -> list[str]:
    """Every folder that holds a video, and those above up to where all paths part."""
    parents = {PurePath(video["path"]).parent for video in videos}
    above = {folder for parent in parents for folder in (parent, *parent.parents)}
    shared = {folder for folder in above if all(folder in (parent, *parent.parents) for parent in parents)}
    top = max(shared, key=lambda folder: len(folder.parts), default=PurePath("/"))
    return sorted(str(folder) for folder in above if len(folder.parts) >= len(top.parts))


def _plain(text: str) -> str:
    """Markdown that reads as the text."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()<>#+-.!|~$:" else letter for letter in text)
