"""Asks the real engine what it makes of items that are published to a library of their own."""

import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data.identity import clip_id_of, fingerprint_of
from data.stores.catalog import Catalog, open_catalog
from data.stores.library import Library
from data.stores.publishing import publish
from data.stores.shards.folder import ShardWriter
from data.stores.vectors.nearness import Bank, stamp_of
from data.stores.vectors.store import Floats
from data.types import Clip, Location, Shot, Video
from models.bank.bank import bank_digest, bank_vectors
from models.pair import Pair
from search.answering.channels import Scope
from search.answering.seen import Seen
from search.generation.opened import OpenGeneration, open_generation
from search.query.tree import Text
from search.ranking.free import Free

_log = logging.getLogger(__name__)
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
        stack.callback(catalog.close)
        generation = published(Library(folder), catalog, pair, clips)
        return np.stack([_scores(generation, text, len(clips)) for text in texts])


def _scores(generation: OpenGeneration, text: str, count: int) -> Floats:
    scores = np.full(count, -np.inf, np.float32)
    everything = Scope(None, Free(generation.vectors), 0.0, count)
    for one in Seen(generation).asked(Text(text)).moments(everything):
        scores[int(one.whole.video_id, 16)] = one.score
    return scores


def published(
    library: Library, catalog: Catalog, pair: Pair, clips: Floats, others: Mapping[str, str] | None = None
) -> OpenGeneration:
    """A generation of videos of one clip each; `others` are fingerprints of modalities of words, by their names."""
    catalog.add_root(_ROOT)
    for number in range(len(clips)):
        _store(library, catalog, number, clips)
    kept, sha = library.calibration / "bank.npz", pair.spec.weights_sha256
    bank = Bank(stamp_of(sha, bank_digest()), lambda: bank_vectors(sha, kept, pair.text().encode))
    publish(library, catalog, pair.spec, _FINGERPRINT, bank=bank, say=_log.warning, others=others)
    return open_generation(library, catalog, open_pair=lambda *_: pair)


def _store(library: Library, catalog: Catalog, number: int, clips: Floats) -> None:
    video_id = trial_id(number)
    clip = Clip(clip_id_of(video_id, _FINGERPRINT, 0), video_id, _FINGERPRINT, 0, 0, 0.0, _LENGTH_S)
    writer = ShardWriter()
    writer.append(np.array([clip.id]), clips[number : number + 1], np.empty((1, 0)), None)
    writer.save(library.shard(_FINGERPRINT, video_id))
    writer.close()
    video = Video(video_id, _LENGTH_S, 1, 1, 1.0, "trial", False, None)
    catalog.store(video, _FINGERPRINT, [Shot(video_id, _FINGERPRINT, 0, 0.0, _LENGTH_S)], [clip], None)
    catalog.record(_location(video_id))


def trial_id(number: int) -> str:
    """Of one of the videos."""
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
