"""The roots of a library, and what became of the files below each."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from data.stores.catalog import Catalog, tables
from data.stores.catalog.filters import PRESENT

_ROOT, _PLACE = tables.roots.c, tables.locations.c


@dataclass(frozen=True, slots=True)
class KnownRoot:
    """A root with the files that hold an indexed video, those that failed, and when it was last walked."""

    path: bytes
    walked_at: datetime | None
    videos: int
    failed: int


def known_roots(catalog: Catalog) -> list[KnownRoot]:
    """Every root, by path."""
    videos, failed = (func.sum(case((wanted, 1), else_=0)) for wanted in (PRESENT, _PLACE.state == "failed"))
    query = (
        select(_ROOT.path, _ROOT.walked_at, videos, failed)
        .outerjoin(tables.locations, _PLACE.root == _ROOT.path)
        .group_by(_ROOT.path, _ROOT.walked_at)
        .order_by(_ROOT.path)
    )
    with catalog.connect() as connection:
        rows = connection.execute(query)
        return [KnownRoot(path, walked_at, present or 0, bad or 0) for path, walked_at, present, bad in rows]


def roots_with_unsettled(catalog: Catalog) -> set[bytes]:
    """The roots of files that were left because they were still being written."""
    waits = (_PLACE.state == "skipped") & (_PLACE.stage == "settle")
    with catalog.connect() as connection:
        return set(connection.scalars(select(_PLACE.root).where(waits).distinct()))


def bytes_of_videos(catalog: Catalog) -> int:
    """Of all files that hold an indexed video, as they were when last looked at."""
    with catalog.connect() as connection:
        return int(connection.scalar(select(func.sum(_PLACE.size_bytes)).where(PRESENT)) or 0)
