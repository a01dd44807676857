"""How a run shows how far it has come."""

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from data.types import State
from data.wording import plain, spoken


@dataclass(slots=True)
class Standing:
    """Where a run stands: files and bytes of work, seconds of video decoded, failures."""

    files_total: int
    bytes_total: int
    files_done: int = 0
    bytes_done: int = 0
    video_s: float = 0.0
    failed: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self.began

    @property
    def eta_s(self) -> float | None:
        """By bytes, since files differ so much in size; None before anything is done."""
        if not self.bytes_done:
            return None
        return self.elapsed_s * (self.bytes_total - self.bytes_done) / self.bytes_done

    @property
    def realtime(self) -> float:
        """Seconds of video per second."""
        return self.video_s / self.elapsed_s if self.elapsed_s else 0.0


class Reporter(Protocol):
    """What a run tells whoever watches it."""

    def standing(self, standing: Standing) -> None:
        """Something has been done; called about every clip."""
        ...

    def trouble(self, path: Path, state: State, stage: str, reason: str) -> None:
        """A file failed, was skipped, or could be read in part only."""
        ...

    def say(self, message: str) -> None:
        """Something a person should know."""
        ...


class Lines:
    """One JSON event a line, on stderr."""

    def __init__(self, out: TextIO = sys.stderr, every_s: float = 1.0) -> None:
        self._out, self._every_s, self._last = out, every_s, 0.0

    def standing(self, standing: Standing) -> None:
        """At most one event in `every_s`, and one for the end."""
        now = time.monotonic()
        if now - self._last < self._every_s and standing.files_done < standing.files_total:
            return
        self._last = now
        self._event(
            "progress",
            files_done=standing.files_done,
            files_total=standing.files_total,
            hours=round(standing.video_s / 3600, 4),
            realtime=round(standing.realtime, 2),
            eta_s=None if standing.eta_s is None else round(standing.eta_s, 1),
            failed=standing.failed,
        )

    def trouble(self, path: Path, state: State, stage: str, reason: str) -> None:
        self._event("trouble", path=str(path), state=state, stage=stage, reason=reason)

    def say(self, message: str) -> None:
        self._event("message", message=message)

    def _event(self, kind: str, **facts: object) -> None:
        print(json.dumps({"event": kind, **facts}), file=self._out, flush=True)


class Bar:
    """A Rich progress bar on a terminal, plain lines elsewhere; on stderr."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("indexing"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pace]}"),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task = self._progress.add_task("", total=None, pace="")

    def standing(self, standing: Standing) -> None:
        self._progress.start()
        pace = f"{spoken(standing.video_s)} of video · {standing.realtime:.0f}× realtime"
        if standing.eta_s is not None:
            pace += f" · {spoken(standing.eta_s)} left"
        if standing.failed:
            pace += f" · [red]{standing.failed} failed[/red]"
        self._progress.update(self._task, completed=standing.files_done, total=standing.files_total, pace=pace)
        if standing.files_done == standing.files_total:
            self.close()

    def trouble(self, path: Path, state: State, stage: str, reason: str) -> None:
        outcome = "partly read" if state == "partial" else state
        told = escape(plain(f"{path}: {stage}: {reason}"))
        self._console.print(f"[yellow]{outcome}[/yellow]: {told}", highlight=False, soft_wrap=True)

    def say(self, message: str) -> None:
        self._console.print(plain(message), highlight=False, markup=False, soft_wrap=True)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._progress.stop()
