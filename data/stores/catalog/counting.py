"""The library in numbers, and how far the present run has come."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, distinct, func, select

from data.stores.catalog import Catalog, tables
from data.stores.catalog.filters import PRESENT


@dataclass(frozen=True, slots=True)
class Counts:
    """Files by state, and what they hold together; `clips` and `hours` are of one fingerprint.

    `forgotten` counts places, files or folders, that stay out until they are named.
    """

    files: int
    videos: int
    clips: int
    hours: float
    partial: int
    failed: int
    skipped: int
    duplicates: int
    gone: int
    forgotten: int


NO_COUNTS = Counts(
    files=0, videos=0, clips=0, hours=0.0, partial=0, failed=0, skipped=0, duplicates=0, gone=0, forgotten=0
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run that holds the lock has come."""

    files_done: int
    files_total: int
    eta_s: float | None
    failed: int


def counts(catalog: Catalog, fingerprint: str | None) -> Counts:
    """The library in numbers."""
    with catalog.connect() as connection:
        by_state = select(tables.locations.c.state, func.count()).group_by(tables.locations.c.state)
        states: dict[str, int] = {row[0]: row[1] for row in connection.execute(by_state)}
        places, contents, clips, duration_s, forgotten = connection.execute(_sums(fingerprint)).one()
    return Counts(
        files=sum(count for state, count in states.items() if state != "gone"),
        videos=contents,
        clips=clips or 0,
        hours=(duration_s or 0.0) / 3600,
        partial=states.get("partial", 0),
        failed=states.get("failed", 0),
        skipped=states.get("skipped", 0),
        duplicates=places - contents,
        gone=states.get("gone", 0),
        forgotten=forgotten,
    )


def _sums(fingerprint: str | None) -> Select[Any]:
    """Places and contents that are present, clips and seconds of those contents, and what is forgotten."""
    found, embedded = tables.locations.c.video_id, tables.embeddings.c
    served = select(found).where(PRESENT)
    clips = (embedded.fingerprint == fingerprint) & embedded.video_id.in_(served)
    sums = (
        select(func.count()).select_from(tables.locations).where(PRESENT),
        select(func.count(distinct(found))).where(PRESENT),
        select(func.sum(embedded.clip_count)).where(clips),
        select(func.sum(tables.videos.c.duration_s)).where(tables.videos.c.id.in_(served)),
        select(func.count()).select_from(tables.forgotten),
    )
    return select(*(each.scalar_subquery() for each in sums))


def progress(catalog: Catalog) -> Progress | None:
    """What the last run wrote; only meaningful while the library is being written."""
    with catalog.connect() as connection:
        row = connection.execute(select(tables.progress)).first()
    return None if row is None else Progress(row.files_done, row.files_total, row.eta_s, row.failed)
