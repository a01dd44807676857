"""What the contract of catalogues writes into them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from data.stores.catalog import Catalog, open_catalog
from data.types import Clip, Location, Shot, Video, Words

ROOT, PRINT = b"/videos", "f" * 32
SEEN_AT = datetime(2026, 5, 4, 3, 2, 1, 678_901, tzinfo=UTC)


@dataclass(frozen=True)
class Ground:
    """Where an engine keeps the catalogues of one test, and how it is told not to look at foreign keys."""

    address: Callable[[str], str]
    unchecked: Callable[[Connection], None]


@contextmanager
def opened(ground: Ground, name: str = "catalog") -> Iterator[Catalog]:
    catalog = open_catalog(ground.address(name))
    yield catalog
    catalog.close()


def video(name: str, **facts: object) -> Video:
    made = Video(name * 32, 60.0, 1280, 720, 25.0, "h264", True, SEEN_AT)
    return replace(made, **facts)  # type: ignore[arg-type]


def location(path: bytes | str, root: bytes = ROOT, **facts: object) -> Location:
    made = Location(root, os.fsencode(path), None, None, None, "failed", "probe", "no video", 10, 20, SEEN_AT)
    return replace(made, **facts)  # type: ignore[arg-type]


def indexed(path: bytes | str, of: Video, root: bytes = ROOT) -> Location:
    whole: dict[str, object] = {"state": "indexed", "stage": None, "reason": None}
    return location(path, root, video_id=of.id, indexed_size_bytes=10, indexed_mtime_ns=20, **whole)


def put(catalog: Catalog, name: str, *paths: str, said: str = "", fingerprint: str = PRINT, **facts: object) -> Video:
    """A video of three clips in two shots, with words, that lies at these paths below `ROOT`."""
    made = video(name, **facts)
    spans = [(0, 0.0, 2.0), (0, 2.0, 4.0), (1, 4.0, 9.0)]
    first = int(name * 8 + fingerprint[:6], 16)
    clips = [Clip(first + number, made.id, fingerprint, number, *span) for number, span in enumerate(spans)]
    shots = [Shot(made.id, fingerprint, 0, 0.0, 4.0), Shot(made.id, fingerprint, 1, 4.0, 9.0)]
    texts = [
        Words(made.id, fingerprint, number, number, number + 1.5, word)
        for number, word in enumerate([said] if said else [])
    ]
    catalog.add_root(ROOT)
    catalog.store(made, fingerprint, shots, clips, None, SEEN_AT, texts=texts)
    for path in paths:
        catalog.record(indexed(path, made))
    return made
