"""Collections: moments that people put together, in an order of their own; by content and seconds, as thumbs."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from data.stores.catalog import Catalog, tables
from data.stores.catalog.filters import PRESENT
from data.stores.catalog.whereabouts import by_place, path_of, paths_of, video_of, with_places
from data.types import Confidence, Video

MAX_COLLECTIONS = 1000
MAX_COLLECTED = 5000

_ALL, _IN = tables.collections.c, tables.collected.c


class CollectionRefused(Exception):
    """What would be one too many, or a moment twice."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A stretch of a video that was chosen, and what is known of why."""

    video_id: str
    start_s: float
    end_s: float
    best_s: float | None = None
    note: str = ""
    query: str | None = None
    confidence: Confidence | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Collected:
    """A pick in a collection; `video` is None when it is not known any more, `path` when no file of it is there.

    `last_path` is where it lay when it was put in.
    """

    id: str
    pick: Pick
    added_at: datetime
    video: Video | None
    path: bytes | None
    last_path: bytes | None


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection and, unless it was only listed, its moments in order."""

    id: str
    name: str
    note: str
    updated_at: datetime
    moments: list[Collected] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Listed:
    """A collection, how many moments it has, and the first of them whose video is there."""

    collection: Collection
    count: int
    first: Pick | None


def create(catalog: Catalog, name: str, note: str = "", picks: Sequence[Pick] = ()) -> str:
    """Make a collection; its id. Raises CollectionRefused."""
    made = secrets.token_hex(16)
    row = {"id": made, "name": name, "note": note, "updated_at": datetime.now(UTC)}
    with catalog.begin() as connection:
        connection.execute(insert(tables.collections).values(**row))
        if (connection.scalar(select(func.count()).select_from(tables.collections)) or 0) > MAX_COLLECTIONS:
            raise CollectionRefused(f"there are {MAX_COLLECTIONS} collections already: remove one first")
        _put_in(catalog, connection, made, picks)
    return made


def add(catalog: Catalog, collection_id: str, picks: Sequence[Pick]) -> bool:
    """Put moments at its end, none twice; whether there is such a collection. Raises CollectionRefused."""
    with catalog.begin() as connection:
        if not _touched(connection, collection_id):
            return False
        _put_in(catalog, connection, collection_id, picks)
    return True


def change(
    catalog: Catalog,
    collection_id: str,
    *,
    name: str | None = None,
    note: str | None = None,
    order: Sequence[str] | None = None,
) -> bool:
    """Give it another name, note or order of all its moments; whether there is one. Raises CollectionRefused."""
    said = {key: value for key, value in (("name", name), ("note", note)) if value is not None}
    with catalog.begin() as connection:
        if not _touched(connection, collection_id, **said):
            return False
        if order is not None:
            _put_in_order(connection, collection_id, order)
    return True


def remove(catalog: Catalog, collection_id: str) -> bool:
    """Drop a collection; whether there was one."""
    with catalog.begin() as connection:
        connection.execute(delete(tables.collected).where(_IN.collection_id == collection_id))
        return connection.execute(delete(tables.collections).where(_ALL.id == collection_id)).rowcount > 0


def change_moment(catalog: Catalog, collection_id: str, moment_id: str, said: Mapping[str, object]) -> bool:
    """Give a moment another note or other seconds; whether it is there. Raises CollectionRefused."""
    with catalog.begin() as connection:
        if not _touched(connection, collection_id):
            return False
        statement = update(tables.collected).where(_IN.id == moment_id, _IN.collection_id == collection_id)
        try:
            return connection.execute(statement.values(**{"id": moment_id, **said})).rowcount > 0
        except IntegrityError:
            raise CollectionRefused("these seconds of the video are in the collection already") from None


def remove_moment(catalog: Catalog, collection_id: str, moment_id: str) -> bool:
    """Take a moment out; whether it was in."""
    with catalog.begin() as connection:
        which = (_IN.id == moment_id) & (_IN.collection_id == collection_id)
        found = connection.execute(delete(tables.collected).where(which)).rowcount > 0
        return found and _touched(connection, collection_id)


def listed(catalog: Catalog, *, limit: int | None = None, offset: int = 0) -> tuple[int, list[Listed]]:
    """How many there are, and a page of them, what changed last first."""
    page = select(tables.collections).order_by(_ALL.updated_at.desc(), _ALL.id).limit(limit).offset(offset)
    with catalog.connect() as connection:
        total = connection.scalar(select(func.count()).select_from(tables.collections)) or 0
        found = [Collection(**row._mapping) for row in connection.execute(page)]
        counts, firsts = _counts(connection), _firsts(connection)
    return total, [Listed(one, counts.get(one.id, 0), firsts.get(one.id)) for one in found]


def collection(catalog: Catalog, collection_id: str) -> Collection | None:
    """The whole of one."""
    with catalog.connect() as connection:
        row = connection.execute(select(tables.collections).where(_ALL.id == collection_id)).first()
        return None if row is None else Collection(**row._mapping, moments=_moments(connection, collection_id))


def named(catalog: Catalog, name: str) -> list[str]:
    """Ids of those that are called so, or have this id, what changed last first."""
    query = select(_ALL.id).where((_ALL.name == name) | (_ALL.id == name)).order_by(_ALL.updated_at.desc())
    with catalog.connect() as connection:
        return list(connection.scalars(query))


# Written before anything is read: whoever reads first may find that another has written meanwhile.
def _touched(connection: Connection, collection_id: str, **said: str) -> bool:
    statement = update(tables.collections).where(_ALL.id == collection_id)
    return connection.execute(statement.values(updated_at=datetime.now(UTC), **said)).rowcount > 0


def _put_in(catalog: Catalog, connection: Connection, collection_id: str, picks: Sequence[Pick]) -> None:
    if not picks:
        return
    mine = _IN.collection_id == collection_id
    last = connection.scalar(select(func.max(_IN.position)).where(mine))
    paths = paths_of(connection, sorted({pick.video_id for pick in picks}))
    rows = [
        {name: getattr(pick, name) for name in _PICK}
        | {"id": secrets.token_hex(16), "collection_id": collection_id, "position": position}
        | {"path": paths.get(pick.video_id), "added_at": datetime.now(UTC)}
        for position, pick in enumerate(picks, 0 if last is None else last + 1)
    ]
    connection.execute(catalog.database.insert_new(tables.collected), rows)
    if (connection.scalar(select(func.count()).where(mine)) or 0) > MAX_COLLECTED:
        raise CollectionRefused(f"a collection holds at most {MAX_COLLECTED} moments")


def _put_in_order(connection: Connection, collection_id: str, order: Sequence[str]) -> None:
    known = set(connection.scalars(select(_IN.id).where(_IN.collection_id == collection_id)))
    if len(order) != len(known) or set(order) != known:
        raise CollectionRefused("an order names each moment of the collection once, and it has others by now")
    if order:
        places = [{"which": moment, "place": place} for place, moment in enumerate(order)]
        connection.execute(
            update(tables.collected).where(_IN.id == bindparam("which")).values(position=bindparam("place")), places
        )


def _counts(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(_IN.collection_id, func.count()).group_by(_IN.collection_id))
    return {row[0]: row[1] for row in rows}


def _firsts(connection: Connection) -> dict[str, Pick]:
    """Of each collection the first moment whose video is there."""
    present = select(tables.locations.c.video_id).where(PRESENT)
    first = (
        select(_IN.collection_id, func.min(_IN.position).label("position"))
        .where(_IN.video_id.in_(present))
        .group_by(_IN.collection_id)
        .subquery()
    )
    same = (_IN.collection_id == first.c.collection_id) & (_IN.position == first.c.position)
    rows = connection.execute(select(tables.collected).join(first, same))
    return {row.collection_id: _pick(row) for row in rows}


def _moments(connection: Connection, collection_id: str) -> list[Collected]:
    query = with_places(tables.collected).where(_IN.collection_id == collection_id)
    query = query.order_by(_IN.position, _IN.id, *by_place())
    found: dict[str, Collected] = {}
    for row in connection.execute(query):
        # Of several places the first stands for the video.
        if row.id not in found:
            found[row.id] = _collected(row)
    return list(found.values())


def _collected(row: Any) -> Collected:
    return Collected(
        id=row.id,
        pick=_pick(row),
        added_at=row.added_at,
        video=video_of(row),
        path=path_of(row),
        last_path=row.path,
    )


def _pick(row: Any) -> Pick:
    return Pick(**{name: getattr(row, name) for name in _PICK})


_PICK = [each.name for each in fields(Pick)]
