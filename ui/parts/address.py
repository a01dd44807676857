"""What the page's address names: the question, how it is narrowed and shown, and the moment that is open.

The address and the session say the same. A link, or the browser's Back, changes the address, and the session follows;
whatever is done on the page changes the session, and the address follows as a step that Back can undo. Anybody may have
written an address: what can't be meant is as if it were not there.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

_VIDEO = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(r"[0-9a-f]{8,64}")
_LATEST_S = 1e7
_TOLD = "address"
LIBRARY = "library"
# Whoever was let in is let in to all.
_STAYS = (LIBRARY, "passed")

Read = Callable[[str], Any]
Fields = Mapping[str, Read]


def follow(fields: Fields) -> None:
    """Before anything is drawn: whichever of the two has changed tells the other. `fields` read what they name.

    Where both have, what was done on the page counts: a browser may tell an address that is a step old.
    """
    now: dict[str, str] = {name: text for name, text in st.query_params.to_dict().items() if name != LIBRARY}
    before: dict[str, Any] = st.session_state.get(_TOLD, {"page": None, "says": {}})
    is_known = before["page"] == [*fields]
    has_acted = is_known and _said(fields) != {name: text for name, text in before["says"].items() if _has(name)}
    is_led = not has_acted and not (is_known and before["says"] == now)
    for name, read in fields.items():
        if is_led or not _has(name):
            st.session_state[name] = read(now.get(name, ""))
    says = _said(fields)
    if has_acted or says != now:
        _tell(says)
    st.session_state[_TOLD] = {"page": [*fields], "says": says}


def _has(name: str) -> bool:
    # Of what is not drawn Streamlit forgets the value.
    return name in st.session_state


def _said(fields: Fields) -> dict[str, str]:
    """What the session says, but for what would be so anyway."""
    known = {name: st.session_state[name] for name in fields if _has(name)}
    return {name: _text(state) for name, state in known.items() if state != fields[name]("")}


def _tell(says: dict[str, str]) -> None:
    # Told even where it is what the browser told: that may have been a step old.
    if says := {**here(), **says}:
        st.query_params.from_dict(says)
    else:
        st.query_params.clear()


def _text(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


def library_among(names: Sequence[str]) -> str:
    """The one that the address names, else that of the session: it stays the same from page to page."""
    if (asked := st.query_params.get(LIBRARY)) in names:
        if st.session_state.get(LIBRARY, asked) != asked:
            _leave()
        st.session_state[LIBRARY] = asked
    elif st.session_state.get(LIBRARY) not in names:
        st.session_state[LIBRARY] = names[0]
    st.query_params[LIBRARY] = chosen = str(st.session_state[LIBRARY])
    return chosen


def change_library() -> None:
    """Whatever else the address and the session say is about the other one."""
    _leave()
    st.query_params.from_dict({LIBRARY: st.session_state[LIBRARY]})


def _leave() -> None:
    for name in set(map(str, st.session_state)).difference(_STAYS):
        del st.session_state[name]


def here() -> dict[str, str]:
    """What an address says of the library, where there are several."""
    return {LIBRARY: st.session_state[LIBRARY]} if _has(LIBRARY) else {}


def words(text: str) -> str:
    """Any text."""
    return text


def given(text: str) -> str | None:
    """Any text but none."""
    return text or None


def one_of(*known: str, otherwise: str | None = None) -> Read:
    """One of these."""
    return lambda text: text if text in known else otherwise


def some_of(*known: str) -> Read:
    """Those of these that are named."""
    return lambda text: [name for name in known if name in text.split(",")]


def day(text: str) -> date | None:
    """A day as 2024-05-17."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def video(text: str) -> str | None:
    """A video's id."""
    return text if _VIDEO.fullmatch(text) else None


def token(text: str) -> str | None:
    """A name that was made up by a program."""
    return text if _TOKEN.fullmatch(text) else None


def second(text: str) -> str | None:
    """A second of a video, as it was written."""
    return text if _seconds(text) is not None else None


def stretch(text: str) -> str | None:
    """A video and its seconds, from and to, as they were written."""
    return text if alike(text) else None


def opened(video_id: str | None, time: str | None) -> tuple[str, float] | None:
    """The video that is to be opened, and at which second."""
    if not _VIDEO.fullmatch(video_id or ""):
        return None
    return video_id or "", _seconds(time or "") or 0.0


def alike(text: str | None) -> tuple[str, float, float] | None:
    """The video and its seconds, from and to, that others are to be like."""
    video_id, _, seconds = (text or "").partition(":")
    start_s, end_s = map(_seconds, seconds.partition(":")[::2])
    if not _VIDEO.fullmatch(video_id) or start_s is None or end_s is None or start_s >= end_s:
        return None
    return video_id, start_s, end_s


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    # Of NaN neither is true.
    return seconds if 0 <= seconds <= _LATEST_S else None
