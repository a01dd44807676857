"""Which moments are wanted, in which order, and how they are shown: the row of choices below the box."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from typing import Any

import streamlit as st

from ui.client import Body, Client, whose
from ui.parts import address
from ui.parts.wording import counted, markdown, zone
from ui.searching.dates import histogram

_LENGTHS: dict[str, tuple[str, Body]] = {
    "short": ("Under 1 minute", {"max_duration_s": 60}),
    "medium": ("1 to 10 minutes", {"min_duration_s": 60, "max_duration_s": 600}),
    "long": ("Over 10 minutes", {"min_duration_s": 600}),
}
_HEIGHTS: dict[str, tuple[str, Body]] = {
    "720": ("720p or more", {"min_height": 720}),
    "1080": ("1080p or more", {"min_height": 1080}),
    "2160": ("2160p (4K) or more", {"min_height": 2160}),
}
_SURE: dict[str, tuple[str, Body]] = {
    "medium": ("Medium or high confidence", {"min_confidence": "medium"}),
    "high": ("High confidence", {"min_confidence": "high"}),
}
_FOUND_BY: dict[str, tuple[str, Body]] = {
    "seen": ("What is seen", {"by": ["seen"]}),
    "said": ("What is said", {"by": ["said"]}),
    "shown": ("What is written on the screen", {"by": ["shown"]}),
}
_TABLES = {"length": _LENGTHS, "height": _HEIGHTS, "confidence": _SURE, "by": _FOUND_BY}
_VIEWS = {"each": "Best of each video", "dense": "Small pictures"}
_NAMES = ("folder", "length", "height", "confidence", "by", "language", "action", "taken_from", "taken_until")
FIELDS: address.Fields = {
    "sort": address.one_of("time", otherwise="relevance"),
    "view": address.some_of(*_VIEWS),
    "folder": address.given,
    "length": address.one_of(*_LENGTHS),
    "height": address.one_of(*_HEIGHTS),
    "confidence": address.one_of(*_SURE),
    "by": address.one_of(*_FOUND_BY),
    "language": address.given,
    "action": address.given,
    "taken_from": address.day,
    "taken_until": address.day,
}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What goes beside a query; `reads` is each filter in words, by the name of its widget."""

    filters: Body
    sort: str
    one_of_each: bool
    is_dense: bool
    refine: bool
    reads: dict[str, str]

    def body(self, query: str | Body, limit: int) -> Body:
        return {
            "query": query,
            "limit": limit,
            "filters": self.filters,
            "sort": self.sort,
            "per_video": 1 if self.one_of_each else None,
            "refine": self.refine,
        }

    @property
    def leaves_out(self) -> bool:
        return bool(self.filters)

    def only_clear(self) -> "Narrowing":
        """In order of time the unlikely ones would come anywhere."""
        return replace(self, filters={"min_confidence": "medium", **self.filters})


def row(client: Client, generation: str, *, judged: bool) -> Narrowing:
    """Draw the row, and below it the filters that are on, each with a way out."""
    languages = _languages(client, generation)
    with st.container(horizontal=True, vertical_alignment="center", key="narrowing"):
        sort = st.segmented_control(
            "Order",
            ["relevance", "time"],
            required=True,
            format_func=str.capitalize,
            label_visibility="collapsed",
            key="sort",
        )
        with st.popover("Filters", icon=":material/tune:", width="content"):
            _filters(client, generation, languages)
        view = st.pills(
            "Shown",
            list(_VIEWS),
            selection_mode="multi",
            format_func=lambda name: _VIEWS[name],
            label_visibility="collapsed",
            key="view",
        )
        refine = judged and st.toggle("Refine by my thumbs", key="refine", persist_state="session")
    chosen = _chosen(languages or {})
    reads = {name: text for name, (text, _) in chosen.items()}
    if reads:
        _pills(reads)
    filters = {field: value for _, fields in chosen.values() for field, value in fields.items()}
    return Narrowing(filters, sort or "relevance", "each" in view, "dense" in view, refine, reads)


def clear(*names: str) -> None:
    """Take filters off; all of them when none is named."""
    for name in names or _NAMES:
        st.session_state[name] = None


