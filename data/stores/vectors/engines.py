"""Which engine answers for a generation.

Another engine is one file with an `Opener` and its line in `ENGINES`; a generation's manifest names its engine.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from data.stores.catalog import Catalog
from data.stores.library import Library
from data.stores.vectors.baseline import Baseline, baseline_of
from data.stores.vectors.first_format import measured
from data.stores.vectors.flat import FlatVectors
from data.stores.vectors.held import MODALITY, held_by, read_sample
from data.stores.vectors.loaded import Loaded, View
from data.stores.vectors.nearness import Bank
from data.stores.vectors.opening import open_segments
from data.stores.vectors.store import DamagedIndex, VectorStore, damaged
from data.types import Generation

Opener = Callable[[Library, Generation, Catalog, VectorStore | None], VectorStore]


def open_shared(
    library: Library, generation: Generation, catalog: Catalog, before: VectorStore | None = None
) -> VectorStore:
    """Where the vectors of a library are kept by a server: every generation is there, whatever its manifest names."""
    # What speaks to one takes a second to import.
    from data.stores.vectors.milvus.opening import open_milvus

    return open_milvus(library, generation, catalog, before)


ENGINES: dict[str, Opener] = {"flat": open_segments}
"""By the name that a manifest has; each gives the store of a generation, and may share what `before` holds."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenVectors:
    """The clips of a generation and what they score by chance."""

    store: VectorStore
    baseline: Baseline


def open_vectors(
    library: Library, generation: Generation, catalog: Catalog, *, bank: Bank, before: VectorStore | None = None
) -> OpenVectors:
    """Of a published generation; `bank` is asked only for one of the first format, which nobody has measured.

    Raises DamagedIndex, and OSError.
    """
    if generation.modalities:
        opener = open_shared if library.vectors_at is not None else engine_of(generation)
        store = opener(library, generation, catalog, before)
        return OpenVectors(store, _baseline(library, generation))
    found = measured(library, generation, catalog, bank)
    loaded = Loaded(generation.generation, found.facts, found.values)
    store = FlatVectors([View.of_all(loaded)], generation.dim, catalog, generation.fingerprint)
    least = float(loaded.bias.min(initial=np.inf))
    return OpenVectors(store, baseline_of(found.best, found.sample, len(store), least))


def engine_of(generation: Generation) -> Opener:
    """What opens it. Raises DamagedIndex where this program has no such engine, or nothing to open."""
    try:
        return ENGINES[generation.modalities[MODALITY].engine]
    except KeyError as error:
        raise DamagedIndex(
            f"{generation.folder} names no engine of this program: `sceneseek verify --repair` builds it anew"
        ) from error


def _baseline(library: Library, generation: Generation) -> Baseline:
    held, name = held_by(library, generation), generation.modalities[MODALITY].sample
    if name is None:
        raise damaged(generation.folder)
    sample = read_sample(library, name)
    if len(held.sample_here) != len(sample.ids):
        raise damaged(library.samples / name)
    return baseline_of(held.best, sample.only(held.sample_here), generation.clip_count, held.least_bias)
