"""Whether the engine knows what is not there: area under the ROC curve of present against absent captions.

The items of a manifest are split by subject: k-means of their caption vectors, half of the clusters left out of the
library. Present = first captions of the items in it; absent = those of the items left out whose nearest caption in
the library is no nearer than `--apart`. Repeated over seeds, with bootstrap 95 % intervals over captions. Also the
shares of present and absent captions whose best moment the service would call high, and medium or better.

    python -m benchmarks.presence MANIFEST [--apart 0.5] [--clusters 20] [--seeds 6]
"""

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.manifests import read_manifest
from models.bank.sentences import queries
from models.registry import open_pair
from models.spec import Floats
from search.evaluation.items import embed_items, embed_texts
from search.generation.confidence import HIGH, MEDIUM, confidences_of, evidence_of

RESAMPLES = 500
Scores = NDArray[np.float64]
Run = dict[str, tuple[Scores, Scores]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--apart", type=float, default=0.5)
    parser.add_argument("--clusters", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=6)
    asked = parser.parse_args()
    items = [item for item in read_manifest(asked.manifest) if item.captions]
    pair = open_pair("vlc-lite")
    clips, texts = embed_items(items, pair), embed_texts([item.captions[0] for item in items], pair)
    bank = embed_texts(queries(), pair)
    found = measured(clips, texts, bank, clusters=asked.clusters, apart=asked.apart, seeds=asked.seeds)
    print(json.dumps(found, indent=1))


def measured(
    clips: Floats, texts: Floats, bank: Floats, *, clusters: int, apart: float, seeds: int
) -> dict[str, object]:
    """Raw best cosine against the engine's evidence; `clips` and `texts` [N, D] belong together, `bank` is [Q, D]."""
    runs = [_run(clips, texts, bank, clusters, apart, seed) for seed in range(seeds)]
    rng = np.random.default_rng(0)
    draws = [[_drawn(run, rng) for run in runs] for _ in range(RESAMPLES)]
    present, absent = (int(np.mean([len(run["raw"][side]) for run in runs])) for side in (0, 1))
    return {
        "present": present,
        "absent": absent,
        "seeds": seeds,
        "raw": _with_interval(_mean(runs, "raw"), [_mean(draw, "raw") for draw in draws]),
        "engine": _with_interval(_mean(runs, "engine"), [_mean(draw, "engine") for draw in draws]),
        "gain": _with_interval(
            _mean(runs, "engine") - _mean(runs, "raw"), [_mean(draw, "engine") - _mean(draw, "raw") for draw in draws]
        ),
        "high": [_share(runs, side, HIGH) for side in (0, 1)],
        "medium_or_high": [_share(runs, side, MEDIUM) for side in (0, 1)],
    }


def _mean(runs: list[Run], kind: str) -> float:
    return float(np.mean([auroc(*run[kind]) for run in runs]))


def _share(runs: list[Run], side: int, least: float) -> float:
    return round(float(np.mean([(run["confidence"][side] >= least).mean() for run in runs])), 2)


def auroc(present: Scores, absent: Scores) -> float:
    """Share of pairs in which the present one is surer; ties count half."""
    order = np.sort(absent)
    below = np.searchsorted(order, present, "left") + np.searchsorted(order, present, "right")
    return float(below.mean() / 2 / len(absent))


def _run(clips: Floats, texts: Floats, bank: Floats, clusters: int, apart: float, seed: int) -> Run:
    subject = _clusters(texts, clusters, seed)
    left_out = np.isin(subject, np.random.default_rng(seed).permutation(clusters)[: clusters // 2])
    kept = ~left_out
    absent = np.flatnonzero(left_out)
    absent = absent[(texts[absent] @ texts[kept].T).max(axis=1) < apart]
    cosines = [texts[chosen] @ clips[kept].T for chosen in (np.flatnonzero(kept), absent)]
    raw = tuple(found.max(axis=1).astype(np.float64) for found in cosines)
    # Placing it among the bank's queries keeps the order.
    engine = tuple(evidence_of(found).astype(np.float64) for found in cosines)
    everyday = np.sort(evidence_of(bank @ clips[kept].T))
    confidence = tuple(confidences_of(np.asarray(found, np.float32), everyday) for found in engine)
    return {"raw": (raw[0], raw[1]), "engine": (engine[0], engine[1]), "confidence": (confidence[0], confidence[1])}


def _clusters(texts: Floats, count: int, seed: int) -> NDArray[np.intp]:
    rng = np.random.default_rng(seed)
    centres = texts[rng.choice(len(texts), count, replace=False)]
    for _ in range(30):
        nearest = (texts @ centres.T).argmax(axis=1)
        means = [texts[nearest == one].sum(axis=0) if (nearest == one).any() else centres[one] for one in range(count)]
        centres = np.stack([mean / np.linalg.norm(mean) for mean in means])
    nearest = (texts @ centres.T).argmax(axis=1)
    return np.asarray(nearest)


def _drawn(run: Run, rng: np.random.Generator) -> Run:
    picks = [rng.integers(0, len(side), len(side)) for side in run["raw"]]
    return {kind: (sides[0][picks[0]], sides[1][picks[1]]) for kind, sides in run.items()}


def _with_interval(value: float, draws: list[float]) -> dict[str, object]:
    low, high = np.percentile(draws, [2.5, 97.5])
    return {"auroc": round(value, 3), "ci": [round(float(low), 3), round(float(high), 3)]}


if __name__ == "__main__":
    main()
