"""Where the videos of moments lie that people kept: now, and when they were kept."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from data.paths import joined
from data.stores.catalog import tables
from data.stores.catalog.filters import PRESENT
from data.types import Video

_AT_ONCE = 500
_FACTS = [tables.videos.c[each.name].label(f"fact_{each.name}") for each in fields(Video)]


def paths_of(connection: Connection, video_ids: Sequence[str]) -> dict[str, bytes]:
    """Of those videos that are there, the path that stands for each."""
    place, found = tables.locations.c, dict[str, bytes]()
    for at in range(0, len(video_ids), _AT_ONCE):
        some = video_ids[at : at + _AT_ONCE]
        query = select(place.video_id, place.root, place.path).where(place.video_id.in_(some), PRESENT)
        for row in connection.execute(query.order_by(place.root.desc(), place.path.desc())):
            found[row.video_id] = joined(row.root, row.path)
    return found


def with_places(kept: Table) -> Select[Any]:
    """The rows of `kept`, with their videos, each once for every place where one is (once where there is none)."""
    place, videos = tables.locations.c, tables.videos
    return (
        select(kept, *_FACTS, place.root.label("root"), place.path.label("beneath"))
        .outerjoin(videos, videos.c.id == kept.c.video_id)
        .outerjoin(tables.locations, (place.video_id == kept.c.video_id) & PRESENT)
    )


def by_place() -> tuple[Any, Any]:
    """The order in which the first place of a video stands for it."""
    return tables.locations.c.root, tables.locations.c.path


def video_of(row: Any) -> Video | None:
    """Of a row of `with_places`; None where its video is not known any more."""
    found = {each.name: getattr(row, f"fact_{each.name}") for each in fields(Video)}
    return None if found["duration_s"] is None else Video(**found)


def path_of(row: Any) -> bytes | None:
    """Of a row of `with_places`; None where its video is not there."""
    return None if row.root is None else joined(row.root, row.beneath)
