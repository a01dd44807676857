"""A generation of nothing but vectors, times and biases: enough to rank and fold, not to describe a page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.positions import Positions
from data.stores.vectors.store import Floats
from search.generation.adapter import VectorIndex
from search.generation.calibration import Calibration
from search.generation.opened import OpenGeneration
from search.generation.table import ClipTable
from search.query.tree import Text
from search.ranking.plan import Plan


def units(values: NDArray[np.floating[Any]]) -> Floats:
    """The same directions at length 1."""
    scaled: Floats = (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def generation_of(folder: Path, videos: Sequence[Floats], *, seed: int = 0) -> OpenGeneration:
    """Videos of clips of 10 s in shots of three, with these vectors [N, D]; the index has another order."""
    rng = np.random.default_rng(seed)
    values, counts = np.concatenate(list(videos)), [len(each) for each in videos]
    ids: NDArray[np.int64] = rng.permutation(len(values)) + 1
    order = rng.permutation(len(values))
    within = np.concatenate([np.arange(count) for count in counts])
    table = ClipTable(
        video_ids=tuple(f"{number:032x}" for number in range(len(counts))),
        ids=ids,
        videos=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        shots=(within // 3).astype(np.int32),
        starts_s=within * 10.0,
        ends_s=within * 10.0 + 10,
        places=np.argsort(order).astype(np.int32),
        positions=Positions(ids),
    )
    bias = rng.uniform(0.2, 0.3, len(values)).astype(np.float32)
    null = np.linspace(0, 1, 100, dtype=np.float32)
    sample = values[:50]
    unused: Any = None
    calibration = Calibration(bias, null, sample, bias[:50], sample.mean(axis=0), float(bias.mean()))
    return OpenGeneration(unused, unused, unused, VectorIndex(ids[order], values[order]), table, unused, calibration)


def sentence(vector: Floats) -> Plan:
    """A plan of one sentence that lies at `vector` [D]."""
    return Plan(Text("anything"), units(vector[np.newaxis]), np.array([True]), np.array([True]))
