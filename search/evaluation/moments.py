"""Moments of published sets: where in its video a sentence holds, by the scores of clip after clip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.academic.captioned import chosen
from data.academic.moments import Moments, MomentSet, Sought
from data.manifests import ManifestError
from models.heads.localise import spans
from models.pair import Pair
from models.spec import Floats
from search.evaluation.figures import RankedQuery, draws_of, interval_of
from search.evaluation.films import Say, Steps, films, in_steps
from search.evaluation.items import embed_texts
from search.evaluation.windows import THRESHOLDS, Windows, average_precision, highlights, overlaps, rank_at

_WINDOWS = 10
_RECALLS = ((1, 0.3), (1, 0.5), (1, 0.7), (5, 0.5), (5, 0.7))
# In all videos: windows of the nearest few.
_NEAREST, _WINDOWS_EACH = 20, 5
_CORPUS_RECALLS = tuple((k, threshold) for threshold in (0.5, 0.7) for k in (1, 5, 10, 100))


@dataclass(frozen=True, slots=True)
class Placed:
    """A window of a video that was found, and its score among those of all videos."""

    video: str
    start_s: float
    end_s: float
    score: float


def measured_moments(
    how: Moments, root: Path, split: str | None, pair: Pair, say: Say
) -> tuple[list[RankedQuery], dict[str, Any]]:
    """Each query's rank of its first window at an overlap of 0.5, and the body of `eval --dataset`.

    Raises ManifestError.
    """
    of = how.read(root, chosen(how.splits, split))
    read = films(of.videos, lambda _, file: in_steps(file, pair, of.step_s), say)
    sought = [one for one in of.sought if one.video in read.made]
    if not sought:
        raise ManifestError(f"none of {len(of.sought)} sentences is about one of the {len(read.made)} videos there")
    texts = embed_texts([one.sentence for one in sought], pair)
    asked = list(zip(sought, texts, strict=True))
    windows = [windows_of(read.made[one.video], text) for one, text in asked]
    body: dict[str, Any] = {
        "protocol": _protocol(of, pair),
        **read.facts(),
        "usual_queries": of.usual,
        "queries": len(sought),
        "empty": of.empty,
        "moments": _averaged([_within(one, its) for one, its in zip(sought, windows, strict=True)]),
    }
    if any(one.saliency for one in sought):
        body["highlights"] = _averaged([highlights(read.made[one.video].vectors @ text, one) for one, text in asked])
    if how.corpus:
        body["corpus"] = _averaged([_recalls(one, placed_in_all(text, read.made)) for one, text in asked])
    ranked = [RankedQuery(one.id, rank_at(its, one.windows, 0.5)) for one, its in zip(sought, windows, strict=True)]
    return ranked, body


def windows_of(steps: Steps, text: Floats) -> Windows:
    """[N, 2] seconds in which a sentence [D] may hold, best first."""
    return np.array([steps.seconds(span.first, span.end) for span in spans(steps.vectors @ text, _WINDOWS)])


def _within(one: Sought, windows: Windows) -> dict[str, float]:
    ranks = {threshold: rank_at(windows, one.windows, threshold) for threshold in (0.3, 0.5, 0.7)}
    precision = {threshold: average_precision(windows, one.windows, threshold) for threshold in THRESHOLDS}
    return {
        **{f"R{k}@{threshold}": float(ranks[threshold] <= k) for k, threshold in _RECALLS},
        "mIoU": float(overlaps(windows[:1], one.windows).max()),
        "mAP@0.5": precision[0.5],
        "mAP@0.75": precision[0.75],
        "mAP": float(np.mean(list(precision.values()))),
    }


def placed_in_all(text: Floats, videos: Mapping[str, Steps]) -> list[Placed]:
    """Of the windows in all videos those of the nearest videos, by the mean cosine in them; best first."""
    scores = {name: steps.vectors @ text for name, steps in videos.items()}
    nearest = sorted(scores, key=lambda name: -scores[name].max())[:_NEAREST]
    found = [
        Placed(name, *videos[name].seconds(span.first, span.end), float(scores[name][span.first : span.end].mean()))
        for name in nearest
        for span in spans(scores[name], _WINDOWS_EACH)
    ]
    return sorted(found, key=lambda one: -one.score)


def _recalls(one: Sought, placed: Sequence[Placed]) -> dict[str, float]:
    windows = np.array([[each.start_s, each.end_s] for each in placed])
    shares = overlaps(windows, one.windows).max(axis=1) * np.array([each.video == one.video for each in placed])
    return {f"R{k}@{threshold}": float((shares[:k] >= threshold).any()) for k, threshold in _CORPUS_RECALLS}


def _averaged(each: Sequence[dict[str, float]]) -> dict[str, Any]:
    """In percent, with intervals."""
    draws = draws_of(len(each))
    values: dict[str, NDArray[np.float64]] = {name: 100 * np.array([one[name] for one in each]) for name in each[0]}
    ci = {name: interval_of(its[draws].mean(axis=1)) for name, its in values.items()}
    return {**{name: float(its.mean()) for name, its in values.items()}, "ci": ci}


def _protocol(of: MomentSet, pair: Pair) -> dict[str, object]:
    return {
        "split": of.split,
        "queries": "each sentence in its own video",
        "steps_s": of.step_s,
        "frames": pair.spec.frames_per_clip,
        "ranking": "windows grown from the peaks of the cosines of the steps",
        "windows": f"{_WINDOWS} of each video; in all videos {_WINDOWS_EACH} of the {_NEAREST} nearest",
    }
