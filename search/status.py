"""The library in numbers, for the service and the command line."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine

from data import snapshots, views
from data.aside import bytes_aside
from data.library import Library
from data.types import NoSnapshot, Snapshot
from data.wording import counted, sized, spoken
from search import wire


def status_of(library: Library, catalog: Engine | None) -> wire.Status:
    """`catalog` is None where there is no library yet: all counts are 0 then."""
    snapshot = _published(library)
    counts = views.counts(catalog, snapshot.fingerprint if snapshot else None) if catalog else views.NO_COUNTS
    return wire.Status(
        library=str(library.folder),
        model=snapshot.model if snapshot else None,
        generation=snapshot.generation if snapshot else None,
        bytes=library.bytes_used(),
        set_aside=bytes_aside(library),
        indexing=_indexing(library, catalog),
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
    }
    if not body["set_aside"]:
        del said["set_aside"]
    named = {"hours": "video time", "bytes": "on disk", "set_aside": "set aside"}
    return [f"{named.get(name, name):<11} {value}" for name, value in said.items()]


def _published(library: Library) -> Snapshot | None:
    try:
        return snapshots.current(library)
    except NoSnapshot:
        return None


def _indexing(library: Library, catalog: Engine | None) -> wire.Indexing | None:
    progress = views.progress(catalog) if catalog and library.is_being_written() else None
    return wire.Indexing(**asdict(progress)) if progress else None


def _indexing_line(run: dict[str, Any] | None) -> str:
    if run is None:
        return "no run in progress"
    left = "" if run["eta_s"] is None else f", {spoken(run['eta_s'])} left"
    return f"{run['files_done']} of {counted(run['files_total'], 'file')}{left}, {run['failed']} failed"
