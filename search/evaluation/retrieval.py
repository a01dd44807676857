"""Retrieval on a published set, both ways, as the field reports it and with intervals over videos."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.academic.captioned import Captioned, CaptionedSet, Retrieval, chosen
from data.manifests import ManifestError
from models.pair import Pair
from models.spec import Floats
from search.evaluation.figures import (
    DEPTHS,
    RankedQuery,
    Ranks,
    Scores,
    draws_of,
    dual_softmax,
    figures,
    interval_of,
    text_to_video,
)
from search.evaluation.films import Say, films, whole
from search.evaluation.items import embed_texts
from search.evaluation.querybank import query_bank_norm

# What cosines are multiplied with before a softmax: where CLIP's learned scale is clipped to.
_SCALE = 100.0
# Queries of a bank are drawn, so many at most and always the same.
_BANK, _SEED = 5_000, 20_260


def measured_retrieval(
    how: Retrieval, root: Path, split: str | None, pair: Pair, *, dual: bool, bank: bool, say: Say
) -> tuple[list[RankedQuery], dict[str, Any]]:
    """Each query's rank, and the body of `eval --dataset`. Raises ManifestError."""
    of = how.read(root, chosen(how.splits, split))
    # Before the videos, which take hours: a file that is not there is said at once.
    training = _drawn(how.training(root)) if bank else []
    by_id = {video.id: video for video in of.videos}
    tower = pair.video()
    read = films(
        {video.id: video.places for video in of.videos},
        lambda name, file: tower.encode(whole(file, pair.spec, by_id[name].first_s)).clips,
        say,
    )
    videos, vectors = [by_id[name] for name in read.made], np.concatenate(list(read.made.values()))
    keys, texts, items = _queries(videos)
    if not texts:
        raise ManifestError(f"none of the {len(videos)} videos that are there has a caption with words")
    scores = embed_texts(texts, pair) @ vectors.T
    ranks = text_to_video(scores, items)
    tables = _tables(scores, vectors, pair, dual=dual, training=training)
    body = {
        "protocol": _protocol(of, pair, dual=dual, bank=len(training)),
        **read.facts(),
        "usual_videos": of.usual,
        "queries": len(texts),
        **{f"{way}{name}": its for name, table in tables.items() for way, its in both_ways(table, items).items()},
    }
    return [RankedQuery(key, int(rank)) for key, rank in zip(keys, ranks, strict=True)], body


def _queries(videos: Sequence[Captioned]) -> tuple[list[str], list[str], list[int]]:
    """Keys, sentences and the numbers of their videos, ascending."""
    asked = [
        (f"{video.id}#{number}", caption, item)
        for item, video in enumerate(videos)
        for number, caption in enumerate(video.captions)
        if caption.strip()
    ]
    return [key for key, _, _ in asked], [text for _, text, _ in asked], [item for _, _, item in asked]


def _drawn(captions: Sequence[str]) -> list[str]:
    order = np.random.default_rng(_SEED).permutation(len(captions))[:_BANK]
    return [captions[number] for number in sorted(order)]


def _tables(
    scores: Floats, vectors: Floats, pair: Pair, *, dual: bool, training: Sequence[str]
) -> dict[str, tuple[Scores, Scores | None]]:
    """By the ending of their names: scores [queries, items] for text to video, and for the other way where it has one.

    Its softmax goes over what is asked with, so dual softmax has a table for each way.
    """
    tables: dict[str, tuple[Scores, Scores | None]] = {"": (scores, scores)}
    if dual:
        tables["_dsl"] = (dual_softmax(_SCALE * scores), dual_softmax(_SCALE * scores.T).T)
    if training:
        tables["_qbnorm"] = (query_bank_norm(scores, embed_texts(training, pair) @ vectors.T), None)
    return tables


def both_ways(table: tuple[Scores, Scores | None], items: Sequence[int]) -> dict[str, object]:
    """Figures of `t2v` and `v2t`, and of `v2t_each` where videos have several captions; `items` ascend.

    `v2t`: the best caption of each video stands for it, as the field counts; `v2t_each`: all captions compete.
    """
    texts, videos = table
    owner, first = np.unique(np.asarray(items), return_index=True)
    found: dict[str, object] = {"t2v": clustered(text_to_video(texts, items), np.asarray(items))}
    if videos is None:
        return found
    best = np.maximum.reduceat(videos, first, axis=0)[:, owner].T
    numbers = np.arange(len(owner))
    found["v2t"] = clustered(text_to_video(best, numbers.tolist()), numbers)
    if len(owner) < len(items):
        ends = np.append(first[1:], len(items))
        each = [_own(videos[:, item], start, end) for item, start, end in zip(owner, first, ends, strict=True)]
        found["v2t_each"] = clustered(
            np.array([ranks[0] for ranks in each]), numbers, np.array([_precision(ranks) for ranks in each])
        )
    return found


def _own(scores: Scores, start: int, end: int) -> Ranks:
    """Ascending ranks of a video's own captions among all; ties count against us."""
    own = np.sort(scores[start:end])[::-1]
    others = np.sort(np.concatenate([scores[:start], scores[end:]]))
    rivals = len(others) - np.searchsorted(others, own, side="left")
    return np.asarray(rivals + np.arange(1, len(own) + 1), np.int64)


def _precision(ranks: Ranks) -> float:
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks))


def clustered(
    ranks: Ranks, videos: NDArray[np.intp], precision: NDArray[np.float64] | None = None
) -> dict[str, object]:
    """`figures` and mAP in percent, and under "ci" intervals by a bootstrap over videos, not queries.

    Captions of one video are not independent of each other. With one that is wanted, average precision is 1 / rank.
    """
    _, places = np.unique(videos, return_inverse=True)
    counts = np.bincount(places)
    draws = draws_of(len(counts))
    values = {**{f"R@{k}": 100.0 * (ranks <= k) for k in DEPTHS}, "MnR": ranks.astype(np.float64)}
    values["mAP"] = 100 * (1 / ranks if precision is None else precision)
    drawn = counts[draws].sum(axis=1)
    sums = {name: np.bincount(places, weights=each)[draws].sum(axis=1) for name, each in values.items()}
    ci = {name: interval_of(each / drawn) for name, each in sums.items()}
    return {**figures(ranks), "mAP": float(values["mAP"].mean()), "ci": ci}


def _protocol(of: CaptionedSet, pair: Pair, *, dual: bool, bank: int) -> dict[str, object]:
    counts = [len(video.captions) for video in of.videos]
    first = {video.first_s for video in of.videos} - {None}
    return {
        "split": of.split,
        "queries": of.asked,
        "captions_a_video": [min(counts), max(counts)],
        "frames": pair.spec.frames_per_clip,
        "seconds": f"the first {first.pop():g}" if first else "the whole video",
        "ranking": "cosine of one vector a video",
        "ties": "against us",
        "dual_softmax": f"of cosines times {_SCALE:g}, over all queries of the test" if dual else "none",
        "query_bank": f"{bank} captions of the training split" if bank else "none",
    }
