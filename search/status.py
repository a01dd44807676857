"""The library in numbers, for the service and the command line."""

from dataclasses import asdict

from sqlalchemy import Engine

from data import snapshots, views
from data.library import Library
from data.types import NoSnapshot, Snapshot
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
        indexing=_indexing(library, catalog),
        **asdict(counts),
    )


def _published(library: Library) -> Snapshot | None:
    try:
        return snapshots.current(library)
    except NoSnapshot:
        return None


def _indexing(library: Library, catalog: Engine | None) -> wire.Indexing | None:
    progress = views.progress(catalog) if catalog and library.is_being_written() else None
    return wire.Indexing(**asdict(progress)) if progress else None
