"""Where videos lie and when they were taken, counted: what one browses by."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import extract, func, select

from data.paths import folder_of, holding_all, joined, upwards
from data.stores.catalog import Catalog, tables
from data.stores.catalog.filters import PRESENT, facts_of, in_folder
from data.stores.where import Where

MOST_FOLDERS = 2000
MOST_DATES = 10_000

Span = Literal["month", "day"]
_PARTS: Mapping[Span, tuple[str, ...]] = {"month": ("year", "month"), "day": ("year", "month", "day")}


@dataclass(frozen=True, slots=True)
class Folder:
    """How many videos lie in or below an absolute folder, each counted once."""

    path: bytes
    videos: int


@dataclass(frozen=True, slots=True)
class Dates:
    """How many videos were taken in each month ("2024-05") or on each day of UTC, oldest first; or don't say when."""

    videos: dict[str, int]
    undated: int


def folders(catalog: Catalog) -> list[Folder]:
    """Those that hold videos, and those above them down from the one that holds all; upper ones first, then by path.

    No more than `MOST_FOLDERS`.
    """
    together = Counter(frozenset(holding) for holding in _holding(catalog).values())
    top = holding_all({folder for holding in together for folder in holding})
    within: Counter[bytes] = Counter()
    for holding, videos in together.items():
        for folder in {above for each in holding for above in upwards(each, top)}:
            within[folder] += videos
    counted = (Folder(path, videos) for path, videos in within.items())
    return sorted(counted, key=lambda folder: (folder.path.rstrip(b"/").count(b"/"), folder.path))[:MOST_FOLDERS]


def dates(catalog: Catalog, by: Span, wanted: Where) -> Dates:
    """Of the videos that are present and as wanted, but for when they were indexed; the last `MOST_DATES`."""
    taken_at, place = tables.videos.c.taken_at, tables.locations.c
    parts = [extract(part, taken_at).label(part) for part in _PARTS[by]]
    with catalog.connect() as connection:
        there = select(place.video_id).where(PRESENT)
        if wanted.folder is not None:
            there = there.where(in_folder(wanted.folder, list(connection.scalars(select(tables.roots.c.path)))))
        query = select(*parts, func.count()).where(tables.videos.c.id.in_(there), *facts_of(wanted)).group_by(*parts)
        last = query.where(taken_at.is_not(None)).order_by(*(part.desc() for part in parts)).limit(MOST_DATES)
        found = {_date(numbers): videos for *numbers, videos in reversed(connection.execute(last).all())}
        undated = connection.execute(query.where(taken_at.is_(None))).first()
    return Dates(found, undated[-1] if undated else 0)


def _date(numbers: list[int]) -> str:
    year, *others = numbers
    return "-".join([f"{int(year):04d}", *(f"{int(number):02d}" for number in others)])


def _holding(catalog: Catalog) -> dict[str, set[bytes]]:
    """The folders in which each video itself lies."""
    place, found = tables.locations.c, defaultdict[str, set[bytes]](set)
    with catalog.connect() as connection:
        for video_id, root, path in connection.execute(select(place.video_id, place.root, place.path).where(PRESENT)):
            found[video_id].add(folder_of(joined(root, path)))
    return found
