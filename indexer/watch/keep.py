"""Keeps a library up to date: watches its roots, and has changes indexed, one run at a time."""

import json
import os
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

from data.child import Child, program
from data.exits import DONE, FILES_FAILED, NOTHING
from data.paths import path_text
from data.stores.catalog import open_catalog
from data.stores.catalog.folders import roots_with_unsettled
from data.stores.library import Library
from data.stores.watched import WatchedFolder, note_watched
from indexer.watch.root import RootWatch

_TURN_S = 0.25
_ROOTS_EVERY_S = 2.0
# What is heard of nothing, such as changes behind links, is found by looking at everything now and then.
_EVERYTHING_EVERY_S = 3600.0
# After a run that failed, or for a file that goes on growing, twice as long each time.
_LONGEST_WAIT_S = 300.0
_GRACE_S = 30.0
_FINE = (DONE, FILES_FAILED, NOTHING)

Tell = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """How long what changes is left to settle, and how roots are looked at that tell of nothing, or all of them."""

    settle_s: float
    poll_s: float
    polling: bool


class Keeper:
    """`tell` gets events: what is watched, what changed, how each run ended."""

    def __init__(self, library: Library, options: WatchOptions, tell: Tell) -> None:
        self._library, self._options, self._tell = library, options, tell
        self._roots: dict[bytes, RootWatch] = {}
        self._told: list[WatchedFolder] | None = None
        self._run: Child | None = None
        self._looked_s, self._everything_s = -_ROOTS_EVERY_S, time.monotonic()
        self._wait_s = options.settle_s
        self._last_line = ""

    def run(self) -> None:
        """Until KeyboardInterrupt. Raises LibraryBusy where another program watches this library."""
        with self._library.watching():
            try:
                while True:
                    self.turn()
                    time.sleep(_TURN_S)
            finally:
                self._close()

    def turn(self) -> None:
        """Look at what has come up, without waiting for anything."""
        now = time.monotonic()
        if now - self._looked_s >= _ROOTS_EVERY_S:
            self._looked_s = now
            self._follow_roots()
        self._say_watched()
        if self._run is not None:
            self._take_up()
        elif (due := [each for each in self._roots.values() if each.is_due.is_set()]) or self._is_time(now):
            self._begin(due)

    def _follow_roots(self) -> None:
        roots = self._known()
        for root in roots:
            if root not in self._roots:
                self._roots[root] = self._watch(root)
        for root in set(self._roots).difference(roots):
            self._roots.pop(root).stop()

    def _known(self) -> list[bytes]:
        """The roots of the library; those that it had last where it can't be asked now."""
        # It may be written, restored or mended at this moment, or its server be away.
        with suppress(Exception):
            if not self._library.exists:
                return []
            with closing(open_catalog(self._library.catalog_at)) as catalog:
                return catalog.roots()
        return list(self._roots)

    def _watch(self, root: bytes) -> RootWatch:
        return RootWatch(
            root,
            os.path.realpath(os.fsencode(self._library.folder)),
            settle_s=self._options.settle_s,
            poll_s=self._options.poll_s,
            polling=self._options.polling,
            say=lambda message: self._tell({"event": "message", "message": message}),
        )

    def _say_watched(self) -> None:
        now = [WatchedFolder(path_text(each.root), each.how) for each in self._roots.values() if each.how]
        if now != self._told:
            self._told = now
            note_watched(self._library, now)
            folders = [{"path": each.path, "how": each.how} for each in now]
            self._tell({"event": "watching", "folders": folders})

    def _is_time(self, now: float) -> bool:
        return bool(self._roots) and now - self._everything_s >= _EVERYTHING_EVERY_S

    def _begin(self, due: list[RootWatch]) -> None:
        """A run over all that is known: a folder that was forgotten meanwhile is not named, and stays out."""
        self._everything_s = time.monotonic()
        for each in due:
            each.is_due.clear()
        self._tell({"event": "indexing", "folders": [path_text(each.root) for each in due]})
        own = ("index", "--library", self._library.folder, "--wait", "--settle", str(self._options.settle_s))
        self._run = Child(program(*own, "--progress", "json", "--json"), hear=self._heard)

    def _heard(self, line: str) -> None:
        if not line.startswith("{"):
            self._last_line = line or self._last_line

    def _take_up(self) -> None:
        """What has become of the run, where it is over."""
        assert self._run is not None
        code = self._run.wait(0)
        if code is None:
            return
        report: dict[str, Any] = {}
        with suppress(ValueError):
            report = json.loads(self._run.printed)
        said = {} if code in _FINE else {"message": self._last_line}
        self._tell({"event": "indexed" if code in _FINE else "failed", "exit": code, "report": report or None, **said})
        self._run = None
        self._see_again(all_roots=code not in _FINE)

    def _see_again(self, *, all_roots: bool) -> None:
        """What a run has left: files that were still being written, or everything where it failed."""
        again = set(self._roots) if all_roots else set()
        with suppress(Exception), closing(open_catalog(self._library.catalog_at)) as catalog:
            again |= roots_with_unsettled(catalog)
        waiting = [self._roots[root] for root in again if root in self._roots]
        for each in waiting:
            each.look_again(self._wait_s)
        self._wait_s = min(2 * self._wait_s, _LONGEST_WAIT_S) if waiting else self._options.settle_s

    def _close(self) -> None:
        for each in self._roots.values():
            each.stop()
        if self._run is not None:
            self._run.end(_GRACE_S)
        with suppress(OSError):
            note_watched(self._library, [])
