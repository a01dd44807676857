"""What clips of one generation score when nothing is asked for: which are near to everything, and what is chance.

Two terms are taken from the cosine of a sentence and a clip (hubs: Radovanović et al. 2010; the form follows CSLS,
Conneau et al. 2018, and QB-Norm, Bogolin et al. 2022): how near the clip is to a bank of everyday queries, and how
near it is to clips of other videos.
"""

import logging
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from data.durable import replacing
from data.stores import generations
from data.stores.library import Library
from data.stores.vectors.flat import Floats, VectorIndex
from data.types import Generation
from search.generation.bank import UNREADABLE, bank_digest, bank_vectors
from search.generation.nearness import NEAREST, SAMPLE_CLIPS, Nearness, Sample, measured, sample_for
from search.generation.table import ClipTable
from search.generation.towers import QueryTowers
from search.ranking.confidence import Calibration, evidence_of

_log = logging.getLogger(__name__)

# How these were chosen: docs/search.md, and `python -m benchmarks.calibration` for another pair.
HUB_WEIGHT = 0.2
DENSITY_WEIGHT = 0.2
# Columns of a kept file.
_OF_CLIPS = ("ids", "marks", "hub", "density", "best", "best_ids")
_OF_SAMPLE = ("ids", "values", "videos")


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """`bias` [N] is by row of the clip table; `nearness` is what all of it was made from."""

    bias: Floats
    calibration: Calibration
    nearness: Nearness


def calibrated(
    library: Library,
    generation: Generation,
    index: VectorIndex,
    clips: ClipTable,
    towers: QueryTowers,
    *,
    before: Nearness | None = None,
) -> Measured:
    """As kept in the library; what is not known of an earlier generation is computed, and kept where that can be.

    `before` is what the same towers made of one.
    """
    stamp, file = _stamp_of(towers), library.calibration / f"{generation.generation}.npz"
    kept = _read(file, stamp)
    known = kept or before or _newest(library, stamp)
    sample = sample_for(index, clips, known.sample if known else None)
    found = measured(index, clips, bank_vectors(towers, library), sample, known)
    if kept is None or not kept.is_of(found.ids, found.marks):
        _keep(library, file, stamp, found)
    return _made_from(found, index, clips)


def _made_from(found: Nearness, index: VectorIndex, clips: ClipTable) -> Measured:
    bias = (HUB_WEIGHT * found.hub + DENSITY_WEIGHT * found.density).astype(np.float32)
    few = min(NEAREST, int(found.sound.sum()))
    everyday = (
        np.sort(evidence_of(np.sort(found.best, axis=1)[:, -few:])) if few else np.zeros(len(found.best), np.float32)
    )
    rows = clips.rows(found.sample.ids)
    sample = index.vectors(clips.ids[rows])
    mean = sample.mean(axis=0) if len(rows) else np.zeros(index.dim, np.float32)
    mean_bias = float(bias[rows].mean()) if len(rows) else 0.0
    least_bias = float(bias.min(initial=np.inf, where=found.sound)) if few else 0.0
    return Measured(bias, Calibration(everyday, sample, bias[rows], mean, mean_bias, least_bias), found)


def _newest(library: Library, stamp: str) -> Nearness | None:
    """What is kept of the newest generation of that stamp."""
    files = sorted(library.calibration.glob("[0-9]*.npz"), reverse=True)
    return next((kept for file in files if (kept := _read(file, stamp))), None)


def _stamp_of(towers: QueryTowers) -> str:
    """Names what nearness is measured with: another pair, other weights or another bank make another."""
    facts = (towers.weights_sha256, NEAREST, SAMPLE_CLIPS, bank_digest())
    return blake2b(f"nearness {facts}".encode(), digest_size=16).hexdigest()


def _read(file: Path, stamp: str) -> Nearness | None:
    try:
        # NumPy leaves a file open that it can't read.
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
            if str(kept["stamp"]) != stamp:
                return None
            of_sample = {name: kept[f"sample_{name}"] for name in _OF_SAMPLE}
            sample = Sample(**of_sample, drawn_from=int(kept["sample_drawn_from"]))
            return Nearness(**{name: kept[name] for name in _OF_CLIPS}, sample=sample)
    except UNREADABLE:
        return None


def _keep(library: Library, file: Path, stamp: str, found: Nearness) -> None:
    of_sample = {f"sample_{name}": getattr(found.sample, name) for name in (*_OF_SAMPLE, "drawn_from")}
    of_clips = {name: getattr(found, name) for name in _OF_CLIPS}
    try:
        file.parent.mkdir(exist_ok=True)
        with replacing(file) as opened:
            np.savez(opened, stamp=np.array(stamp), **of_clips, **of_sample)
        alive = {*generations.names(library), file.stem}
        for old in file.parent.glob("[0-9]*.npz"):
            if old.stem not in alive:
                old.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("%s can't be written, and is computed again each time: %s", file, error)
