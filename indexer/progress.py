"""How a run shows how far it has come."""

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from data.paths import shown
from data.types import State
from data.wording import plain, spoken


@dataclass(slots=True)
class Progress:
    """How far a run has come: files and bytes of work, seconds of video decoded, failures.

    `what` names the modality, where it is one that is made of what is published already.
    """

    files_total: int
    bytes_total: int
    files_done: int = 0
    bytes_done: int = 0
    video_s: float = 0.0
    failed: int = 0
    began: float = field(default_factory=time.monotonic)
    what: str | None = None

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

    def progress(self, progress: Progress) -> None:
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

    def progress(self, progress: Progress) -> None:
        """At most one event in `every_s`, and one for the end."""
        now = time.monotonic()
        if now - self._last < self._every_s and progress.files_done < progress.files_total:
            return
        self._last = now
        self._event(
            "progress",
            files_done=progress.files_done,
            files_total=progress.files_total,
            hours=round(progress.video_s / 3600, 4),
            realtime=round(progress.realtime, 2),
            eta_s=None if progress.eta_s is None else round(progress.eta_s, 1),
            failed=progress.failed,
            **({"what": progress.what} if progress.what else {}),
        )

    def trouble(self, path: Path, state: State, stage: str, reason: str) -> None:
        self._event("trouble", path=shown(path), state=state, stage=stage, reason=reason)

    def say(self, message: str) -> None:
        self._event("message", message=message)

    def _event(self, kind: str, **facts: object) -> None:
        print(json.dumps({"event": kind, **facts}), file=self._out, flush=True)


class Bar:
    """A Rich progress bar on a terminal, plain lines elsewhere; on stderr."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pace]}"),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("indexing", total=None, pace="")

    def progress(self, progress: Progress) -> None:
        self._bar.start()
        pace = f"{spoken(progress.video_s)} of video · {progress.realtime:.0f}× realtime"
        if progress.eta_s is not None:
            pace += f" · {spoken(progress.eta_s)} left"
        if progress.failed:
            pace += f" · [red]{progress.failed} failed[/red]"
        what = progress.what or "indexing"
        self._bar.update(
            self._task, description=what, completed=progress.files_done, total=progress.files_total, pace=pace
        )
        if progress.files_done == progress.files_total:
            self.close()

    def trouble(self, path: Path, state: State, stage: str, reason: str) -> None:
        outcome = "partly read" if state == "partial" else state
        told = escape(plain(f"{shown(path)}: {stage}: {reason}"))
        self._console.print(f"[yellow]{outcome}[/yellow]: {told}", highlight=False, soft_wrap=True)

    def say(self, message: str) -> None:
        self._console.print(plain(message), highlight=False, markup=False, soft_wrap=True)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._bar.stop()
