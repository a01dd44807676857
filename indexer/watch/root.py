"""One root, watched by a thread of its own: a disk that does not answer keeps no other root waiting."""

import os
from collections.abc import Callable, Iterable
from threading import Event, Thread

from watchfiles import Change
from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

from data.paths import is_within
from data.remote.opening import is_address
from data.sources.mounts import tells_of_changes
from data.sources.walk import is_not_entered, is_sidecar_name, is_video_name
from data.stores.watched import How
from indexer.watch.settling import Unsettled

# How often the root itself is looked at: another one may lie there, or none.
_LOOK_S = 1.0
# A listing costs its server something, and often money.
_REMOTE_S = 60.0
_BURST_MS, _STEP_MS = 400, 100

Changes = Iterable[tuple[int, str]]
Say = Callable[[str], None]


class RootWatch:
    """Begun at once. `how` is None while nothing is there; `is_due` is set when the root should be indexed."""

    def __init__(self, root: bytes, library: bytes, *, settle_s: float, poll_s: float, polling: bool, say: Say) -> None:
        self.root, self.name = root, os.fsdecode(root)
        self.how: How | None = None
        self.is_due = Event()
        self._library, self._polling, self._say = library, polling, say
        self._poll_s = max(poll_s, _REMOTE_S) if is_address(root) else poll_s
        self._unsettled = Unsettled(settle_s)
        self._stopping = Event()
        self._later_s: list[float] = []
        Thread(target=self._run, daemon=True).start()

    def look_again(self, after_s: float) -> None:
        """Have it indexed anew, after so long."""
        self._later_s.append(after_s)

    def stop(self) -> None:
        """Soon; a thread that waits for a dead disk ends with the process."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            mark = _mark(self.root)
            if mark is None:
                self._is_away()
                self._stopping.wait(_LOOK_S)
            else:
                self._watch(mark)

    def _is_away(self) -> None:
        if self.how is not None:
            self._say(f"{self.name}: nothing is there now; it is waited for")
        self.how = None

    def _watch(self, mark: tuple[int, int]) -> None:
        """For as long as the same folder lies there."""
        is_told = not self._polling and tells_of_changes(self.root)
        notify = self._opened(is_told=is_told)
        self._say(f"{self.name}: watched by {'looking at it again and again' if self.how == 'polling' else 'events'}")
        # What changed before this moment was told to nobody.
        self.is_due.set()
        try:
            while not self._stopping.is_set() and _mark(self.root) == mark:
                self._note(self._changes(notify))
        finally:
            if notify is not None:
                notify.close()

    def _opened(self, *, is_told: bool) -> RustNotify | None:
        """None where only walking helps: of an address, a name that is no UTF-8, or beyond the system's limits."""
        if is_address(self.root):
            self.how = "polling"
            return None
        for is_polling in (False, True) if is_told else (True,):
            try:
                self.how = "polling" if is_polling else "events"
                return RustNotify([self.name], False, is_polling, round(self._poll_s * 1000), True, True)
            except (OSError, WatchfilesRustInternalError) as error:
                self._say(f"{self.name}: {error}")
            except UnicodeError:
                self.how = "polling"
        return None

    def _changes(self, notify: RustNotify | None) -> Changes:
        """What came within about a second."""
        if notify is None:
            self._stopping.wait(self._poll_s)
            return [(Change.modified, self.name)]
        found = notify.watch(_BURST_MS, _STEP_MS, round(_LOOK_S * 1000), self._stopping)
        return found if isinstance(found, set) else ()

    def _note(self, changes: Changes) -> None:
        paths = [path for change, path in changes if self._matters(change, path)]
        if paths:
            self._unsettled.note(paths)
        while self._later_s:
            self._unsettled.note(after_s=self._later_s.pop())
        if self._unsettled.is_at_rest():
            self.is_due.set()

    def _matters(self, change: int, path: str) -> bool:
        """A file named as a video or what lies beside one, a folder that came, or what went: perhaps a folder."""
        here = os.fsencode(path)
        if here == self.root:
            return True
        below = here[len(self.root) :].strip(b"/").split(b"/")
        if is_within(os.path.realpath(here), self._library) or any(map(is_not_entered, below[:-1])):
            return False
        if is_video_name(below[-1]) or is_sidecar_name(below[-1]):
            return True
        if os.path.isdir(here):
            return change == Change.added and not is_not_entered(below[-1])
        return change == Change.deleted and not below[-1].startswith(b".")


def _mark(root: bytes) -> tuple[int, int] | None:
    """What tells another folder at this place; None where nothing is. Of what an address has a run will tell."""
    if is_address(root):
        return 0, 0
    try:
        status = os.stat(root)
    except OSError:
        return None
    return status.st_dev, status.st_ino
