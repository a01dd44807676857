"""The videos of a library, searched and sorted, and the files that could not be taken in."""

from html import escape
from pathlib import PurePath
from urllib.parse import urlencode

import streamlit as st

from ui.client import Body, Client
from ui.parts.address import here
from ui.parts.wording import clock, counted, size

_PAGE = 50
_NAMES = {
    "indexed": "Videos",
    "failed": "Failed",
    "partial": "Partly read",
    "skipped": "Left out",
    "gone": "Gone",
}
_MEANS = {
    "failed": "These files could not be indexed. They are tried again when they change, or when you ask for it above.",
    "partial": "These files are damaged. What could be read of them is indexed and can be found.",
    "skipped": "These files were left out.",
    "gone": "These files are no longer where they were. Their moments come back when they do.",
}
_SORTS = {"path": "Path", "newest": "Newest", "longest": "Longest", "largest": "Largest", "taken": "Date taken"}


def show(client: Client, browser_url: str, status: Body) -> None:
    """The videos, or the files in another state."""
    counts = {state: status["videos" if state == "indexed" else state] for state in _NAMES}
    present = [state for state, count in counts.items() if count or state == "indexed"]
    chosen = "indexed" if len(present) == 1 else _state(present, counts)
    if chosen == "indexed":
        _videos(client, browser_url)
    else:
        _ledger(client, chosen)


def _videos(client: Client, browser_url: str) -> None:
    words, sort = _wanted()
    offset = st.session_state.get("offset", 0)
    page = client.videos(words=words, sort=sort, limit=_PAGE, offset=offset)
    if not page["videos"]:
        said = "No video has these words in its path." if words else "No video is indexed yet."
        st.html(f'<p class="quiet" role="status">{said}</p>')
    st.html(f'<ul class="files">{"".join(_video(video, browser_url) for video in page["videos"])}</ul>')
    _turning(offset, page["total"])


def _wanted() -> tuple[str, str]:
    """Words of the path, and the order."""
    with st.container(horizontal=True, vertical_alignment="center", key="find"):
        words = st.text_input(
            "Find a video by its name",
            key="words",
            icon=":material/search:",
            placeholder="Find a video by its name or folder",
            label_visibility="collapsed",
            on_change=_from_start,
        )
        sort = st.selectbox(
            "Order",
            list(_SORTS),
            key="sort_videos",
            format_func=_SORTS.__getitem__,
            label_visibility="collapsed",
            width=160,
            on_change=_from_start,
        )
    return (words or "").strip(), sort


def _ledger(client: Client, state: str) -> None:
    offset = st.session_state.get("offset", 0)
    page = client.ledger(state, limit=_PAGE, offset=offset)
    st.html(f'<p class="quiet">{_MEANS[state]}</p>')
    st.html(f'<ul class="files">{"".join(map(_file, page["files"]))}</ul>')
    _turning(offset, page["total"])


def _state(present: list[str], counts: dict[str, int]) -> str:
    """Which files to show."""
    chosen: str = st.segmented_control(
        "Files",
        present,
        default="indexed",
        required=True,
        format_func=lambda state: f"{_NAMES[state]} ({counts[state]:,})",
        label_visibility="collapsed",
        key="state",
        on_change=_from_start,
    )
    return chosen


def _video(video: Body, browser_url: str) -> str:
    path = PurePath(video["path"])
    address = f"/video?{urlencode({**here(), 'v': video['video_id']})}"
    shape = f"{video['width']} × {video['height']}, {video['codec']}"
    return (
        f'<li><a href="{address}" target="_self">'
        f'<img src="{escape(browser_url + video["thumbnail_url"])}" alt="" loading="lazy" width="112" height="63">'
        f'<span><span class="what">{escape(path.name)}</span><br>'
        f'<span class="where">{escape(str(path.parent))}</span></span>'
        f'<span class="how"><span>{clock(video["duration_s"])}</span><span>{shape}</span></span></a></li>'
    )


def _file(file: Body) -> str:
    path = PurePath(file["path"])
    stage = f"{file['stage']}: " if file["stage"] else ""
    detail = f"{stage}{file['reason']}" if file["reason"] else ""
    folded = f"<details><summary>Details</summary><p>{escape(detail)}</p></details>" if detail else ""
    return (
        f'<li><div class="row"><div><div class="what">{escape(path.name)}</div>'
        f'<div class="where">{escape(str(path.parent))}</div>'
        f'<p class="why">{escape(file["says"] or "No reason was recorded.")}</p>{folded}</div>'
        f'<div class="how"><span>{size(file["size_bytes"])}</span>'
        f"<span>seen {escape(file['seen_at'][:10])}</span></div></div></li>"
    )


def _turning(offset: int, total: int) -> None:
    if total <= _PAGE:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="turning"):
        st.button("Earlier", disabled=offset == 0, on_click=_turn, args=(offset - _PAGE,))
        st.button("Later", disabled=offset + _PAGE >= total, on_click=_turn, args=(offset + _PAGE,))
        st.html(f'<p class="quiet">{offset + 1:,} to {min(offset + _PAGE, total):,} of {counted(total, "file")}</p>')


def _turn(offset: int) -> None:
    st.session_state["offset"] = max(offset, 0)


def _from_start() -> None:
    _turn(0)
