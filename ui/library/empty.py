"""A library in which nothing can be searched yet: what to do about it."""

from html import escape

import streamlit as st

from ui.client import Body, Client
from ui.library import runs
from ui.library.chooser import chooser
from ui.parts.states import renew_when, say
from ui.parts.wording import counted


def show(client: Client, status: Body) -> None:
    """Nothing published, and a folder to choose that changes it; the page goes on when it has."""
    if runs.is_going(client.run()):
        _first_run()
        runs.follow(client, status["generation"], manage=True)
        return
    place = f"<code>{escape(status['library'])}</code>"
    if status["files"]:
        text = f"None of the {counted(status['files'], 'file')} in {place} is indexed; the library page gives reasons."
    else:
        text = f"The library {place} is empty. Choose a folder with videos: what they show can be searched then."
    say("Nothing is indexed yet", text)
    runs.follow(client, status["generation"], manage=True)
    chooser(client)
    with st.expander("From the command line", key="by_command", type="compact"):
        say("", "This page goes on by itself.", "make index VIDEOS=/path/to/videos")
    renew_when(client, lambda now: now is None or bool(now["generation"] or now["indexing"]))


def _first_run() -> None:
    """A run is going on and has published nothing yet."""
    say("The first videos are being indexed", "They can be searched as soon as the run publishes them.")
