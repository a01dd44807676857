"""Queries for what is seen and for what is said or shown, over one library: what words add, and whether they do harm.

A library is made of the items of a manifest, each as a video of one clip; each is given lines of its own, half of them
said and half shown, which are captions of other pictures: the hardest strays there are. Of every item one caption is
asked for (seen), and of its lines a part as it was said, a part in other words, and its rarest word.

    python -m benchmarks.words ITEMS LINES [--seed 0] [--count 244] [--each 6] [--json FILE]

Printed is recall at 1 of each kind of query: of the engine, of what is seen alone, and of two ways to fuse (standard
deviations, reciprocal ranks), with the paired difference of visual queries with words and without, and what a search
takes. Constants were chosen with `msrvtt-train.jsonl --seed 0`; figures are those of `msrvtt-val.jsonl --seed 1`.
"""

import argparse
import json
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.folding import folded
from data.identity import fingerprint_of
from data.manifests import read_manifest
from data.stores.catalog import Catalog, open_catalog, views
from data.stores.library import Library
from data.types import Words
from models.registry import open_pair
from search.answering.channels import Scope
from search.answering.fusion import fused, searches_of
from search.answering.registry import channels_of
from search.evaluation.items import embed_items
from search.evaluation.published import published, trial_id
from search.generation.opened import OpenGeneration
from search.query.common_words import COMMON
from search.query.grammar import parse
from search.query.tree import Text
from search.ranking.feedback import Verdicts
from search.ranking.free import Free

PRINTS = {"subtitles": fingerprint_of({"trial": "said"}), "screen_text": fingerprint_of({"trial": "shown"})}
RESAMPLES, DEPTH, RRF = 2000, 100, 60
Lines = list[list[str]]


@dataclass(frozen=True)
class Asked:
    """A query, of which kind it is, and the item that it is to find."""

    text: str
    kind: str
    item: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("items", type=Path)
    parser.add_argument("lines", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=244)
    parser.add_argument("--each", type=int, default=6)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    items = [item for item in read_manifest(asked.items) if item.captions]
    items = rng.sample(items, min(asked.count, len(items)))
    texts = [item.captions[0] for item in read_manifest(asked.lines) if 4 <= len(item.captions[0].split()) <= 14]
    spoken = rng.sample(sorted(set(texts)), len(items) * asked.each)
    lines = [spoken[at : at + asked.each] for at in range(0, len(spoken), asked.each)]
    pair = open_pair("vlc-lite")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sceneseek-words-")))
        catalog = open_catalog(folder / "catalog.db")
        stack.callback(catalog.close)
        opened = published(Library(folder), catalog, pair, embed_items(items, pair), PRINTS)
        _say(catalog, lines)
        found = measured(opened, queries([item.captions[0] for item in items], lines, rng))
    print(json.dumps(found, indent=1))
    if asked.json:
        asked.json.write_text(json.dumps(found))


def _say(catalog: Catalog, lines: Lines) -> None:
    """Half of the lines of each video are said, half are shown."""
    videos = views.present_videos(catalog)
    for number, own in enumerate(lines):
        video = videos[trial_id(number)]
        for name, some in (("subtitles", own[::2]), ("screen_text", own[1::2])):
            length_s = video.duration_s / len(some)
            texts = [
                Words(video.id, PRINTS[name], at, at * length_s, (at + 1) * length_s, text)
                for at, text in enumerate(some)
            ]
            catalog.store(video, PRINTS[name], [], [], None, texts=texts)


