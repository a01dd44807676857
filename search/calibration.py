"""What clips of one generation score when nothing is asked for: which are near to everything, and what is chance.

Two terms are taken from the cosine of a sentence and a clip (hubs: Radovanović et al. 2010; the form follows CSLS,
Conneau et al. 2018, and QB-Norm, Bogolin et al. 2022): how near the clip is to a bank of everyday queries, and how
near it is to clips of other videos. Confidence places a query's evidence among that of the bank's queries.
"""

import logging
import zipfile
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data import snapshots
from data.durable import replacing
from data.library import Library
from data.types import Confidence, Snapshot
from data.vectors import Floats, VectorIndex
from search.banks import bank_digest, bank_vectors
from search.table import ClipTable, Rows
from search.towers import QueryTowers

_log = logging.getLogger(__name__)

# How these were chosen: docs/search.md, and `python -m benchmarks.calibration` for another pair.
NEAREST = 10
HUB_WEIGHT = 0.2
DENSITY_WEIGHT = 0.2
BEST_SHARE = 0.25
# Enough to tell how dense a place of the space is; more would cost memory and time.
_REFERENCE_CLIPS = 4096
# In fewer clips than this there is no density to speak of.
_LEAST_CLIPS = 40
# Scores of so many clips with the bank or the reference stay in the processor's cache.
_AT_ONCE = 512
HIGH, MEDIUM = 0.95, 0.7
_LEAST = {"high": HIGH, "medium": MEDIUM, "low": 0.0}

Evidence = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sureness:
    """Turns scores of one query into chances: its best one has the evidence `level`, the others less by what they lag.

    `null` is sorted: the evidence that each query of the bank finds.
    """

    null: Floats
    level: float
    best_score: float

    def chance(self, scores: Floats) -> Evidence:
        """Share of bank queries that find less, for clips of these scores."""
        return np.searchsorted(self.null, self.level + scores - self.best_score) / max(len(self.null), 1)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """`bias` [N] is by row of the clip table, `null` is sorted: the evidence that each query of the bank finds.

    `reference` [R, D] and `reference_bias` [R] are a sample of the clips, `mean` [D] and `mean_bias` its means.
    """

    bias: Floats
    null: Floats
    reference: Floats
    reference_bias: Floats
    mean: Floats
    mean_bias: float

    def sureness(self, cosines: Floats, scores: Floats) -> Sureness:
        """Of a sentence whose nearest clips have these `cosines` and `scores` [C]."""
        level = float(presence(cosines[np.newaxis])[0]) if len(cosines) else 0.0
        return Sureness(self.null, level, float(scores.max(initial=-np.inf)))

    @property
    def sure_cosine(self) -> float:
        """What a find of high confidence has at least, about."""
        return float(np.quantile(self.null, HIGH)) if len(self.null) else 0.0


def presence(cosines: Floats) -> Floats:
    """[Q]: how much speaks for it that what each query [Q, C] asks for is there at all.

    Mostly the mean of its best few cosines: where nothing fits, nothing near fits either.
    """
    best = _best(cosines)
    level: Floats = BEST_SHARE * best.max(axis=1) + (1 - BEST_SHARE) * best.mean(axis=1)
    return level


def confidence_of(chance: float) -> Confidence:
    """In words."""
    return "high" if chance >= HIGH else "medium" if chance >= MEDIUM else "low"


def least_chance(confidence: Confidence) -> float:
    """What a moment needs to be called at least this."""
    return _LEAST[confidence]


def calibrated(
    library: Library, snapshot: Snapshot, index: VectorIndex, clips: ClipTable, towers: QueryTowers
) -> Calibration:
    """As kept in the library, or computed and kept there where it can be written."""
    rows = _reference_rows(clips)
    reference = index.vectors(clips.ids[rows]) if len(rows) else np.empty((0, index.dim), np.float32)
    kept, stamp = library.calibration / f"{snapshot.generation}.npz", _stamp_of(towers, clips)
    found = _read(kept, stamp)
    if found is None:
        found = measured(index, clips, bank_vectors(towers, library), reference, rows)
        _keep(library, kept, stamp=np.array(stamp), bias=found[0], null=found[1])
    bias, null = found
    mean = reference.mean(axis=0) if len(rows) else np.zeros(index.dim, np.float32)
    mean_bias = float(bias[rows].mean()) if len(rows) else 0.0
    return Calibration(bias, null, reference, bias[rows], mean, mean_bias)


def measured(
    index: VectorIndex, clips: ClipTable, queries: Floats, reference: Floats, reference_rows: Rows
) -> tuple[Floats, Floats]:
    """The bias of each clip [N], and the evidence that each of `queries` finds, sorted."""
    bias = np.zeros(len(clips), np.float32)
    best = np.empty((len(queries), 0), np.float32)
    for start in range(0, len(clips), _AT_ONCE):
        rows = np.arange(start, min(start + _AT_ONCE, len(clips)))
        values = index.vectors(clips.ids[rows])
        to_bank = values @ queries.T
        bias[rows] = HUB_WEIGHT * _best(to_bank).mean(axis=1)
        if len(clips) >= _LEAST_CLIPS:
            to_others = values @ reference.T
            # A long scene is not a hub for being like itself.
            to_others[clips.videos[rows][:, np.newaxis] == clips.videos[reference_rows]] = -np.inf
            bias[rows] += DENSITY_WEIGHT * _mean_of_finite(_best(to_others))
        best = _best(np.concatenate([best, to_bank.T], axis=1))
    null = presence(best) if best.shape[1] else np.zeros(len(queries), np.float32)
    return bias, np.sort(null).astype(np.float32)


def _reference_rows(clips: ClipTable) -> Rows:
    # Ids are hashes: every nth of them in order is a fair sample, the same every time.
    step = max(1, len(clips) // _REFERENCE_CLIPS)
    return np.sort(clips.positions.order[::step][:_REFERENCE_CLIPS])


def _best(scores: Floats) -> Floats:
    """[Q, at most NEAREST]: the largest of each row, in no order."""
    if scores.shape[1] <= NEAREST:
        return scores
    return np.partition(scores, -NEAREST, axis=1)[:, -NEAREST:]


def _mean_of_finite(scores: Floats) -> Floats:
    """[N] means of each row; 0 where nothing counts."""
    counted = np.isfinite(scores)
    sums: Floats = np.where(counted, scores, 0).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    return sums


def _stamp_of(towers: QueryTowers, clips: ClipTable) -> str:
    """Names what a calibration was made from: other clips, another pair or other weights make another."""
    facts = (towers.weights_sha256, NEAREST, HUB_WEIGHT, DENSITY_WEIGHT, BEST_SHARE)
    return blake2b(f"{facts} {bank_digest()} ".encode() + clips.ids.tobytes(), digest_size=16).hexdigest()


def _read(file: Path, stamp: str) -> tuple[Floats, Floats] | None:
    try:
        with np.load(file, allow_pickle=False) as kept:
            return (kept["bias"], kept["null"]) if str(kept["stamp"]) == stamp else None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _keep(library: Library, file: Path, **arrays: NDArray[np.generic]) -> None:
    try:
        file.parent.mkdir(exist_ok=True)
        with replacing(file) as opened:
            np.savez(opened, **arrays)  # type: ignore[arg-type]
        alive = {*snapshots.generations(library), file.stem}
        for old in file.parent.glob("[0-9]*.npz"):
            if old.stem not in alive:
                old.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("%s can't be written, and is computed again each time: %s", file, error)
