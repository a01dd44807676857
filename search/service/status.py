"""The library in numbers, for the service and the command line."""

import time
from collections.abc import Callable
from dataclasses import asdict
from threading import Lock
from typing import Any, Generic, TypeVar

from data.stores.catalog import Catalog, counting
from data.stores.library import Library
from data.stores.publishing import serving
from data.stores.watched import watched
from data.wording import counted, sized, spoken
from search.service import wire

T = TypeVar("T")

# Counting bytes takes a hundredth of the time at most, however often they are asked for.
_REST = 99


class Remembered(Generic[T]):
    """What `count` counts on the disk: remembered for so long as it took to count it, and 99 times more."""

    def __init__(self, count: Callable[[], T], clock: Callable[[], float] = time.monotonic) -> None:
        self._count, self._clock = count, clock
        self._counting = Lock()
        self._last: T | None = None
        self._until_s = 0.0

    def counted(self) -> T:
        """Only who has no earlier number waits for another's counting."""
        if not self._counting.acquire(blocking=self._last is None):
            assert self._last is not None
            return self._last
        try:
            began_s = self._clock()
            if self._last is None or began_s >= self._until_s:
                self._last = self._count()
                ended_s = self._clock()
                self._until_s = ended_s + _REST * (ended_s - began_s)
            return self._last
        finally:
            self._counting.release()


class Footprint(Remembered[int]):
    """The bytes of a folder."""

    def bytes(self) -> int:
        """As `counted`."""
        return self.counted()


def status_of(library: Library, catalog: Catalog | None, *, bytes_used: int, set_aside: int) -> wire.Status:
    """`catalog` is None where there is no library yet: all counts are 0 then."""
    served = serving(library)
    counts = counting.counts(catalog, served.fingerprint if served else None) if catalog else counting.NO_COUNTS
    return wire.Status(
        library=str(library.folder),
        model=served.model if served else None,
        generation=served.generation if served else None,
        bytes=bytes_used,
        set_aside=set_aside,
        indexing=_indexing(library, catalog),
        watching=_watching(library),
        **asdict(counts),
    )


def status_lines(body: dict[str, Any]) -> list[str]:
    """The same for people, from its stable form."""
    said = {
        **{name: "none yet" if value is None else value for name, value in body.items()},
        "hours": spoken(body["hours"] * 3600),
        "bytes": sized(body["bytes"]),
        "set_aside": sized(body["set_aside"]),
        "indexing": _indexing_line(body["indexing"]),
        "watching": _watching_line(body["watching"] or []),
    }
    for name in ("set_aside", "watching"):
        if not body[name]:
            del said[name]
    named = {"hours": "video time", "bytes": "on disk", "set_aside": "set aside"}
    return [f"{named.get(name, name):<11} {value}" for name, value in said.items()]


def _indexing(library: Library, catalog: Catalog | None) -> wire.Indexing | None:
    progress = counting.progress(catalog) if catalog and library.is_being_written() else None
    return wire.Indexing(**asdict(progress)) if progress else None


def _watching(library: Library) -> list[wire.WatchedFolder] | None:
    found = watched(library)
    return None if found is None else [wire.WatchedFolder(**asdict(each)) for each in found]


def _watching_line(folders: list[dict[str, str]]) -> str:
    return ", ".join(f"{each['path']} by {each['how']}" for each in folders)


def _indexing_line(run: dict[str, Any] | None) -> str:
    if run is None:
        return "no run in progress"
    left = "" if run["eta_s"] is None else f", {spoken(run['eta_s'])} left"
    return f"{run['files_done']} of {counted(run['files_total'], 'file')}{left}, {run['failed']} failed"