def queries(captions: Sequence[str], lines: Lines, rng: random.Random) -> list[Asked]:
    """Those of what is seen, then of words as they were said, in other words, and single ones."""
    counts = Counter(word for own in lines for line in own for word in set(folded(line).split()))
    asked = [Asked(caption, "seen", item) for item, caption in enumerate(captions)]
    for item, own in enumerate(lines):
        line = rng.choice(own)
        words = line.split()
        start = rng.randrange(max(1, len(words) - 4))
        asked.append(Asked(" ".join(words[start : start + 5]), "as it was said", item))
        telling = [word for word in dict.fromkeys(folded(line).split()) if word not in COMMON and len(word) > 2]
        some = rng.sample(telling, min(3, len(telling)))
        asked.append(Asked(f"when they talk about {' and '.join(some)}", "in other words", item))
        rarest = min(telling, key=lambda word: (counts[word], word), default=words[0])
        if counts[rarest] == 1:
            asked.append(Asked(rarest, "one rare word", item))
        asked.append(Asked(f'(said:"{" ".join(words[:4])}" OR shown:"{" ".join(words[:4])}")', "said: or shown:", item))
    return asked


def measured(opened: OpenGeneration, asked: Sequence[Asked]) -> dict[str, object]:
    """Recall at 1 in percent, by kind of query and way to answer it."""
    ways: dict[str, Callable[[OpenGeneration, str], list[str]]] = {
        "seen alone": _seen_alone,
        "deviations (the engine)": _engine,
        "reciprocal ranks": _reciprocal,
    }
    hits: dict[str, dict[str, list[bool]]] = {way: defaultdict(list) for way in ways}
    took_ms: dict[str, float] = {}
    for way, answer in ways.items():
        began = time.perf_counter()
        for one in asked:
            found = answer(opened, one.text)
            hits[way][one.kind].append(bool(found) and found[0] == trial_id(one.item))
        took_ms[way] = round((time.perf_counter() - began) * 1000 / len(asked), 2)
    return {
        "recall_at_1": {way: {kind: _share(each) for kind, each in kinds.items()} for way, kinds in hits.items()},
        "queries": {kind: len(each) for kind, each in hits["seen alone"].items()},
        "seen_with_words_less_without": {
            way: _paired(hits[way]["seen"], hits["seen alone"]["seen"]) for way in list(ways)[1:]
        },
        "ms_a_query": took_ms,
    }


def _seen_alone(opened: OpenGeneration, text: str) -> list[str]:
    query = parse(text)
    return _videos(opened, Text(query.text, ("seen",))) if isinstance(query, Text) else []


def _engine(opened: OpenGeneration, text: str) -> list[str]:
    return _videos(opened, parse(text))


def _videos(opened: OpenGeneration, query: object) -> list[str]:
    search = fused(searches_of(channels_of(opened), query, Verdicts()))  # type: ignore[arg-type]
    return _first(one.whole.video_id for one in search.moments(Scope(None, Free(opened.vectors), 0.0, 20)))


def _reciprocal(opened: OpenGeneration, text: str) -> list[str]:
    query = parse(text)
    scores: Counter[str] = Counter()
    for search in searches_of(channels_of(opened), query, Verdicts()).values():
        found = _first(one.whole.video_id for one in search.moments(Scope(None, Free(opened.vectors), 0.0, 20)))
        for rank, video in enumerate(found):
            scores[video] += 1 / (RRF + rank)  # type: ignore[assignment]
    return [video for video, _ in scores.most_common(DEPTH)]


def _first(videos: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for video in videos:
        found.setdefault(video)
        if len(found) == DEPTH:
            break
    return list(found)


def _share(hits: Sequence[bool]) -> float:
    return round(100 * float(np.mean(hits)), 1) if hits else float("nan")


def _paired(one: Sequence[bool], other: Sequence[bool]) -> list[float]:
    """Mean and 95 % interval, in points of recall, by the bootstrap over queries."""
    differences = np.array(one, float) - np.array(other, float)
    rng = np.random.default_rng(0)
    means = differences[rng.integers(0, len(differences), (RESAMPLES, len(differences)))].mean(axis=1)
    return [round(100 * float(each), 2) for each in (differences.mean(), *np.quantile(means, (0.025, 0.975)))]


if __name__ == "__main__":
    main()
