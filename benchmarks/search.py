"""How long a query takes beside its floor: the text tower alone and one pass over the vectors that it searches.

The pass is FAISS's own search for the nearest one in a flat index, which is on one core. Random unit vectors stand for
clips; the cache of sentences is off, since each query is asked once. Frame vectors are read for the moments of the page
only: the floor does not hold them, the query's time does. A million clips take 10 GB of disk meanwhile.

    python -m benchmarks.search 10000 100000 [--queries 200] [--threads 4] [--json FILE]
"""

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from sqlalchemy import Engine, insert

from data import snapshots, tables
from data.catalog import open_catalog
from data.library import Library
from data.shards import ShardWriter
from data.vectors import Floats, Ids
from models.registry import Pair, open_pair
from search import wire
from search.answers import answer
from search.bank import queries
from search.generation import Generation, open_generation

CLIPS_PER_VIDEO = 100
CLIP_S = 10.0
FRAMES = 8
FINGERPRINT = "b" * 32


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
        _fill(library, catalog, pair, size)
        began_s = time.perf_counter()
        generation = open_generation(library, catalog, open_pair=lambda *_: pair)
        opening_s = time.perf_counter() - began_s
        row = {"clips": size, "opening_s": round(opening_s, 1), **_timed(generation, count, threads)}
        catalog.dispose()
    print(json.dumps(row), flush=True)
    return row


def _timed(generation: Generation, count: int, threads: int) -> dict[str, Any]:
    sentences = [f"{sentence} {number}" for number, sentence in enumerate(queries()[: count + 5])]
    vectors = generation.towers.batch(sentences)
    faiss.omp_set_num_threads(1)
    flat = faiss.IndexFlatIP(generation.index.dim)
    flat.add(generation.index.vectors(generation.index.ids))
    floor_ms: list[float] = []
    query_ms: list[float] = []
    # In turns, so that whatever else the machine does meets both.
    for sentence, vector in zip(sentences, vectors, strict=True):
        floor_ms.append(_ms(partial(_floor, generation, flat, sentence, vector)))
        query_ms.append(_ms(partial(answer, generation, wire.SearchBody(query=sentence))))
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


def _floor(generation: Generation, flat: faiss.IndexFlatIP, sentence: str, vector: Floats) -> None:
    generation.towers.batch([sentence])
    flat.search(vector[np.newaxis], 1)


def _ms(what: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    what()
    return (time.perf_counter() - began_s) * 1000


def _fill(library: Library, catalog: Engine, pair: Pair, size: int) -> None:
    now = datetime.now(UTC)
    videos = [f"{number:032x}" for number in range(-(-size // CLIPS_PER_VIDEO))]
    with catalog.begin() as connection:
        connection.execute(insert(tables.roots).values(path=b"/bench"))
        connection.execute(insert(tables.videos), [_video(video) for video in videos])
        connection.execute(insert(tables.locations), [_location(video, now) for video in videos])
        connection.execute(
            insert(tables.embeddings),
            [
                {"video_id": video, "fingerprint": FINGERPRINT, "clip_count": CLIPS_PER_VIDEO, "embedded_at": now}
                for video in videos
            ],
        )
        for start in range(0, size, 50_000):
            numbers = range(start, min(start + 50_000, size))
            connection.execute(insert(tables.clips), [_clip(number, videos) for number in numbers])
    snapshot = snapshots.build(
        library,
        model=pair.spec.name,
        weights_sha256=pair.spec.weights_sha256,
        fingerprint=FINGERPRINT,
        dim=pair.spec.dim,
        pieces=_pieces(library, videos, size, pair.spec.dim),
    )
    snapshots.publish(library, snapshot)
    # So that it is written now, and not while queries are timed.
    os.sync()


def _pieces(library: Library, videos: list[str], size: int, dim: int) -> Iterator[tuple[Ids, Floats]]:
    rng = np.random.default_rng(1)
    for number, video in enumerate(videos):
        ids = np.arange(number * CLIPS_PER_VIDEO, min((number + 1) * CLIPS_PER_VIDEO, size)) + 1
        values = rng.standard_normal((len(ids), dim), np.float32)
        values /= np.linalg.norm(values, axis=1, keepdims=True)
        _write_frames(library, video, ids, values)
        yield ids, values


def _write_frames(library: Library, video: str, ids: Ids, values: Floats) -> None:
    writer = ShardWriter()
    times_s = CLIP_S * (ids[:, np.newaxis] + np.arange(FRAMES) / FRAMES)
    writer.append(ids, values, times_s, np.repeat(values[:, np.newaxis], FRAMES, axis=1))
    writer.save(library.shard(FINGERPRINT, video))
    writer.close()


def _video(video: str) -> dict[str, Any]:
    size = {"width": 1280, "height": 720, "fps": 25.0}
    return {"id": video, "duration_s": CLIPS_PER_VIDEO * CLIP_S, "codec": "h264", "has_audio": True, **size}


def _location(video: str, now: datetime) -> dict[str, Any]:
    path = video.encode()
    indexed = {"indexed_size_bytes": 1, "indexed_mtime_ns": 1, "size_bytes": 1, "mtime_ns": 1, "state": "indexed"}
    return {"root": b"/bench", "path": path, "video_id": video, "seen_at": now, **indexed}


def _clip(number: int, videos: list[str]) -> dict[str, Any]:
    video, place = divmod(number, CLIPS_PER_VIDEO)
    times = {"start_s": place * CLIP_S, "end_s": (place + 1) * CLIP_S, "number": place, "shot_number": place // 3}
    return {"id": number + 1, "video_id": videos[video], "fingerprint": FINGERPRINT, **times}


if __name__ == "__main__":
    main()
