"""What is finished becomes the generation that searches are answered from."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Protocol

import numpy as np

from data.stores import generations
from data.stores.aside import set_aside
from data.stores.catalog import Catalog, views
from data.stores.library import Library
from data.stores.shards.folder import DamagedShard, ShardError, are_unit, read_clips
from data.stores.vectors.flat import DamagedIndex, Floats, Ids
from data.types import Generation, NoGeneration

Say = Callable[[str], None]


class Vectors(Protocol):
    """Whose vectors a generation holds: a model's spec says it, and so does a generation of that model."""

    @property
    def model(self) -> str: ...
    @property
    def weights_sha256(self) -> str: ...
    @property
    def dim(self) -> int: ...


def publish(
    library: Library, catalog: Catalog, vectors: Vectors, fingerprint: str, *, say: Say, anew: bool = False
) -> Generation | None:
    """Build and swap in a generation of all present videos; the serving one when nothing has changed.

    Vectors that the serving generation holds come from there, unless `anew`; all others from their shards, and a
    video whose shard is lost is left out. None when there is nothing to serve and never was. Raises MemoryError.
    """
    served = serving(library)
    held = _held(served, fingerprint) if served and not anew else _NONE
    kept, fresh = _divided(views.servable_clips(catalog, fingerprint), held)
    fresh = {video_id: ids for video_id, ids in fresh.items() if library.shard(fingerprint, video_id).exists()}
    if served is None and not fresh:
        return None
    if served and served.fingerprint == fingerprint and not anew and not fresh and len(kept) == len(held):
        return served
    old = _from_index(served, kept) if served and len(kept) else iter(())
    try:
        snapshot = generations.build(
            library,
            model=vectors.model,
            weights_sha256=vectors.weights_sha256,
            dim=vectors.dim,
            fingerprint=fingerprint,
            pieces=chain(old, _from_shards(library, fingerprint, fresh, say)),
        )
    except DamagedIndex:
        return publish(library, catalog, vectors, fingerprint, say=say, anew=True)
    generations.publish(library, snapshot)
    return snapshot


def serving(library: Library) -> Generation | None:
    """The published generation, None before there is one."""
    try:
        return generations.current(library)
    except NoGeneration:
        return None


_NONE: Ids = np.empty(0, np.int64)


def _held(served: Generation, fingerprint: str) -> Ids:
    """The clips whose vectors can be taken from the serving generation."""
    if served.fingerprint != fingerprint:
        return _NONE
    try:
        return generations.clip_ids(served)
    except DamagedIndex:
        return _NONE


def _divided(wanted: Mapping[str, Ids], held: Ids) -> tuple[Ids, dict[str, Ids]]:
    """The clips of videos that are held whole, and the other videos."""
    if not wanted:
        return _NONE, {}
    ids = np.concatenate(list(wanted.values()))
    counts = [len(each) for each in wanted.values()]
    is_held = np.isin(ids, held)
    is_whole = np.logical_and.reduceat(is_held, np.cumsum([0, *counts[:-1]]))
    fresh = {video_id: each for (video_id, each), whole in zip(wanted.items(), is_whole, strict=True) if not whole}
    return ids[np.repeat(is_whole, counts)], fresh


def _from_index(served: Generation, kept: Ids) -> Iterator[tuple[Ids, Floats]]:
    """What the serving generation holds, which an earlier program may have made of whatever a tower gave."""
    for ids, values in generations.vectors_of(served, kept):
        if not are_unit(values):
            raise DamagedIndex(f"{served.folder} holds vectors that are not of unit length")
        yield ids, values


def _from_shards(
    library: Library, fingerprint: str, wanted: Mapping[str, Ids], say: Say
) -> Iterator[tuple[Ids, Floats]]:
    for video_id, expected in wanted.items():
        path = library.shard(fingerprint, video_id)
        try:
            ids, values = read_clips(path)
            if not np.array_equal(ids, expected):
                raise DamagedShard(f"{path} holds other clips than the catalogue says")
        except DamagedShard as error:
            # From now on it counts as lost: the next run embeds that video again.
            set_aside(library, [path], f"{error}: `sceneseek index` makes it anew", say)
        except (OSError, ShardError) as error:
            say(f"{error}; that video can't be searched until its vectors can be read")
        else:
            yield ids, values
