"""Indexing, as a program that the service starts, follows and ends; one at a time."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from data.child import Child, program
from data.stores.catalog import Catalog, counting
from data.stores.library import Library
from search.service.runs.outcome import report_in, state_of, words_for
from search.service.runs.wire import IndexRun

# Who ends the service does not wait longer for what is being written to be published.
GRACE_S = 8.0
_WORDS = {"screen_text": "text on the screen"}
_PROGRESS = ("files_done", "files_total", "failed", "eta_s")


class Busy(Exception):
    """A run is going on already, here or elsewhere."""


class NotHere(Exception):
    """The run that is going on is another program's."""


def _begun() -> IndexRun:
    return IndexRun(state="running", here=True, began_at=datetime.now(UTC), message="Looking for videos.")


@dataclass(slots=True)
class _Run:
    """What is known of a run that was started here."""

    told: IndexRun = field(default_factory=_begun)
    last_line: str = ""
    is_stopped: bool = False
    child: Child | None = None


class Indexing:
    """The run that was started here last, and what others do to the library meanwhile."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = Lock()
        self._run: _Run | None = None
        self._is_closed = False

    @property
    def is_here(self) -> bool:
        """Whether a run that was started here goes on."""
        run = self._run
        return run is not None and run.told.state in ("running", "stopping")

    def begin(self, paths: Sequence[bytes], *, retry_failed: bool) -> IndexRun:
        """Start one. Raises Busy."""
        with self._lock:
            if self._is_closed or self.is_here:
                raise Busy("a run is going on already: stop it, or wait until it is done")
            if self._library.is_being_written():
                raise Busy("another program is writing to this library: try again when it is done")
            run = _Run()
            command = self._command(paths, retry_failed=retry_failed)
            hear, ended = partial(self._hear, run), partial(self._ended, run)
            run.child = Child(command, hear=hear, ended=ended, settings=self._library.settings)
            self._run = run
        return run.told

    def stop(self) -> IndexRun:
        """Ask the run to end, keeping what is finished. Raises NotHere."""
        with self._lock:
            run = self._run
            if run is None or run.child is None or not self.is_here:
                if self._library.is_being_written():
                    raise NotHere("another program does this run: stop it where it was started")
                return IndexRun() if run is None else run.told
            run.is_stopped = True
            _tell(run, state="stopping", message="Stopping: what is finished is kept.")
            run.child.stop()
        return run.told

    def told(self, catalog: Catalog | None) -> IndexRun:
        """How far it is: of the run here, else of another program's, else how the last one here ended."""
        run = self._run
        if not self.is_here and catalog is not None and self._library.is_being_written():
            return _elsewhere(catalog)
        return IndexRun() if run is None else run.told

    def close(self) -> None:
        """End the run, keeping what is finished, and start no other."""
        with self._lock:
            self._is_closed = True
            child = self._run.child if self._run else None
        if child is not None:
            child.end(GRACE_S)

    def _command(self, paths: Sequence[bytes], *, retry_failed: bool) -> list[str | bytes | Path]:
        retry = ["--retry-failed"] if retry_failed else []
        own = program("index", "--library", self._library.folder, "--progress", "json", "--json", *retry, "--")
        return [*own, *paths]

    def _ended(self, run: _Run, code: int) -> None:
        with self._lock:
            report = report_in(run.child.printed) if run.child else None
            state = state_of(code, was_stopped=run.is_stopped)
            message = words_for(code, state, report, run.last_line)
            _tell(run, state=state, message=message, report=report, ended_at=datetime.now(UTC), eta_s=None)

    def _hear(self, run: _Run, line: str) -> None:
        """An event of the run, or a line that is none."""
        event = event_in(line)
        with self._lock:
            if event is None:
                run.last_line = line or run.last_line
            elif event["event"] == "progress" and "what" in event:
                # What is seen is published: the files are done, and words are made of them.
                _tell(run, eta_s=event["eta_s"], **({} if run.is_stopped else {"message": _now(event)}))
            elif event["event"] == "progress":
                _tell(run, **{name: event[name] for name in _PROGRESS})
            elif event["event"] == "message" and not run.is_stopped:
                _tell(run, message=str(event["message"]))


def event_in(line: str) -> dict[str, Any] | None:
    """None where it is no event."""
    with suppress(ValueError):
        event = json.loads(line)
        if isinstance(event, dict) and "event" in event:
            return event
    return None


def _now(event: dict[str, Any]) -> str:
    what = _WORDS.get(event["what"], event["what"])
    return f"What is seen can be searched. Now {what}: {event['files_done']} of {event['files_total']} videos."


def _tell(run: _Run, **now: object) -> None:
    run.told = run.told.model_copy(update=now)


def _elsewhere(catalog: Catalog) -> IndexRun:
    told = IndexRun(state="running", message="Another program is writing to this library.")
    progress = counting.progress(catalog)
    return told if progress is None else told.model_copy(update=asdict(progress))
