"""What is finished becomes the generation that searches are answered from."""

from typing import Protocol

import numpy as np
from sqlalchemy import Engine

from data import snapshots, views
from data.library import Library
from data.shards import read_clips
from data.types import NoSnapshot, Snapshot
from data.vectors import Ids


class Vectors(Protocol):
    """Whose vectors a generation holds: a model's spec says it, and so does a generation of that model."""

    @property
    def model(self) -> str: ...
    @property
    def weights_sha256(self) -> str: ...
    @property
    def dim(self) -> int: ...


def publish(library: Library, engine: Engine, vectors: Vectors, fingerprint: str, *, keep: int) -> Snapshot | None:
    """Build and swap in a generation of all present videos; the serving one when nothing has changed.

    None when there is nothing to serve and never was.
    """
    served = serving(library)
    wanted = views.servable_clip_ids(engine, fingerprint)
    if served is None and not len(wanted):
        return None
    if served is not None and served.fingerprint == fingerprint and _serves(served, wanted):
        return served
    snapshot = snapshots.build(
        library,
        model=vectors.model,
        weights_sha256=vectors.weights_sha256,
        dim=vectors.dim,
        fingerprint=fingerprint,
        pieces=(read_clips(library.shard(fingerprint, video_id)) for video_id in views.servable(engine, fingerprint)),
    )
    snapshots.publish(library, snapshot)
    snapshots.prune(library, keep=keep)
    return snapshot


def serving(library: Library) -> Snapshot | None:
    """The published generation, None before there is one."""
    try:
        return snapshots.current(library)
    except NoSnapshot:
        return None


def _serves(snapshot: Snapshot, wanted: Ids) -> bool:
    return np.array_equal(np.sort(snapshots.clip_ids(snapshot)), wanted)
