"""The page that shows what the library holds, and what it could not take in."""

from html import escape
from pathlib import PurePath
from urllib.parse import urlencode

import streamlit as st

from ui import states
from ui.client import Body, Client, Refused, Unreachable
from ui.wording import clock, counted, length, size

_PAGE = 50
_STATES = ("failed", "partial", "skipped", "gone")
_MEANS = {
    "failed": "These files could not be indexed. Each says where it stopped and why.",
    "partial": "These files are damaged: what could be read of them is indexed.",
    "skipped": "These files were left out on purpose.",
    "gone": "These files are no longer where they were. Their moments come back when they do.",
}


def show(client: Client, browser_url: str) -> None:
    """The library in numbers, then its videos or the files in another state."""
    try:
        status = client.status()
        if status["indexing"]:
            states.run_in_progress(client, status["generation"])
        if status["generation"] is None and not status["files"]:
            states.first_run() if status["indexing"] else states.no_index(client, status)
            return
        _figures(status)
        _files(client, browser_url, status)
    except Unreachable:
        states.no_service(client)
    except Refused as error:
        states.refused(error)


def _figures(status: Body) -> None:
    figures = {
        "Videos": f"{status['videos']:,}",
        "Length": length(status["hours"]),
        "Clips": f"{status['clips']:,}",
        "Model": status["model"] or "none yet",
        "Generation": (status["generation"] or "none yet").lstrip("0"),
        "On disk": size(status["bytes"]),
    }
    rows = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in figures.items())
    duplicates = f", {counted(status['duplicates'], 'duplicate')}" if status["duplicates"] else ""
    st.html(
        f'<h2 class="lead">Library</h2><p class="quiet">{escape(status["library"])}{duplicates}</p>'
        f'<dl class="figures">{rows}</dl>'
    )


def _files(client: Client, browser_url: str, status: Body) -> None:
    counts = {"indexed": status["videos"], **{state: status[state] for state in _STATES}}
    present = [state for state, count in counts.items() if count or state == "indexed"]
    chosen = "indexed" if len(present) == 1 else _state(present, counts)
    offset = st.session_state.get("offset", 0)
    if chosen == "indexed":
        page = client.videos(limit=_PAGE, offset=offset)
        rows = [_video(video, browser_url) for video in page["videos"]]
    else:
        page = client.ledger(chosen, limit=_PAGE, offset=offset)
        rows = [_file(file) for file in page["files"]]
        st.html(f'<p class="quiet">{_MEANS[chosen]}</p>')
    st.html(f'<ul class="files">{"".join(rows)}</ul>')
    _turning(offset, page["total"])


def _state(present: list[str], counts: dict[str, int]) -> str:
    """Which files to show."""
    chosen: str = st.segmented_control(
        "Files",
        present,
        default="indexed",
        required=True,
        format_func=lambda state: f"{state.capitalize()} ({counts[state]})",
        label_visibility="collapsed",
        key="state",
        on_change=_from_start,
    )
    return chosen


def _video(video: Body, browser_url: str) -> str:
    path = PurePath(video["path"])
    address = f"/?{urlencode({'v': video['video_id'], 't': 0})}"
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
    stage = f"{escape(file['stage'])}: " if file["stage"] else ""
    return (
        f'<li><div class="row"><div><div class="what">{escape(path.name)}</div>'
        f'<div class="where">{escape(str(path.parent))}</div>'
        f'<p class="why">{stage}{escape(file["reason"] or "no reason recorded")}</p></div>'
        f'<div class="how"><span>{size(file["size_bytes"])}</span>'
        f"<span>seen {escape(file['seen_at'][:10])}</span></div></div></li>"
    )


def _turning(offset: int, total: int) -> None:
    if total <= _PAGE:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Earlier", disabled=offset == 0, on_click=_turn, args=(offset - _PAGE,))
        st.button("Later", disabled=offset + _PAGE >= total, on_click=_turn, args=(offset + _PAGE,))
        st.html(f'<p class="quiet">{offset + 1} to {min(offset + _PAGE, total)} of {total:,}</p>')


def _turn(offset: int) -> None:
    st.session_state["offset"] = max(offset, 0)


def _from_start() -> None:
    _turn(0)
