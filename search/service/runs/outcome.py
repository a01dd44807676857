"""How a run ended, in words: from its exit status and what it said last."""

import json
from typing import Any

from data.exits import DONE, FILES_FAILED, INTERRUPTED, NOTHING
from data.wording import counted
from search.service.runs.wire import RunState

# All of them are in the ledger.
_FAILURES_TOLD = 20
_ERROR = "error: "


def state_of(code: int, *, was_stopped: bool) -> RunState:
    """What has become of it."""
    if was_stopped or code == INTERRUPTED:
        return "stopped"
    return "done" if code in (DONE, FILES_FAILED, NOTHING) else "failed"


def words_for(code: int, state: RunState, report: dict[str, Any] | None, last: str) -> str:
    """What a person is told; `last` is the last line that was no event."""
    if state == "stopped":
        return "Stopped. What was finished is kept."
    if state == "done":
        return _done(code, report)
    if last.startswith(_ERROR):
        return _sentence(last.removeprefix(_ERROR))
    if code < 0:
        return "The run was ended from outside, perhaps for lack of memory. What was finished is kept."
    return f"The run ended in a way that nobody foresaw (exit {code}). {last}".rstrip()


def report_in(printed: str) -> dict[str, Any] | None:
    """The document that a run printed, with the first of its failures; None where it printed none."""
    try:
        report = json.loads(printed)
    except ValueError:
        return None
    if not isinstance(report, dict):
        return None
    return {**report, "failures": report.get("failures", [])[:_FAILURES_TOLD]}


def _done(code: int, report: dict[str, Any] | None) -> str:
    if code == NOTHING:
        return "No video was found there."
    added = report["indexed"] + report["partial"] if report else 0
    new = "Nothing new." if not added else f"{counted(added, 'video')} added."
    failed = report["failed"] if report else 0
    return f"{new} {counted(failed, 'file')} could not be indexed." if failed else new


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
