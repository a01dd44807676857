"""Watching the folders, as a program that the service keeps running for as long as that is wanted."""

from threading import Event, Lock, Thread

from data.child import Child, program
from data.stores.library import Library
from data.stores.watched import WatchedFolder, is_watch_wanted, want_watch, watched
from search.service.runs.indexing import GRACE_S

_LOOK_S = 2.0
# A program that ends by itself is started again, after a pause that grows.
_PAUSE_S, _LONGEST_PAUSE_S = 2.0, 60.0


class Watching:
    """The wish is kept in the library, so that a service that starts anew goes on. One program watches, whoever's."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = Lock()
        self._child: Child | None = None
        self._changed, self._is_closed = Event(), False
        self._pause_s = _PAUSE_S
        self._thread: Thread | None = None

    @property
    def is_on(self) -> bool:
        return is_watch_wanted(self._library)

    def folders(self) -> list[WatchedFolder]:
        """Those that are watched now, whoever does it."""
        return watched(self._library) or []

    def begin(self) -> None:
        """Watch from now on where that is wanted."""
        with self._lock:
            if self._thread is None and not self._is_closed:
                self._thread = Thread(target=self._keep, daemon=True)
                self._thread.start()

    def turn(self, *, on: bool) -> None:
        """Say what is wanted. Raises OSError where the library can't keep it."""
        want_watch(self._library, on)
        self._pause_s = _PAUSE_S
        self.begin()
        self._changed.set()

    def close(self) -> None:
        """End the program; the wish stays."""
        with self._lock:
            self._is_closed = True
        self._changed.set()
        if self._thread is not None:
            self._thread.join()

    def _keep(self) -> None:
        while not self._is_closed:
            self._changed.clear()
            self._look()
            self._changed.wait(_LOOK_S if self._child or not self.is_on else self._pause_s)
        if self._child is not None:
            self._child.end(GRACE_S)

    def _look(self) -> None:
        if self._child is not None and not self._child.is_alive:
            self._child = None
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        elif self._child is not None and not self.is_on:
            self._child.end(GRACE_S)
            self._child = None
        elif self._child is None and self.is_on and not self._is_closed and not self._library.is_watched():
            command = program("watch", "--library", self._library.folder)
            self._child = Child(command, hear=lambda _: None, settings=self._library.settings)
