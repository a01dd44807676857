"""Which moments are wanted, and in which order: the row of choices below the box."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from ui.client import Body
from ui.wording import markdown

_LENGTHS: dict[str, Body] = {
    "Under 1 minute": {"max_duration_s": 60},
    "1 to 10 minutes": {"min_duration_s": 60, "max_duration_s": 600},
    "Over 10 minutes": {"min_duration_s": 600},
}
_HEIGHTS: dict[str, Body] = {
    "720p or more": {"min_height": 720},
    "1080p or more": {"min_height": 1080},
    "2160p (4K) or more": {"min_height": 2160},
}
_SURE: dict[str, Body] = {
    "Medium or high": {"min_confidence": "medium"},
    "High": {"min_confidence": "high"},
}
_NAMES = ("folder", "video", "length", "height", "taken_from", "taken_until", "confidence", "per_video")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What goes beside a query; `reads` is each filter in words, by the name of its widget."""

    filters: Body
    sort: str
    per_video: int | None
    refine: bool
    reads: dict[str, str]

    def body(self, query: str | Body, limit: int) -> Body:
        return {
            "query": query,
            "limit": limit,
            "filters": self.filters,
            "sort": self.sort,
            "per_video": self.per_video,
            "refine": self.refine,
        }

    @property
    def leaves_out(self) -> bool:
        return bool(self.filters)


def row(videos: list[Body], *, judged: bool) -> Narrowing:
    """Draw the row, and below it the filters that are on, each with a way out."""
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
            chosen = _filters(videos)
        refine = judged and st.toggle("Refine by my thumbs", key="refine", persist_state="session")
    reads = {name: text for name, (text, _) in chosen.items()}
    if reads:
        _pills(reads)
    filters = {field: value for _, fields in chosen.values() for field, value in fields.items()}
    return Narrowing(filters, sort, filters.pop("per_video", None), refine, reads)


def clear(*names: str) -> None:
    """Take filters off; all of them when none is named."""
    for name in names or _NAMES:
        if name in st.session_state:
            st.session_state[name] = None


def _filters(videos: list[Body]) -> dict[str, tuple[str, Body]]:
    """What is chosen, by widget: how it reads and what it asks for."""
    names = {video["video_id"]: PurePath(video["path"]).name for video in videos}
    left, right = st.columns(2)
    with left:
        folder = _choice("Folder", "folder", _folders(videos), "Every folder")
        length = _choice("Length", "length", list(_LENGTHS), "Any length")
        surest = _choice("Confidence", "confidence", list(_SURE), "Any")
    with right:
        video = _choice("Video", "video", list(names), "Every video", lambda name: names.get(name, name))
        height = _choice("Resolution", "height", list(_HEIGHTS), "Any")
        most = _choice("Moments of one video", "per_video", [1, 2, 3, 5], "Any number", lambda n: f"At most {n}")
    chosen: dict[str, tuple[str, Body]] = {}
    if folder:
        chosen["folder"] = f"in {PurePath(folder).name}", {"folder": folder}
    if video:
        chosen["video"] = names.get(video, video), {"video_id": video}
    for name, picked, options in (("length", length, _LENGTHS), ("height", height, _HEIGHTS)):
        if picked:
            chosen[name] = picked, options[picked]
    if any(video["taken_at"] for video in videos):
        chosen |= _dates(left, right)
    if surest:
        chosen["confidence"] = f"{surest} confidence", _SURE[surest]
    if most:
        chosen["per_video"] = f"at most {most} of one video", {"per_video": most}
    return chosen


def _choice(
    label: str, name: str, options: Sequence[Any], anything: str, shown: Callable[[Any], str] = str
) -> Any | None:
    return st.selectbox(
        label, options, index=None, format_func=shown, placeholder=anything, key=name, persist_state="session"
    )


def _dates(left: Any, right: Any) -> dict[str, tuple[str, Body]]:
    """Days as the reader counts them; the last one is meant to be in."""
    chosen: dict[str, tuple[str, Body]] = {}
    first = left.date_input("Taken from", None, key="taken_from", format="YYYY-MM-DD", persist_state="session")
    last = right.date_input("Taken until", None, key="taken_until", format="YYYY-MM-DD", persist_state="session")
    if first:
        chosen["taken_from"] = f"from {first}", {"taken_from": _midnight(first)}
    if last:
        chosen["taken_until"] = f"until {last}", {"taken_until": _midnight(last + timedelta(days=1))}
    return chosen


def _midnight(day: date) -> str:
    try:
        zone = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    return datetime.combine(day, time(), zone).isoformat()


def _pills(reads: dict[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="active"):
        for name, text in reads.items():
            st.button(
                markdown(text),
                key=f"without_{name}",
                icon=":material/close:",
                help="Take this filter off",
                on_click=clear,
                args=(name,),
            )
        if len(reads) > 1:
            st.button("Clear all", type="tertiary", on_click=clear)


def _folders(videos: list[Body]) -> list[str]:
    """Every folder that holds a video, and those above up to where all paths part."""
    parents = {PurePath(video["path"]).parent for video in videos}
    above = {folder for parent in parents for folder in (parent, *parent.parents)}
    shared = {folder for folder in above if all(folder in (parent, *parent.parents) for parent in parents)}
    top = max(shared, key=lambda folder: len(folder.parts), default=PurePath("/"))
    return sorted(str(folder) for folder in above if len(folder.parts) >= len(top.parts))