def _filters(client: Client, generation: str, languages: dict[str, str] | None) -> None:
    left, right = st.columns(2)
    with left:
        _choice("Folder", "folder", _folders(client, generation), "Every folder", str)
        _choice("Length", "length", list(_LENGTHS), "Any length", lambda name: _LENGTHS[name][0])
    with right:
        _choice("Confidence", "confidence", list(_SURE), "Any", lambda name: _SURE[name][0])
        _choice("Resolution", "height", list(_HEIGHTS), "Any", lambda name: _HEIGHTS[name][0])
    if languages is not None:
        with left:
            _choice("Found by", "by", list(_FOUND_BY), "Anything", lambda name: _FOUND_BY[name][0])
        with right:
            _choice("Language", "language", list(languages), "Any language", lambda tag: languages.get(tag, tag))
    if actions := _actions(client, generation):
        _choice("Action", "action", list(actions), "Any action", lambda action: f"{action} ({actions.get(action, 0)})")
    taken = _dates(client, generation)
    if taken["dates"]:
        histogram(taken["dates"])
        first, last = st.columns(2)
        first.date_input("Taken from", key="taken_from", format="YYYY-MM-DD", persist_state="session")
        last.date_input("Taken until", key="taken_until", format="YYYY-MM-DD", persist_state="session")
        if taken["undated"]:
            st.caption(f"{counted(taken['undated'], 'video says', 'videos say')} nothing of when it was taken.")


def _chosen(languages: dict[str, str]) -> dict[str, tuple[str, Body]]:
    """What is chosen, by widget: how it reads and what it asks for."""
    state = st.session_state
    chosen: dict[str, tuple[str, Body]] = {}
    if folder := state.get("folder"):
        chosen["folder"] = f"in {PurePath(folder).name}", {"folder": folder}
    for name, table in _TABLES.items():
        if (picked := state.get(name)) is not None:
            chosen[name] = table[picked]
    if language := state.get("language"):
        chosen["language"] = f"in {languages.get(language, language)}", {"language": language}
    if action := state.get("action"):
        chosen["action"] = f"tagged {action}", {"action": action}
    if first := state.get("taken_from"):
        chosen["taken_from"] = f"from {first}", {"taken_from": _midnight(first)}
    if last := state.get("taken_until"):
        # Days as the reader counts them; the last one is meant to be in.
        chosen["taken_until"] = f"until {last}", {"taken_until": _midnight(last + timedelta(days=1))}
    return chosen


def _choice(label: str, name: str, options: Sequence[Any], anything: str, shown: Callable[[Any], str]) -> None:
    # A link may name a folder that is gone: nothing is found there, and that is said.
    named = st.session_state.get(name)
    known = [*options, *([named] if named is not None and named not in options else [])]
    st.selectbox(label, known, index=None, format_func=shown, placeholder=anything, key=name, persist_state="session")


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), zone()).isoformat()


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


@st.cache_data(max_entries=4, ttl=600, show_spinner=False, hash_funcs={Client: whose})
def _folders(client: Client, generation: str) -> list[str]:  # noqa: ARG001  part of the cache's key
    return [folder["path"] for folder in client.folders()]


@st.cache_data(max_entries=4, ttl=600, show_spinner=False, hash_funcs={Client: whose})
def _languages(client: Client, generation: str) -> dict[str, str] | None:  # noqa: ARG001  part of the cache's key
    """Of what is said and shown, by tag; None where no word is."""
    counts = client.words()
    return {each["language"]: each["language_name"] for each in counts if each["language"]} if counts else None


@st.cache_data(max_entries=4, ttl=600, show_spinner=False, hash_funcs={Client: whose})
def _actions(client: Client, generation: str) -> dict[str, int]:  # noqa: ARG001  part of the cache's key
    """What clips are tagged with, and how many are."""
    return {each["action"]: each["clips"] for each in client.actions()}


@st.cache_data(max_entries=4, ttl=600, show_spinner=False, hash_funcs={Client: whose})
def _dates(client: Client, generation: str) -> Body:  # noqa: ARG001  part of the cache's key
    return client.dates()
