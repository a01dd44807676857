"""Videos page by page: those that are present, in the order and among those that somebody asks for."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from unicodedata import normalize

from sqlalchemy import ColumnElement, Connection, Select, and_, distinct, exists, func, not_, or_, select, true

from data.paths import joined
from data.stores.catalog import Catalog, tables
from data.stores.catalog.filters import Columns, in_folder, is_present
from data.stores.catalog.views import VIDEO, video_in
from data.types import Video

Order = Literal["path", "newest", "longest", "largest", "taken"]

_PLACE, _OF_VIDEO = tables.locations.c, tables.videos.c
# What lies there may have changed since it was indexed.
_SIZE = func.coalesce(_PLACE.indexed_size_bytes, _PLACE.size_bytes)
_WRITTEN = func.coalesce(_PLACE.indexed_mtime_ns, _PLACE.mtime_ns)
# Engines differ in where they put what is not known.
_ORDERS: dict[Order, Sequence[ColumnElement[Any]]] = {
    "path": (),
    "newest": (_WRITTEN.desc(),),
    "longest": (_OF_VIDEO.duration_s.desc(),),
    "largest": (_SIZE.desc(),),
    "taken": (_OF_VIDEO.taken_at.is_(None), _OF_VIDEO.taken_at.desc()),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Videos in or below `folder` whose path has each of these words, as a part of any word and in any case."""

    words: tuple[str, ...] = ()
    folder: bytes | None = None
    order: Order = "path"


@dataclass(frozen=True, slots=True)
class ListedVideo:
    """A video, the first of its places that are asked for, and the size of the file there when it was indexed."""

    video: Video
    path: bytes
    size_bytes: int


class _Placed(NamedTuple):
    video_id: str
    root: bytes
    path: bytes
    size_bytes: int


def listed(catalog: Catalog, asked: Asked, *, limit: int, offset: int) -> tuple[int, list[ListedVideo]]:
    """How many videos are present and asked for, and a page of them; of equal ones the first by path comes first."""
    with catalog.connect() as connection:
        roots = list(connection.scalars(select(tables.roots.c.path)))
        found = _named if asked.words else _any
        total, places = found(connection, asked, roots, slice(offset, offset + limit))
        videos = _videos(connection, [place.video_id for place in places])
    return total, [
        ListedVideo(videos[place.video_id], joined(place.root, place.path), place.size_bytes) for place in places
    ]


def _any(connection: Connection, asked: Asked, roots: Sequence[bytes], page: slice) -> tuple[int, Sequence[_Placed]]:
    count = select(func.count(distinct(_PLACE.video_id))).where(_fits(asked, roots, _PLACE))
    first = _ordered(asked, roots).where(not_(_has_earlier(asked, roots)))
    rows = connection.execute(first.offset(page.start).limit(page.stop - page.start))
    return connection.scalar(count) or 0, [_Placed(*row) for row in rows]


def _named(connection: Connection, asked: Asked, roots: Sequence[bytes], page: slice) -> tuple[int, Sequence[_Placed]]:
    """All names are looked at here: engines fold the case of ASCII alike, and of other letters each in its own way."""
    wanted = [_folded(word) for word in asked.words]
    rows = connection.execute(_ordered(asked, roots))
    found = list(_first_of_each([_Placed(*row) for row in rows if _has(row[1] + b"/" + row[2], wanted)]))
    return len(found), found[page]


def _ordered(asked: Asked, roots: Sequence[bytes]) -> Select[Any]:
    columns = (_PLACE.video_id, _PLACE.root, _PLACE.path, _SIZE)
    query = select(*columns).join(tables.videos, _OF_VIDEO.id == _PLACE.video_id)
    return query.where(_fits(asked, roots, _PLACE)).order_by(*_ORDERS[asked.order], _PLACE.root, _PLACE.path)


def _fits(asked: Asked, roots: Sequence[bytes], place: Columns) -> ColumnElement[bool]:
    return is_present(place) & (true() if asked.folder is None else in_folder(asked.folder, roots, place))


def _has_earlier(asked: Asked, roots: Sequence[bytes]) -> ColumnElement[bool]:
    """Whether another place of the same video comes before this one."""
    other = tables.locations.alias("other").c
    before = or_(other.root < _PLACE.root, and_(other.root == _PLACE.root, other.path < _PLACE.path))
    return exists().where(other.video_id == _PLACE.video_id, _fits(asked, roots, other), before)


def _has(path: bytes, wanted: Sequence[str]) -> bool:
    name = _folded(os.fsdecode(path))
    return all(word in name for word in wanted)


def _folded(text: str) -> str:
    # Some file systems take letters and their accents apart.
    return normalize("NFC", text.casefold())


def _first_of_each(places: Sequence[_Placed]) -> Iterator[_Placed]:
    """In their order, without other places of the same video."""
    first: dict[str, _Placed] = {}
    for place in places:
        known = first.setdefault(place.video_id, place)
        if place < known:
            first[place.video_id] = place
    return (place for place in places if first[place.video_id] is place)


def _videos(connection: Connection, ids: Iterable[str]) -> dict[str, Video]:
    rows = connection.execute(select(*VIDEO).where(_OF_VIDEO.id.in_(list(ids))))
    return {row.video_id: video_in(row) for row in rows}
