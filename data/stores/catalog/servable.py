"""What the catalogue says of the videos that a generation may serve, for whoever publishes and clears away."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, and_, func, not_, select

from data.stores.catalog import Catalog, tables
from data.stores.catalog.filters import PRESENT

Names = NDArray[np.bytes_]
Columns = TypeVarTuple("Columns")
_CLIP = np.dtype([("video", "S32"), ("id", "i8"), ("number", "i4"), ("shot", "i4"), ("start_s", "f8"), ("end_s", "f8")])
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, eq=False)
class Servable:
    """Videos present somewhere and embedded under one fingerprint: ids, sorted, and how many clips of all of them."""

    video_ids: Names
    clip_count: int


def servable(catalog: Catalog, fingerprint: str) -> Servable:
    """Without a row a video: of a large library only the names are read."""
    chosen = tables.embeddings.c
    # In one string: every id is 32 characters, and rows would take many times as long.
    query = _of_present(select(func.aggregate_strings(chosen.video_id, ""), func.sum(chosen.clip_count)), fingerprint)
    with catalog.connect() as connection:
        names, clips = connection.execute(query).one()
    return Servable(np.sort(np.frombuffer((names or "").encode(), "S32")), clips or 0)


def embedded_since(catalog: Catalog, fingerprint: str, since: datetime) -> Names:
    """Videos that were embedded after that moment, sorted: what was made of them before has been replaced."""
    chosen = tables.embeddings.c
    query = select(chosen.video_id).where(chosen.fingerprint == fingerprint, chosen.embedded_at >= since)
    with catalog.connect() as connection:
        return np.sort(np.array(list(connection.scalars(query)), "S32"))


def clip_counts(catalog: Catalog, fingerprint: str, video_ids: Names) -> dict[str, int]:
    """How many clips each of these videos has, where it has any."""
    chosen, found = tables.embeddings.c, dict[str, int]()
    query = select(chosen.video_id, chosen.clip_count).where(chosen.fingerprint == fingerprint)
    with catalog.connect() as connection:
        for some in _batches([name.decode() for name in video_ids.tolist()]):
            rows = connection.execute(query.where(chosen.video_id.in_(some)))
            found.update((row.video_id, row.clip_count) for row in rows)
    return found


def clips_of(catalog: Catalog, fingerprint: str, video_ids: Sequence[str]) -> NDArray[np.void]:
    """Clips of these videos by video and number: `video`, `id`, `number`, `shot`, `start_s` and `end_s`."""
    found = [np.empty(0, _CLIP)]
    with catalog.connect() as connection:
        for some in _batches(video_ids):
            rows = connection.execute(_clips(fingerprint).where(tables.clips.c.video_id.in_(some)))
            found.append(np.array([tuple(row) for row in rows], _CLIP))
    return _sorted(np.concatenate(found))


def all_clips(catalog: Catalog, fingerprint: str) -> NDArray[np.void]:
    """The same of every video."""
    found = [np.empty(0, _CLIP)]
    with catalog.connect().execution_options(yield_per=20_000) as connection:
        parts = connection.execute(_clips(fingerprint)).partitions()
        found += [np.array([tuple(row) for row in part], _CLIP) for part in parts]
    return _sorted(np.concatenate(found))


def known_clips(catalog: Catalog, ids: NDArray[np.int64]) -> int:
    """How many of these clips have a row."""
    chosen, found = tables.clips.c.id, 0
    with catalog.connect() as connection:
        for at in range(0, len(ids), _AT_ONCE):
            query = select(func.count()).where(chosen.in_(ids[at : at + _AT_ONCE].tolist()))
            found += connection.scalar(query) or 0
    return found


def idle(catalog: Catalog, fingerprints: Iterable[str]) -> list[tuple[str, str]]:
    """(video id, fingerprint) of what no present file needs when these fingerprints are in use."""
    chosen = tables.embeddings.c
    present = select(tables.locations.c.video_id).where(PRESENT)
    needed = and_(chosen.fingerprint.in_(list(fingerprints)), chosen.video_id.in_(present))
    with catalog.connect() as connection:
        rows = connection.execute(select(chosen.video_id, chosen.fingerprint).where(not_(needed)))
        return [(row.video_id, row.fingerprint) for row in rows]


def placed(catalog: Catalog) -> set[str]:
    """Ids of the videos that lie somewhere, or did when that place was last looked at."""
    chosen = tables.locations.c.video_id
    with catalog.connect() as connection:
        return set(connection.scalars(select(chosen).where(chosen.is_not(None)).distinct()))


def _of_present(query: Select[*Columns], fingerprint: str) -> Select[*Columns]:
    chosen = tables.embeddings.c
    present = select(tables.locations.c.video_id).where(PRESENT)
    return query.where(chosen.fingerprint == fingerprint, chosen.clip_count > 0, chosen.video_id.in_(present))


def _clips(fingerprint: str) -> Select[Any]:
    chosen = tables.clips.c
    query = select(chosen.video_id, chosen.id, chosen.number, chosen.shot_number, chosen.start_s, chosen.end_s)
    return query.where(chosen.fingerprint == fingerprint)


def _sorted(clips: NDArray[np.void]) -> NDArray[np.void]:
    found: NDArray[np.void] = clips[np.lexsort((clips["number"], clips["video"]))]
    return found


def _batches(video_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(video_ids), _AT_ONCE):
        yield video_ids[at : at + _AT_ONCE]
