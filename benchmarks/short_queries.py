"""Short queries, as people type them: phrases of a manifest's captions, each held by 1 to 20 of its items.

A noun or verb phrase is cut from every caption; an item is relevant to a phrase that any of its captions holds, however
it is inflected. The query is the form that most captions have. Precision among the first and the first five, and mean
average precision, raw cosine over the whole gallery, in percent, with bootstrap 95 % intervals over queries.

    python -m benchmarks.short_queries MANIFEST [--weights FOLDER] [--json FILE] [--against FILE]
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.manifests import read_manifest
from models import vlc_lite
from models.registry import open_embedded
from models.spec import Floats
from models.training.sentences.phrases import Key, held
from search.evaluation.items import embed_items, embed_texts

MOST = 20
RESAMPLES = 2000
DEPTH = 5
NAMES = ("P@1", f"P@{DEPTH}", "mAP")

Figures = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class ShortQuery:
    text: str
    relevant: tuple[int, ...]


def queries_of(captions: Sequence[Sequence[str]]) -> list[ShortQuery]:
    """In the order of their texts."""
    return phrases_held(captions, least=1, most=MOST)


def phrases_held(captions: Sequence[Sequence[str]], *, least: int, most: float) -> list[ShortQuery]:
    """By so many items, in the order of their texts."""
    said = held(captions)
    items: dict[Key, list[int]] = {}
    forms: dict[Key, Counter[str]] = {}
    for item, texts in enumerate(said.of):
        for key, some in texts.items():
            items.setdefault(key, []).append(item)
            forms.setdefault(key, Counter()).update(text for text in some if text)
    queries = {
        forms[key].most_common(1)[0][0]: ShortQuery(forms[key].most_common(1)[0][0], tuple(some))
        for key, some in items.items()
        if least <= len(some) <= most and forms[key]
    }
    return [queries[text] for text in sorted(queries)]


def figures(cosines: Floats, relevant: Sequence[int]) -> list[float]:
    """Precision at 1 and at 5, and average precision."""
    ranks = np.sort(np.argsort(np.argsort(-cosines, kind="stable"), kind="stable")[list(relevant)])
    precision = np.arange(1, len(ranks) + 1) / (ranks + 1)
    return [float(ranks[0] == 0), float((ranks < DEPTH).sum() / DEPTH), float(precision.mean())]


def gained(ours: list[float], theirs: list[float]) -> list[float]:
    return [our - their for our, their in zip(ours, theirs, strict=True)]


def summary(found: Figures) -> dict[str, list[float]]:
    """Means over queries in percent, each with its bootstrap 95 % interval."""
    values = 100 * np.array(list(found.values()))
    draws = np.random.default_rng(0).integers(0, len(values), (RESAMPLES, len(values)))
    means = np.stack([values[draw].mean(0) for draw in draws])
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return {
        name: [round(float(figure), 1) for figure in (values[:, at].mean(), low[at], high[at])]
        for at, name in enumerate(NAMES)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--weights", type=Path, default=vlc_lite.FOLDER, help="another pair than the one that ships")
    parser.add_argument("--json", type=Path, help="write each query's figures here")
    parser.add_argument("--against", type=Path, help="what another run wrote: paired differences")
    asked = parser.parse_args()
    items = [item for item in read_manifest(asked.manifest) if item.captions]
    queries = queries_of([item.captions for item in items])
    pair = open_embedded(asked.weights)
    scores = embed_texts([query.text for query in queries], pair) @ embed_items(items, pair).T
    found = {query.text: figures(scores[row], query.relevant) for row, query in enumerate(queries)}
    print(json.dumps({"items": len(items), "queries": len(found), **summary(found)}))
    if asked.json:
        asked.json.write_text(json.dumps(found), encoding="utf-8")
    if asked.against:
        theirs = json.loads(asked.against.read_text(encoding="utf-8"))
        print(json.dumps({"gain": summary({text: gained(found[text], theirs[text]) for text in found})}))


if __name__ == "__main__":
    main()
