"""What the catalogue says, for the service and the command line. The read path; `catalog.py` writes."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, bindparam, false, func, or_, select

from data.paths import beneath, is_within, joined
from data.stores.catalog import Catalog, tables
from data.stores.catalog.filters import PRESENT, facts_of, fits, in_folder
from data.stores.where import Where
from data.types import Location, Shot, State, Video

# Every column of a video, by names of its own: for `video_in`.
VIDEO = [tables.videos.c[field.name].label(f"video_{field.name}") for field in fields(Video)]
_PLACE = [tables.locations.c.root, tables.locations.c.path]


@dataclass(frozen=True, slots=True)
class FoundVideo:
    """A video and the path that stands for it (None when all its files are gone)."""

    video: Video
    path: bytes | None


# Made once: a search would spend more time on making it than on the answer.
_OF_CLIPS = (
    select(tables.clips.c.id, *_PLACE, *VIDEO)
    .join(tables.videos, tables.videos.c.id == tables.clips.c.video_id)
    .outerjoin(tables.locations, (tables.locations.c.video_id == tables.videos.c.id) & PRESENT)
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
        .where(PRESENT, tables.embeddings.c.fingerprint == fingerprint, *facts_of(wanted))
    )
    with catalog.connect() as connection:
        if wanted.folder is not None:
            roots = list(connection.scalars(select(tables.roots.c.path)))
            query = query.where(in_folder(wanted.folder, roots))
        rows = connection.execute(query).all()
    return {row.video_id for row in rows if fits(wanted.glob, row.root, row.path)}


def video(catalog: Catalog, video_id: str) -> tuple[Video, list[Location]] | None:
    """A video and the places where it lies now, the one that stands for it first."""
    with catalog.connect() as connection:
        row = connection.execute(select(*VIDEO).where(tables.videos.c.id == video_id)).first()
        if row is None:
            return None
        here = select(tables.locations).where(tables.locations.c.video_id == video_id, PRESENT).order_by(*_PLACE)
        places = [Location(**place._mapping) for place in connection.execute(here)]
    return video_in(row), places


def present_videos(catalog: Catalog) -> dict[str, Video]:
    """Every video that lies somewhere now, by its id."""
    present = select(tables.locations.c.video_id).where(PRESENT)
    with catalog.connect() as connection:
        rows = connection.execute(select(*VIDEO).where(tables.videos.c.id.in_(present)))
        return {row.video_id: video_in(row) for row in rows}


def shots(catalog: Catalog, video_id: str, fingerprint: str) -> list[Shot]:
    """What was cut of a video under a fingerprint, in time order."""
    chosen = tables.shots.c
    query = select(tables.shots).where(chosen.video_id == video_id, chosen.fingerprint == fingerprint)
    with catalog.connect() as connection:
        return [Shot(**row._mapping) for row in connection.execute(query.order_by(chosen.number))]


def video_at(catalog: Catalog, path: bytes) -> str | None:
    """The id of the video that lies at an absolute path, None where none is indexed."""
    chosen = tables.locations.c
    with catalog.connect() as connection:
        roots = [root for root in connection.scalars(select(tables.roots.c.path)) if is_within(path, root)]
        places = [(root, beneath(path, root)) for root in roots]
        here = or_(false(), *((chosen.root == root) & (chosen.path == inner) for root, inner in places))
        return connection.scalar(select(chosen.video_id).where(here, PRESENT))


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


class Looked(NamedTuple):
    """What lay beside a video's files when words were looked for, what was lost, and whether there were any."""

    beside: str | None
    lost: str | None
    has_lines: bool


def looked_at(catalog: Catalog, fingerprint: str) -> dict[str, Looked]:
    """Every video in which words were looked for under a fingerprint."""
    found: dict[str, Looked] = {}
    with catalog.connect() as connection:
        for table in (tables.silent, tables.embeddings):
            chosen = table.c
            query = select(chosen.video_id, chosen.beside, chosen.lost).where(chosen.fingerprint == fingerprint)
            has_lines = table is tables.embeddings
            found.update((name, Looked(beside, lost, has_lines)) for name, beside, lost in connection.execute(query))
    return found


def video_in(row: Any) -> Video:
    """Of a row that was asked for `VIDEO`."""
    return Video(**{field.name: getattr(row, f"video_{field.name}") for field in fields(Video)})


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
        rows = connection.execute(select(tables.locations).where(PRESENT).order_by(*_PLACE))
        return [Location(**row._mapping) for row in rows]
