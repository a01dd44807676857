"""What the page says when there is nothing to show, and what to do about it."""

import sys
from collections.abc import Callable
from html import escape
from shlex import quote
from urllib.parse import urlsplit

import streamlit as st

from ui import runs
from ui.chooser import chooser
from ui.client import Body, Client, Refused, Unreachable
from ui.wording import counted

_AGAIN_S = 2.0


def no_service(client: Client) -> None:
    """Nobody answers; the page waits until somebody does."""
    _say(
        "The search service doesn’t answer",
        f"Nothing answers at <code>{escape(client.url)}</code>. Start it, and this page goes on by itself:",
        starting(client.url),
    )
    _renew_when(client, lambda now: now is not None)


def starting(service_url: str) -> str:
    """The command that starts the service, with this very program: its name need not be known to the reader's shell."""
    parts = urlsplit(service_url)
    port = f" --port {parts.port}" if parts.port not in (None, 8000) else ""
    return f"{quote(sys.executable)} -m sceneseek serve{port}"


def no_index(client: Client, status: Body) -> None:
    """Nothing published, and a folder to choose that changes it; the page goes on when it has."""
    if runs.is_going(client.run()):
        first_run()
        runs.follow(client, status["generation"], manage=True)
        return
    place = f"<code>{escape(status['library'])}</code>"
    if status["files"]:
        text = f"None of the {counted(status['files'], 'file')} in {place} is indexed; the library page gives reasons."
    else:
        text = f"The library {place} is empty. Choose a folder with videos: what they show can be searched then."
    _say("Nothing is indexed yet", text)
    runs.follow(client, status["generation"], manage=True)
    chooser(client)
    with st.expander("From the command line", key="by_command", type="compact"):
        _say("", "This page goes on by itself.", "make index VIDEOS=/path/to/videos")
    _renew_when(client, lambda now: now is None or bool(now["generation"] or now["indexing"]))


def first_run() -> None:
    """A run is going on and has published nothing yet."""
    _say("The first videos are being indexed", "They can be searched as soon as the run publishes them.")


def nothing_found(narrowed: bool, clear: Callable[[], None]) -> None:
    """No moment; `narrowed` says whether filters leave some out, and `clear` takes them off."""
    _say(
        "Nothing found",
        "No moment matches. Try other words: what is seen, rather than what it is called."
        + (" The filters above leave some out." if narrowed else ""),
    )
    if narrowed:
        st.button("Search without filters", on_click=clear)


def remarks(answer: Body) -> None:
    """What one should know about an answer: the service's notes, and whether anything in it is sure."""
    said = list(answer["notes"])
    if all(moment["confidence"] == "low" for moment in answer["moments"]):
        said.insert(0, "Nothing clearly matches. These are the nearest.")
    if said:
        st.html("".join(f'<p class="remark" role="status">{escape(one)}</p>' for one in said))


def unknown_link() -> None:
    """A link to a video that is not known here."""
    st.html('<p class="quiet" role="status">The video of this link isn’t in this library.</p>')


def refused(error: Refused, asked: str = "") -> None:
    """Why the service did not answer, in the page's words where the reader can do something about it."""
    if error.status in (401, 403):
        text = "It asks for a key. Set <code>SCENESEEK_API_KEY</code> to the service’s key where this page was started."
        _say("The service didn’t let this page in", text)
    elif error.kind == "query":
        _say("The query can’t be read", escape(error.detail), _pointed(asked, error.position))
    elif error.kind == "no-model":
        _say("The library’s model isn’t here", escape(error.detail))
    else:
        _say("The service can’t answer this", escape(error.detail))


def file_problem(error: Refused) -> str:
    """Why a file can't be played."""
    if error.kind == "file-gone":
        return "The file is no longer where it was indexed. Index its folder again and the results will be right."
    if error.kind == "file-changed":
        return "The file has changed since it was indexed, so its times would be wrong. Index its folder again."
    return error.detail


def run_in_progress(client: Client, generation: str | None) -> None:
    """A line that follows the indexing run, and renews the page when it begins, ends or publishes."""
    runs.follow(client, generation)


@st.fragment(run_every=_AGAIN_S)
def _renew_when(client: Client, changed: Callable[[Body | None], bool]) -> None:
    """Draw the page anew as soon as the status (None when nobody answers) has changed."""
    try:
        now = client.status()
    except Unreachable:
        now = None
    except Refused:
        st.rerun()
    if changed(now):
        st.rerun()


def _say(title: str, text: str, command: str = "") -> None:
    shown = f"<pre>{escape(command)}</pre>" if command else ""
    heading = f"<h2>{title}</h2>" if title else ""
    st.html(f'<div class="state" role="status">{heading}<p>{text}</p>{shown}</div>')


def _pointed(asked: str, position: int | None) -> str:
    return asked if position is None else f"{asked}\n{' ' * position}^"
