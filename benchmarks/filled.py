"""Libraries of any size without videos: vectors stand for clips, and nothing is decoded."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert

from data.stores.catalog import Catalog, tables
from data.stores.library import Library
from data.stores.shards.folder import ShardWriter
from data.stores.vectors.store import Floats, Ids
from data.types import Generation
from indexer.commit.publish import publish
from models.spec import ModelSpec

CLIP_S = 10.0
FINGERPRINT = "b" * 32


def fill(library: Library, catalog: Catalog, spec: ModelSpec, videos: Iterable[Floats], *, frames: int) -> Generation:
    """Publish videos whose clips have these vectors [N, D], each with so many like it for its frames; three a shot."""
    _store(library, catalog, videos, frames)
    snapshot = publish(library, catalog, spec, FINGERPRINT, say=print)
    assert snapshot is not None
    # So that it is written now, and not while something is timed.
    os.sync()
    return snapshot


def random_units(rng: np.random.Generator, count: int, dim: int) -> Floats:
    """[count, dim], unit length, in all directions."""
    values = rng.standard_normal((count, dim), np.float32)
    units: Floats = values / np.linalg.norm(values, axis=1, keepdims=True)
    return units


def _store(library: Library, catalog: Catalog, videos: Iterable[Floats], frames: int) -> None:
    now, first = datetime.now(UTC), 1
    with catalog.begin() as connection:
        connection.execute(insert(tables.roots).values(path=b"/bench"))
        for number, values in enumerate(videos):
            video, ids = f"{number:032x}", np.arange(first, first + len(values))
            write_shard(library, video, ids, values, frames)
            insert_video(connection, video, ids, now)
            first += len(values)


def write_shard(library: Library, video: str, ids: Ids, values: Floats, frames: int) -> None:
    writer = ShardWriter()
    times_s = CLIP_S * (ids[:, np.newaxis] + np.arange(frames) / max(frames, 1))
    writer.append(ids, values, times_s, np.repeat(values[:, np.newaxis], frames, axis=1) if frames else None)
    writer.save(library.shard(FINGERPRINT, video))
    writer.close()


def insert_video(connection: Connection, video: str, ids: Ids, now: datetime) -> None:
    size = {"width": 1280, "height": 720, "fps": 25.0, "codec": "h264", "has_audio": True}
    connection.execute(insert(tables.videos).values(id=video, duration_s=len(ids) * CLIP_S, **size))
    indexed = {"indexed_size_bytes": 1, "indexed_mtime_ns": 1, "size_bytes": 1, "mtime_ns": 1, "state": "indexed"}
    place = {"root": b"/bench", "path": video.encode(), "video_id": video, "seen_at": now}
    connection.execute(insert(tables.locations).values(**place, **indexed))
    embedding = {"video_id": video, "fingerprint": FINGERPRINT, "clip_count": len(ids), "embedded_at": now}
    connection.execute(insert(tables.embeddings).values(**embedding))
    connection.execute(insert(tables.clips), [_clip(video, place, int(clip)) for place, clip in enumerate(ids)])


def _clip(video: str, place: int, clip: int) -> dict[str, Any]:
    times = {"start_s": place * CLIP_S, "end_s": (place + 1) * CLIP_S, "number": place, "shot_number": place // 3}
    return {"id": clip, "video_id": video, "fingerprint": FINGERPRINT, **times}
