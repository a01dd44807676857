"""What the page says when there is nothing to show, and what to do about it."""

import sys
from collections.abc import Callable
from html import escape
from shlex import quote
from urllib.parse import urlsplit

import streamlit as st

from ui.client import Body, Client, Refused, Unreachable
from ui.parts.acting import sentence

_AGAIN_S = 2.0


def no_service(client: Client) -> None:
    """Nobody answers; the page waits until somebody does."""
    say(
        "The search service doesn’t answer",
        f"Nothing answers at <code>{escape(client.url)}</code>. Start it, and this page goes on by itself:",
        starting(client.url),
    )
    renew_when(client, lambda now: now is not None)


def starting(service_url: str) -> str:
    """The command that starts the service, with this very program: its name need not be known to the reader's shell."""
    parts = urlsplit(service_url)
    port = f" --port {parts.port}" if parts.port not in (None, 8000) else ""
    return f"{quote(sys.executable)} -m sceneseek serve{port}"


def found(says: str, took_ms: float, *, nothing_clear: bool) -> None:
    """How many moments there are, above them."""
    if nothing_clear:
        st.html(
            '<div class="remark" role="status"><strong>Nothing clearly matches.</strong> '
            "What comes nearest is below. Try other words: what is seen, rather than what it is called.</div>"
        )
    st.html(f'<p class="quiet small" role="status">{says}, in {took_ms:.0f} ms</p>')


def nothing_found(narrowed: bool, clear: Callable[[], None], *, in_time: bool) -> None:
    """No moment; `narrowed` says whether filters leave some out, and `clear` takes them off."""
    if narrowed:
        say("Nothing found with these filters", "The filters above may leave out what you look for.")
        st.button("Search without filters", on_click=clear)
        return
    unlikely = " In the order of relevance, what comes nearest is shown too." if in_time else ""
    say(
        "Nothing clearly matches" if in_time else "Nothing found",
        f"Try other words: what is seen, rather than what it is called.{unlikely}",
    )


def notes(said: list[str]) -> None:
    """What the service has to say about its answer."""
    if said:
        st.html("".join(f'<p class="remark" role="status">{escape(sentence(one))}</p>' for one in said))


def nothing_in_video() -> None:
    """A search in one video has found nothing sure."""
    st.html('<p class="remark" role="status">Nothing in this video clearly matches.</p>')


def no_collections() -> None:
    """None has been made yet."""
    say("No collection yet", "Select moments with the tick on their pictures, or the key S, and keep them here.")


def empty_collection() -> None:
    """It holds nothing."""
    say("This collection is empty", "Select moments on the search page and keep them in it.")


def no_collection() -> None:
    """A link to one that was deleted, or never was here."""
    say("This collection isn’t here", "It may have been deleted, or belongs to another library.")


def no_concepts() -> None:
    """None has been taught yet."""
    say(
        "No concept yet",
        "Select some moments that show one thing, such as your dog or a logo, and keep them as a concept. "
        "Then <code>concept:rex</code> finds more of it.",
    )


def empty_concept() -> None:
    """It has no examples."""
    say("This concept has no examples", "Select moments on the search page and keep them as this concept.")


def no_concept() -> None:
    """A link to one that was deleted or renamed, or never was here."""
    say("This concept isn’t here", "It may have been deleted, have another name now, or belong to another library.")


def lost_example() -> None:
    """A link to a search by a picture that is not here."""
    st.html(
        '<p class="quiet" role="status">This link searches by a picture that only its own browser window knew. '
        "Give the picture again.</p>"
    )


def unknown_link() -> None:
    """A link to a video that is not known here."""
    st.html('<p class="quiet" role="status">The video of this link isn’t in this library.</p>')


def refused(error: Refused, asked: str = "") -> None:
    """Why the service did not answer, in the page's words where the reader can do something about it."""
    if error.status in (401, 403):
        text = "It asks for a key. Set <code>SCENESEEK_API_KEY</code> to the service’s key where this page was started."
        say("The service didn’t let this page in", text)
    elif error.kind == "query":
        say("The query can’t be read", escape(error.detail), _pointed(asked, error.position))
    elif error.kind == "no-model":
        say("The library’s model isn’t here", escape(error.detail))
    else:
        say("The service can’t answer this", escape(error.detail))


def file_problem(error: Refused) -> str:
    """Why a file can't be played."""
    if error.kind == "file-gone":
        return "The file is no longer where it was indexed. Index its folder again and the results will be right."
    if error.kind == "file-changed":
        return "The file has changed since it was indexed, so its times would be wrong. Index its folder again."
    return error.detail


@st.fragment(run_every=_AGAIN_S)
def renew_when(client: Client, changed: Callable[[Body | None], bool]) -> None:
    """Draw the page anew as soon as the status (None when nobody answers) has changed."""
    try:
        is_other = changed(client.status())
    except Unreachable:
        is_other = changed(None)
    except Refused:
        is_other = True
    if is_other:
        st.rerun()


def say(title: str, text: str, command: str = "") -> None:
    """A state of the page in words; `text` is HTML."""
    shown = f"<pre>{escape(command)}</pre>" if command else ""
    heading = f"<h2>{title}</h2>" if title else ""
    st.html(f'<div class="state" role="status">{heading}<p>{text}</p>{shown}</div>')


def _pointed(asked: str, position: int | None) -> str:
    return asked if position is None else f"{asked}\n{' ' * position}^"
