"""Whether THEN finds an order and NOT lowers what it names: real clips joined in pairs, both ways round (needs ffmpeg).

5 s of each clip, its first caption as the sentence, all joined videos in one library. Of each video "A THEN B WITHIN
10s" is asked as it shows it, and "A OR B" without and with "NOT B".

    python -m benchmarks.composed MANIFEST [--pairs 10] [--seed 0] [--json FILE]
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.ffmpeg import ffmpeg
from benchmarks.indexing import Silent
from data.manifests import Item, read_manifest
from data.media.reading import probe
from data.stores.catalog import open_catalog
from data.stores.library import Library
from indexer.index import index
from indexer.settings import IndexSettings
from models.registry import open_pair
from search.answering import wire
from search.answering.answers import answer
from search.generation.opened import OpenGeneration, open_generation
from search.query.wire import SearchBody

PART_S = 5.0
WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Joined:
    """`first` is shown, then `second`; `other` is the video of both the other way round."""

    file: Path
    first: str
    second: str
    other: Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    items = [item for item in read_manifest(asked.manifest) if item.captions and _is_long_enough(item.file)]
    if len(items) < 2 * asked.pairs:
        sys.exit(f"{asked.manifest}: {2 * asked.pairs} videos of {PART_S:g} s or more are needed, it has {len(items)}")
    chosen = random.Random(asked.seed).sample(items, 2 * asked.pairs)
    found = measured(list(zip(chosen[::2], chosen[1::2], strict=True)))
    print(json.dumps(found, indent=1))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))


def measured(pairs: list[tuple[Item, Item]]) -> dict[str, int]:
    """How many of the joined videos came out right."""
    with tempfile.TemporaryDirectory(prefix="sceneseek-composed-") as folder:
        place, library, pair = Path(folder, "videos"), Library(Path(folder, "library")), open_pair("vlc-lite")
        place.mkdir()
        videos = list(_joined(pairs, place))
        index(library, pair, [place], settings=IndexSettings(library=library.folder), reporter=Silent())
        catalog = open_catalog(library.catalog)
        generation = open_generation(library, catalog, open_pair=lambda *_: pair)
        orders = [_in_order(generation, video) for video in videos]
        lowered = [_lowered(generation, video) for video in videos]
        catalog.close()
    told = [halves for halves in lowered if halves is not None]
    return {
        "videos": len(videos),
        "right_order_before_reverse": sum(is_before for is_before, _ in orders),
        "right_order_first_of_all": sum(is_first for _, is_first in orders),
        "both_halves_found": len(told),
        "second_half_below_with_not": sum(with_not for _, with_not in told),
        "second_half_below_without_not": sum(without for without, _ in told),
    }


def _is_long_enough(file: Path | None) -> bool:
    return file is not None and (probe(file).duration_s or 0.0) >= PART_S


def _joined(pairs: list[tuple[Item, Item]], place: Path) -> Iterator[Joined]:
    shape = f"trim=duration={PART_S:g},fps=25,scale=480:270,setsar=1,setpts=PTS-STARTPTS,format=yuv420p"
    for number, (one, two) in enumerate(pairs):
        forth, back = place / f"{number}-forth.mp4", place / f"{number}-back.mp4"
        for first, second, file, other in ((one, two, forth, back), (two, one, back, forth)):
            graph = f"[0:v]{shape}[a];[1:v]{shape}[b];[a][b]concat=n=2"
            ffmpeg("-i", first.file, "-i", second.file, "-filter_complex", graph, "-an", file)
            yield Joined(file, first.captions[0], second.captions[0], other)


def _in_order(generation: OpenGeneration, video: Joined) -> tuple[bool, bool]:
    """Whether the video comes before its reverse, and before all others, asked for what it shows."""
    steps = [{"text": video.first}, {"text": video.second}]
    found = [Path(one.video) for one in _asked(generation, {"then": steps, "within_s": WITHIN_S}).moments]
    place = found.index(video.file) if video.file in found else len(found)
    reverse = found.index(video.other) if video.other in found else len(found)
    return place < reverse, place == 0


def _lowered(generation: OpenGeneration, video: Joined) -> tuple[bool, bool] | None:
    """Whether its second half lies below its first without NOT and with it; None where a half is not found."""
    either = {"or": [{"text": video.first}, {"text": video.second}]}
    with_not = {"and": [either, {"not": {"text": video.second}}]}
    found = [_second_is_below(generation, video, query) for query in (either, with_not)]
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def _second_is_below(generation: OpenGeneration, video: Joined, query: dict[str, Any]) -> bool | None:
    moments = [one for one in _asked(generation, query).moments if Path(one.video) == video.file]
    first = [one.score for one in moments if one.best_s < PART_S]
    second = [one.score for one in moments if one.best_s >= PART_S]
    return max(second) < max(first) if first and second else None


def _asked(generation: OpenGeneration, query: dict[str, Any]) -> wire.SearchAnswer:
    return answer(generation, SearchBody.model_validate({"query": query, "limit": 500, "fold": False}))


if __name__ == "__main__":
    main()
