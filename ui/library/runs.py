"""The indexing run on the page: followed as it goes, stopped, and what came of the last one."""

from contextlib import suppress
from datetime import UTC, datetime
from html import escape

import streamlit as st

from ui.client import Body, Client, Refused, Unreachable
from ui.parts.wording import counted, left

_AGAIN_S = 2.0
_GOING = ("running", "stopping")
_ENDED = {"done": "Last run", "stopped": "Last run", "failed": "The last run failed"}


def is_going(run: Body) -> bool:
    """Whether it is not over."""
    return run["state"] in _GOING


@st.fragment(run_every=_AGAIN_S)
def follow(client: Client, generation: str | None, *, manage: bool = False) -> None:
    """The run, followed without drawing the rest of the page anew until it publishes or is over.

    With `manage` it can be stopped here, and how the last one ended is said. Asks for little while nothing goes on.
    """
    try:
        run = client.run()
        if _is_news(run, generation):
            st.rerun()
    except (Unreachable, Refused):
        st.rerun()
    if is_going(run):
        _progress(client, run, manage=manage)
    elif manage:
        _outcome(run)


def _is_news(run: Body, generation: str | None) -> bool:
    """Whether a run has begun, ended or published since the page was drawn."""
    before = st.session_state.get("run_seen")
    now = [run["state"] in _GOING, run["ended_at"]]
    st.session_state["run_seen"] = now
    return run["generation"] != generation or (before is not None and before != now)


def _progress(client: Client, run: Body, *, manage: bool) -> None:
    done, total = run["files_done"], run["files_total"]
    failed = f", {run['failed']} failed" if run["failed"] else ""
    if not total or run["state"] == "stopping":
        text, bar = run["message"] or "Looking for videos.", "<progress></progress>"
    else:
        text = f"Indexing: {done:,} of {counted(total, 'file')}{failed}, {left(run['eta_s'])}"
        bar = f'<progress value="{done}" max="{max(total, 1)}" aria-label="Files indexed"></progress>'
    with st.container(horizontal=True, vertical_alignment="center", key="run"):
        st.html(f'<div class="run" role="status"><span>{escape(text)}</span>{bar}</div>')
        if manage and run["here"]:
            st.button("Stop", on_click=_stop, args=(client,), disabled=run["state"] == "stopping")
    if manage and not run["here"]:
        st.html('<p class="quiet small">This run was started elsewhere, or by keeping the folders up to date.</p>')


def _outcome(run: Body) -> None:
    if run["state"] in _ENDED:
        when = f", {_ago(run['ended_at'])}" if run["ended_at"] else ""
        said = escape(run["message"] or "")
        st.html(f'<p class="quiet small outcome" role="status">{_ENDED[run["state"]]}{when}: {said}</p>')


def _stop(client: Client) -> None:
    # It is over, or the page says why nothing can be asked.
    with suppress(Unreachable, Refused):
        client.stop_run()


def _ago(moment: str) -> str:
    minutes = round((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds() / 60)
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{counted(minutes, 'minute')} ago"
    return f"{counted(round(minutes / 60), 'hour')} ago"
