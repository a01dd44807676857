"""How long a query takes beside its floor: the text tower alone and one pass over the vectors that it searches.

The pass is FAISS's own search for the nearest one in a flat index, which is on one core. Random unit vectors stand for
clips; the cache of sentences is off, since each query is asked once. Frame vectors are read for the moments of the page
only: the floor does not hold them, the query's time does. A million clips take 10 GB of disk meanwhile.

    python -m benchmarks.search 10000 100000 [--queries 200] [--threads 4] [--json FILE]
"""

import argparse
import json
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from benchmarks.filled import fill, random_units
from data.stores.catalog import open_catalog
from data.stores.library import Library
from data.stores.vectors.store import Floats
from models.bank.sentences import queries
from models.pair import Pair
from models.registry import open_pair
from search.answering.answers import answer
from search.generation.opened import OpenGeneration, open_generation
from search.query import wire

CLIPS_PER_VIDEO = 100
FRAMES = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="+", type=int)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    pair = open_pair("vlc-lite")
    rows = [measured(pair, size, asked.queries, asked.threads) for size in asked.sizes]
    if asked.json:
        asked.json.write_text(
            json.dumps({"machine": platform.processor() or platform.machine(), "rows": rows}, indent=1)
        )


def measured(pair: Pair, size: int, count: int, threads: int) -> dict[str, Any]:
    """Times in ms of `count` different queries on a library of `size` clips."""
    with tempfile.TemporaryDirectory(prefix="sceneseek-bench-") as folder:
        library = Library(Path(folder))
        catalog = open_catalog(library.catalog)
        fill(library, catalog, pair.spec, _videos(size, pair.spec.dim), frames=FRAMES)
        began_s = time.perf_counter()
        generation = open_generation(library, catalog, open_pair=lambda *_: pair)
        opening_s = time.perf_counter() - began_s
        row = {"clips": size, "opening_s": round(opening_s, 1), **_timed(generation, count, threads)}
        catalog.close()
    print(json.dumps(row), flush=True)
    return row


def _timed(generation: OpenGeneration, count: int, threads: int) -> dict[str, Any]:
    sentences = [f"{sentence} {number}" for number, sentence in enumerate(queries()[: count + 5])]
    vectors = generation.towers.batch(sentences)
    faiss.omp_set_num_threads(1)
    flat = faiss.IndexFlatIP(generation.vectors.dim)
    everything = next(generation.vectors.nearest(vectors[0], len(generation.vectors)))
    flat.add(generation.vectors.vectors(everything.clips.ids))
    floor_ms: list[float] = []
    query_ms: list[float] = []
    # In turns, so that whatever else the machine does meets both.
    for sentence, vector in zip(sentences, vectors, strict=True):
        floor_ms.append(milliseconds(partial(_floor, generation, flat, sentence, vector)))
        query_ms.append(milliseconds(partial(answer, generation, wire.SearchBody(query=sentence))))
    floor, query = np.array(floor_ms[5:]), np.array(query_ms[5:])
    together = [f"{sentence} again" for sentence in sentences]
    began_s = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda text: answer(generation, wire.SearchBody(query=text)), together))
    rate = len(together) / (time.perf_counter() - began_s)
    return {
        **{f"p{p}_ms": round(float(np.percentile(query, p)), 1) for p in (50, 95, 99)},
        **{f"floor_p{p}_ms": round(float(np.percentile(floor, p)), 1) for p in (50, 95, 99)},
        **{f"ratio_p{p}": round(float(np.percentile(query, p) / np.percentile(floor, p)), 2) for p in (50, 95, 99)},
        "queries_per_s": round(rate, 1),
        "threads": threads,
    }


def _floor(generation: OpenGeneration, flat: faiss.IndexFlatIP, sentence: str, vector: Floats) -> None:
    generation.towers.batch([sentence])
    flat.search(vector[np.newaxis], 1)


def milliseconds(what: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    what()
    return (time.perf_counter() - began_s) * 1000


def _videos(size: int, dim: int) -> Iterator[Floats]:
    rng = np.random.default_rng(1)
    for start in range(0, size, CLIPS_PER_VIDEO):
        yield random_units(rng, min(CLIPS_PER_VIDEO, size - start), dim)


if __name__ == "__main__":
    main()
