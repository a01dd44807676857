"""Asks the real engine what it makes of items that are published to a library of their own."""

import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from data import snapshots
from data.catalog import Catalog, open_catalog
from data.identity import clip_id_of, fingerprint_of
from data.library import Library
from data.shards import ShardWriter, read_clips
from data.types import Clip, Location, Shot, Video
from data.vectors import Floats
from models.registry import Pair
from search.engine import plan_of
from search.generation import Generation, open_generation
from search.query import Text
from search.ranking import ranked

_FINGERPRINT = fingerprint_of({"trial": 1})
_ROOT = b"/trial"
_LENGTH_S = 10.0


def engine_scores(pair: Pair, clips: Floats, texts: Sequence[str]) -> Floats:
    """[queries, items]: the score of each item's moment for each text, found by the engine; -inf where it was not.

    `clips` [N, D] is one an item.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sceneseek-trial-")))
        catalog = open_catalog(folder / "catalog.db")
        stack.callback(catalog.dispose)
        generation = _published(Library(folder), catalog, pair, clips)
        return np.stack([_scores(generation, text, len(clips)) for text in texts])


def _scores(generation: Generation, text: str, count: int) -> Floats:
    scores = np.full(count, -np.inf, np.float32)
    table = generation.clips
    for one in ranked(generation, plan_of(generation, Text(text)), np.ones(len(table), np.bool_), 0.0, count):
        scores[int(table.video_ids[table.videos[one.peak]], 16)] = one.score
    return scores


def _published(library: Library, catalog: Engine, pair: Pair, clips: Floats) -> Generation:
    store = Catalog(catalog)
    store.add_root(_ROOT)
    for number in range(len(clips)):
        _store(library, store, number, clips)
    shards = (library.shard(_FINGERPRINT, _video_id(number)) for number in range(len(clips)))
    snapshot = snapshots.build(
        library,
        model=pair.spec.name,
        weights_sha256=pair.spec.weights_sha256,
        fingerprint=_FINGERPRINT,
        dim=pair.spec.dim,
        pieces=(read_clips(shard) for shard in shards),
    )
    snapshots.publish(library, snapshot)
    return open_generation(library, catalog, open_pair=lambda *_: pair)


def _store(library: Library, store: Catalog, number: int, clips: Floats) -> None:
    video_id = _video_id(number)
    clip = Clip(clip_id_of(video_id, _FINGERPRINT, 0), video_id, _FINGERPRINT, 0, 0, 0.0, _LENGTH_S)
    writer = ShardWriter()
    writer.append(np.array([clip.id]), clips[number : number + 1], np.empty((1, 0)), None)
    writer.save(library.shard(_FINGERPRINT, video_id))
    writer.close()
    video = Video(video_id, _LENGTH_S, 1, 1, 1.0, "trial", False, None)
    store.store(video, _FINGERPRINT, [Shot(video_id, _FINGERPRINT, 0, 0.0, _LENGTH_S)], [clip], None)
    store.record(_location(video_id))


def _video_id(number: int) -> str:
    return f"{number:032x}"


def _location(video_id: str) -> Location:
    return Location(
        root=_ROOT,
        path=os.fsencode(video_id),
        video_id=video_id,
        indexed_size_bytes=0,
        indexed_mtime_ns=0,
        state="indexed",
        stage=None,
        reason=None,
        size_bytes=0,
        mtime_ns=0,
        seen_at=datetime.now(UTC),
    )
