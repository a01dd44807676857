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

from data.durable import replacing
from data.types import Confidence, Snapshot
from data.vectors import Floats, VectorIndex
from search import bank
from search.table import ClipTable, Rows
from search.towers import QueryTowers

_log = logging.getLogger(__name__)

NEAREST = 10
HUB_WEIGHT = 0.2
DENSITY_WEIGHT = 0.2
# Enough to tell how dense a place of the space is; more would cost memory and time.
_REFERENCE_CLIPS = 4096
# In fewer clips than this there is no density to speak of.
_LEAST_CLIPS = 40
_AT_ONCE = 8192
HIGH, MEDIUM = 0.95, 0.7
_LEAST = {"high": HIGH, "medium": MEDIUM, "low": 0.0}

Evidence = NDArray[np.float64]


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

    def chance(self, cosines: Floats, nearest: Floats) -> Evidence:
        """Share of bank queries that find less: of clips with these cosines, for a query with these best ones."""
        evidence = (cosines + nearest.mean()) / 2 if len(nearest) else cosines
        return np.searchsorted(self.null, evidence) / max(len(self.null), 1)

    @property
    def sure_cosine(self) -> float:
        """What a find of high confidence has at least, about."""
        return float(np.quantile(self.null, HIGH)) if len(self.null) else 0.0


def confidence_of(chance: float) -> Confidence:
    """In words."""
    return "high" if chance >= HIGH else "medium" if chance >= MEDIUM else "low"


def least_chance(confidence: Confidence) -> float:
    """What a moment needs to be called at least this."""
    return _LEAST[confidence]


def calibrated(snapshot: Snapshot, index: VectorIndex, clips: ClipTable, towers: QueryTowers) -> Calibration:
    """From the generation's folder, or computed and kept there where that can be written."""
    rows = _reference_rows(clips)
    reference = index.vectors(clips.ids[rows]) if len(rows) else np.empty((0, index.dim), np.float32)
    kept = snapshot.folder / "calibration.npz"
    found = _read(kept, len(clips))
    if found is None:
        queries = bank_vectors(towers, snapshot)
        found = _measured(index, clips, queries, reference, rows)
        _keep(kept, bias=found[0], null=found[1])
    bias, null = found
    mean = reference.mean(axis=0) if len(rows) else np.zeros(index.dim, np.float32)
    mean_bias = float(bias[rows].mean()) if len(rows) else 0.0
    return Calibration(bias, null, reference, bias[rows], mean, mean_bias)


def bank_vectors(towers: QueryTowers, snapshot: Snapshot) -> Floats:
    """[B, D]: the bank in the space of these towers, kept with the generation and taken over from others."""
    sentences = bank.queries()
    stamp = f"{towers.weights_sha256} {hash_of(sentences)}"
    values = _kept_bank(snapshot.folder.parent, stamp)
    if values is None:
        values = towers.batch(sentences)
    _keep(snapshot.folder / "query_bank.npz", stamp=np.array(stamp), values=values)
    return values


def _kept_bank(generations: Path, stamp: str) -> Floats | None:
    for file in generations.glob("*/query_bank.npz"):
        try:
            with np.load(file, allow_pickle=False) as kept:
                if str(kept["stamp"]) == stamp:
                    values: Floats = kept["values"]
                    return values
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            continue
    return None


def hash_of(sentences: list[str]) -> str:
    """Names the content of a bank."""
    return blake2b("\n".join(sentences).encode(), digest_size=8).hexdigest()


def _measured(
    index: VectorIndex, clips: ClipTable, queries: Floats, reference: Floats, reference_rows: Rows
) -> tuple[Floats, Floats]:
    bias = np.zeros(len(clips), np.float32)
    best = np.full((len(queries), 0), 0, np.float32)
    for start in range(0, len(clips), _AT_ONCE):
        rows = np.arange(start, min(start + _AT_ONCE, len(clips)))
        values = index.vectors(clips.ids[rows])
        to_bank = queries @ values.T
        bias[rows] = HUB_WEIGHT * _mean_of_best(to_bank.T)
        if len(clips) >= _LEAST_CLIPS:
            to_others = values @ reference.T
            # A long scene is not a hub for being like itself.
            to_others[clips.videos[rows][:, np.newaxis] == clips.videos[reference_rows]] = np.nan
            bias[rows] += DENSITY_WEIGHT * _mean_of_best(to_others)
        best = _best(np.concatenate([best, to_bank], axis=1))
    null = (best.max(axis=1) + best.mean(axis=1)) / 2 if best.shape[1] else np.zeros(len(queries), np.float32)
    return bias, np.sort(null).astype(np.float32)


def _reference_rows(clips: ClipTable) -> Rows:
    # Ids are hashes: every nth of them in order is a fair sample, the same every time.
    step = max(1, len(clips) // _REFERENCE_CLIPS)
    return np.sort(clips.by_id[::step][:_REFERENCE_CLIPS])


def _best(scores: Floats) -> Floats:
    """[Q, at most NEAREST]: the largest of each row, in no order."""
    if scores.shape[1] <= NEAREST:
        return scores
    return np.partition(scores, -NEAREST, axis=1)[:, -NEAREST:]


def _mean_of_best(scores: Floats) -> Floats:
    """[N] means of the largest of each row; NaN stands for what does not count."""
    best = _best(np.where(np.isnan(scores), -np.inf, scores))
    counted = np.isfinite(best)
    sums: Floats = np.where(counted, best, 0).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    return sums


def _read(file: Path, count: int) -> tuple[Floats, Floats] | None:
    try:
        with np.load(file, allow_pickle=False) as kept:
            found = (kept["bias"], kept["null"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    return found if len(found[0]) == count else None


def _keep(file: Path, **arrays: NDArray[np.generic]) -> None:
    try:
        with replacing(file) as opened:
            np.savez(opened, **arrays)  # type: ignore[arg-type]
    except OSError as error:
        _log.warning("%s can't be written, and is computed again each time: %s", file, error)
