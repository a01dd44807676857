"""Cosines of a manifest's captions with its items, as `eval` ranks them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from data.manifests import Item, frames_of
from data.media.pixels import Fit
from models.pair import Pair
from models.spec import Floats
from search.evaluation.figures import RankedQuery, text_to_video
from search.evaluation.published import engine_scores

_ITEMS, _TEXTS = 16, 64

Each = TypeVar("Each")
Ranking = Literal["cosine", "engine"]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """`scores` is [queries, items]; `wanted` is each query's own item, `keys` its name."""

    scores: Floats
    wanted: list[int]
    keys: list[str]

    def ranked(self) -> list[RankedQuery]:
        """Each query's rank, as rank files keep them."""
        ranks = text_to_video(self.scores, self.wanted)
        return [RankedQuery(key, int(rank)) for key, rank in zip(self.keys, ranks, strict=True)]


def score(items: Sequence[Item], pair: Pair, *, all_captions: bool, ranking: Ranking = "cosine") -> Scored:
    """First captions (or all) against every item of the manifest. Raises ManifestError for an unreadable item.

    "engine" publishes the items to a library of their own and asks the engine.
    """
    queries = [
        (row, number, caption)
        for row, item in enumerate(items)
        for number, caption in enumerate(item.captions if all_captions else item.captions[:1])
    ]
    texts = [caption for _, _, caption in queries]
    return Scored(
        scores=_scores(texts, embed_items(items, pair), pair, ranking),
        wanted=[row for row, _, _ in queries],
        keys=[f"{items[row].id}#{number}" for row, number, _ in queries],
    )


def _scores(texts: list[str], clips: Floats, pair: Pair, ranking: Ranking) -> Floats:
    return engine_scores(pair, clips, texts) if ranking == "engine" else embed_texts(texts, pair) @ clips.T


def embed_items(items: Sequence[Item], pair: Pair) -> Floats:
    """[N, D]: one vector for each item, whatever its length."""
    spec, tower = pair.spec, pair.video()
    fit = Fit(spec.image_size, spec.resize, spec.interpolation)
    return np.concatenate(
        [
            tower.encode(np.stack([frames_of(item, fit, spec.frames_per_clip) for item in some])).clips
            for some in _parts(items, _ITEMS)
        ]
    )


def embed_file(path: Path, pair: Pair) -> Floats:
    """[D]: a video as a whole. Raises ManifestError."""
    vector: Floats = embed_items([Item(str(path), path, (), ())], pair)[0]
    return vector


def embed_texts(texts: Sequence[str], pair: Pair) -> Floats:
    """[N, D]."""
    tower = pair.text()
    return np.concatenate([tower.encode(list(some)) for some in _parts(texts, _TEXTS)])


def _parts(many: Sequence[Each], size: int) -> list[list[Each]]:
    each = iter(many)
    return list(iter(lambda: list(islice(each, size)), []))
