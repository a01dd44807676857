"""What the catalogue says, for the service and the command line. The read path; `catalog.py` writes."""

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, and_, bindparam, distinct, false, func, or_, select

from data.paths import is_within, joined
from data.stores.catalog import Catalog, tables
from data.stores.where import Where
from data.types import Clip, Location, State, Video

_PRESENT = tables.locations.c.video_id.is_not(None) & (tables.locations.c.state != "gone")
_CLIP = [tables.clips.c[field.name].label(f"clip_{field.name}") for field in fields(Clip)]
_VIDEO = [tables.videos.c[field.name].label(f"video_{field.name}") for field in fields(Video)]
_PLACE = [tables.locations.c.root, tables.locations.c.path]


@dataclass(frozen=True, slots=True)
class FoundVideo:
    """A video and the path that stands for it (None when all its files are gone)."""

    video: Video
    path: bytes | None


@dataclass(frozen=True, slots=True, eq=False)
class ClipColumns:
    """Clips as columns, each [N]."""

    ids: NDArray[np.int64]
    video_ids: NDArray[np.bytes_]
    shots: NDArray[np.int32]
    starts_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]


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


# Made once: a search would spend more time on making it than on the answer.
_OF_CLIPS = (
    select(tables.clips.c.id, *_PLACE, *_VIDEO)
    .join(tables.videos, tables.videos.c.id == tables.clips.c.video_id)
    .outerjoin(tables.locations, (tables.locations.c.video_id == tables.videos.c.id) & _PRESENT)
    .where(tables.clips.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(*_PLACE)
)


def videos_of_clips(catalog: Catalog, ids: list[int]) -> dict[int, FoundVideo]:
    """Everything a search needs to know of the videos of these clips, in one query; by clip, without unknown ones."""
    found: dict[int, FoundVideo] = {}
    with catalog.connect() as connection:
        for clip_id, root, path, *facts in connection.execute(_OF_CLIPS, {"ids": ids}):
            if clip_id not in found:
                found[clip_id] = FoundVideo(Video(*facts), None if root is None else joined(root, path))
    return found


def matching_videos(catalog: Catalog, fingerprint: str, wanted: Where) -> set[str]:
    """Ids of the present videos of one fingerprint that are all of what is wanted."""
    query = (
        select(tables.locations.c.video_id, *_PLACE)
        .join(tables.videos, tables.videos.c.id == tables.locations.c.video_id)
        .join(tables.embeddings, tables.embeddings.c.video_id == tables.videos.c.id)
        .where(_PRESENT, tables.embeddings.c.fingerprint == fingerprint, *_facts_of(wanted))
    )
    with catalog.connect() as connection:
        if wanted.folder is not None:
            roots = list(connection.scalars(select(tables.roots.c.path)))
            relative = not wanted.folder.startswith(b"/")
            folders = [joined(root, wanted.folder) for root in roots] if relative else [wanted.folder]
            query = query.where(or_(false(), *(_below(os.path.normpath(place), roots) for place in folders)))
        rows = connection.execute(query).all()
    return {row.video_id for row in rows if _fits(wanted.glob, row.root, row.path)}


def _facts_of(wanted: Where) -> Iterator[ColumnElement[bool]]:
    video = tables.videos.c
    if wanted.video_id is not None:
        yield video.id == wanted.video_id
    for column, least, most in (
        (video.duration_s, wanted.min_duration_s, wanted.max_duration_s),
        (video.height, wanted.min_height, wanted.max_height),
        (video.taken_at, wanted.taken_from, wanted.taken_until),
        (tables.embeddings.c.embedded_at, wanted.indexed_from, wanted.indexed_until),
    ):
        if least is not None:
            yield column >= least
        if most is not None:
            yield column < most if isinstance(most, datetime) else column <= most


def _fits(glob: str | None, root: bytes, path: bytes) -> bool:
    """Whether the whole path, or the one relative to its root, matches; `*` also stands for slashes."""
    names = (os.fsdecode(joined(root, path)), os.fsdecode(path))
    return glob is None or any(fnmatchcase(name, glob) for name in names)


def clip_columns(catalog: Catalog, fingerprint: str) -> ClipColumns:
    """Every clip of one fingerprint, in no order."""
    chosen = tables.clips.c
    query = select(chosen.id, chosen.video_id, chosen.shot_number, chosen.start_s, chosen.end_s)
    dtype = np.dtype([("id", "i8"), ("video", "S32"), ("shot", "i4"), ("start_s", "f8"), ("end_s", "f8")])
    with catalog.connect().execution_options(yield_per=20_000) as connection:
        rows = connection.execute(query.where(chosen.fingerprint == fingerprint))
        pieces = [np.array([tuple(row) for row in part], dtype) for part in rows.partitions()]
    table = np.concatenate(pieces) if pieces else np.empty(0, dtype)
    return ClipColumns(table["id"], table["video"], table["shot"], table["start_s"], table["end_s"])


def clips_of(catalog: Catalog, video_id: str, fingerprint: str) -> list[Clip]:
    """The clips of one video, in time order."""
    chosen = tables.clips.c
    query = select(*_CLIP).where(chosen.video_id == video_id, chosen.fingerprint == fingerprint)
    with catalog.connect() as connection:
        return [_clip(row) for row in connection.execute(query.order_by(chosen.number))]


def video(catalog: Catalog, video_id: str) -> tuple[Video, list[Location]] | None:
    """A video and the places where it lies now, the one that stands for it first."""
    with catalog.connect() as connection:
        row = connection.execute(select(*_VIDEO).where(tables.videos.c.id == video_id)).first()
        if row is None:
            return None
        here = select(tables.locations).where(tables.locations.c.video_id == video_id, _PRESENT).order_by(*_PLACE)
        places = [Location(**place._mapping) for place in connection.execute(here)]
    return _video(row), places


def video_at(catalog: Catalog, path: bytes) -> str | None:
    """The id of the video that lies at an absolute path, None where none is indexed."""
    chosen = tables.locations.c
    with catalog.connect() as connection:
        roots = [root for root in connection.scalars(select(tables.roots.c.path)) if is_within(path, root)]
        places = [(root, path[len(root) :].lstrip(b"/")) for root in roots]
        here = or_(false(), *((chosen.root == root) & (chosen.path == inner) for root, inner in places))
        return connection.scalar(select(chosen.video_id).where(here, _PRESENT))


def videos(catalog: Catalog, *, limit: int, offset: int) -> tuple[int, list[tuple[Video, bytes]]]:
    """How many videos are present, and a page of them by path."""
    standing = (
        select(
            tables.locations.c.video_id,
            *_PLACE,
            func.row_number().over(partition_by=tables.locations.c.video_id, order_by=_PLACE).label("place"),
        )
        .where(_PRESENT)
        .subquery()
    )
    query = (
        select(*_VIDEO, standing.c.root, standing.c.path)
        .join(standing, standing.c.video_id == tables.videos.c.id)
        .where(standing.c.place == 1)
        .order_by(standing.c.root, standing.c.path)
    )
    with catalog.connect() as connection:
        total = connection.scalar(select(func.count(distinct(tables.locations.c.video_id))).where(_PRESENT)) or 0
        rows = connection.execute(query.limit(limit).offset(offset))
        return total, [(_video(row), joined(row.root, row.path)) for row in rows]


def ledger(
    catalog: Catalog, *, state: State | None = None, limit: int | None, offset: int
) -> tuple[int, list[Location]]:
    """How many files were ever seen (in one state), and a page of them by path."""
    where = tables.locations.c.state == state if state else tables.locations.c.state.is_not(None)
    query: Select[Any] = select(tables.locations).where(where).order_by(*_PLACE)
    with catalog.connect() as connection:
        total = connection.scalar(select(func.count()).select_from(tables.locations).where(where)) or 0
        rows = connection.execute(query.limit(limit).offset(offset))
        return total, [Location(**row._mapping) for row in rows]


def embedded(catalog: Catalog, fingerprint: str) -> dict[str, str]:
    """Every video embedded so, with what was lost of it ("" for nothing)."""
    chosen = tables.embeddings.c
    with catalog.connect() as connection:
        rows = connection.execute(select(chosen.video_id, chosen.lost).where(chosen.fingerprint == fingerprint))
        return {row.video_id: row.lost or "" for row in rows}


def servable(catalog: Catalog, fingerprint: str) -> list[str]:
    """Ids of the videos that a generation of this fingerprint serves: present somewhere and embedded so; sorted."""
    with catalog.connect() as connection:
        return list(connection.scalars(_servable(fingerprint).order_by(tables.embeddings.c.video_id)))


def embeddings(catalog: Catalog) -> list[tuple[str, str]]:
    """Every (video id, fingerprint) whose vectors the library should hold."""
    chosen = tables.embeddings.c
    with catalog.connect() as connection:
        rows = connection.execute(select(chosen.video_id, chosen.fingerprint))
        return [(row.video_id, row.fingerprint) for row in rows]


def clip_ids_by_embedding(catalog: Catalog) -> Iterator[tuple[tuple[str, str], NDArray[np.int64]]]:
    """(video id, fingerprint) and its clip ids in time order, one after the other."""
    chosen, clip = tables.embeddings.c, tables.clips.c
    same = (clip.video_id == chosen.video_id) & (clip.fingerprint == chosen.fingerprint)
    query = select(chosen.video_id, chosen.fingerprint, clip.id).outerjoin_from(tables.embeddings, tables.clips, same)
    query = query.order_by(chosen.fingerprint, chosen.video_id, clip.number)
    with catalog.connect().execution_options(yield_per=20_000) as connection:
        rows = connection.execute(query)
        for key, group in itertools.groupby(rows, key=lambda row: (row.video_id, row.fingerprint)):
            yield key, np.array([row.id for row in group if row.id is not None], np.int64)


def present(catalog: Catalog) -> list[Location]:
    """Every place where an indexed video lies now."""
    with catalog.connect() as connection:
        rows = connection.execute(select(tables.locations).where(_PRESENT).order_by(*_PLACE))
        return [Location(**row._mapping) for row in rows]


def counts(catalog: Catalog, fingerprint: str | None) -> Counts:
    """The library in numbers."""
    with catalog.connect() as connection:
        by_state = select(tables.locations.c.state, func.count()).group_by(tables.locations.c.state)
        states: dict[str, int] = {row[0]: row[1] for row in connection.execute(by_state)}
        files, distinct_videos = connection.execute(
            select(func.count(), func.count(distinct(tables.locations.c.video_id))).where(_PRESENT)
        ).one()
        served = select(tables.locations.c.video_id).where(_PRESENT)
        seconds = select(func.sum(tables.videos.c.duration_s)).where(tables.videos.c.id.in_(served))
        clips = select(func.sum(tables.embeddings.c.clip_count)).where(
            tables.embeddings.c.fingerprint == fingerprint, tables.embeddings.c.video_id.in_(served)
        )
        return Counts(
            files=sum(count for state, count in states.items() if state != "gone"),
            videos=distinct_videos,
            clips=connection.scalar(clips) or 0,
            hours=(connection.scalar(seconds) or 0.0) / 3600,
            partial=states.get("partial", 0),
            failed=states.get("failed", 0),
            skipped=states.get("skipped", 0),
            duplicates=files - distinct_videos,
            gone=states.get("gone", 0),
            forgotten=connection.scalar(select(func.count()).select_from(tables.forgotten)) or 0,
        )


def progress(catalog: Catalog) -> Progress | None:
    """What the last run wrote; only meaningful while the library is being written."""
    with catalog.connect() as connection:
        row = connection.execute(select(tables.progress)).first()
    return None if row is None else Progress(row.files_done, row.files_total, row.eta_s, row.failed)


def _servable(fingerprint: str) -> Select[Any]:
    embedded = tables.embeddings.c
    return (
        select(embedded.video_id)
        .where(embedded.fingerprint == fingerprint, embedded.clip_count > 0)
        .where(embedded.video_id.in_(select(tables.locations.c.video_id).where(_PRESENT)))
    )


def _below(folder: bytes, roots: list[bytes]) -> ColumnElement[bool]:
    """Locations in or below `folder`, which may lie above, at or inside a root."""
    chosen = tables.locations.c
    conditions: list[ColumnElement[bool]] = [chosen.root.in_([root for root in roots if is_within(root, folder)])]
    for root in roots:
        if root != folder and is_within(folder, root):
            inner = os.path.relpath(folder, root)
            # "/" + 1 is "0": the half-open range of everything that starts with the folder and a slash.
            inside = and_(chosen.path >= inner + b"/", chosen.path < inner + b"0")
            conditions.append(and_(chosen.root == root, or_(chosen.path == inner, inside)))
    return or_(*conditions)


def _clip(row: Any) -> Clip:
    return Clip(**{field.name: getattr(row, f"clip_{field.name}") for field in fields(Clip)})


def _video(row: Any) -> Video:
    return Video(**{field.name: getattr(row, f"video_{field.name}") for field in fields(Video)})
