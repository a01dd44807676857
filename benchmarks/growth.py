"""What it costs to publish a few new clips into libraries of other sizes: `python -m benchmarks.growth 10000 1000000`.

Videos of 25 clips without files; the first generation is made in one piece, then each publish adds a few videos.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import numpy as np
from sqlalchemy import insert

from benchmarks.filled import FINGERPRINT, insert_video, random_units, write_shard
from data.stores import generations, publishing
from data.stores.catalog import Catalog, open_catalog, tables
from data.stores.library import Library
from data.stores.vectors import growing
from data.stores.vectors.facts import Facts
from data.stores.vectors.first_format import facts_of
from data.stores.vectors.held import Held, held_by
from data.stores.vectors.nearness import Bank, stamp_of
from data.stores.vectors.store import Floats
from indexer.commit.publish import publish
from models.bank.bank import bank_digest, known_vectors
from models.registry import open_pair
from models.spec import ModelSpec

EACH = 25
_CLIP = np.dtype([("video", "S32"), ("id", "i8"), ("number", "i4"), ("shot", "i4"), ("start_s", "f8"), ("end_s", "f8")])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--new", type=int, default=100, help="clips to add each time")
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    rows = [measured(size, asked.new, asked.times) for size in asked.sizes]
    for row in rows:
        print(json.dumps(row))
    ratio = rows[-1]["publish_ms"] / rows[0]["publish_ms"]
    print(f"{asked.sizes[-1]} against {asked.sizes[0]} clips: {ratio:.2f} times")
    if asked.json:
        asked.json.write_text(json.dumps({"rows": rows, "ratio": ratio}, indent=1))


def measured(size: int, new: int, times: int) -> dict[str, Any]:
    """Medians of several publishes, milliseconds; memory is the process's, without files that are mapped."""
    spec = open_pair("vlc-lite").spec
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        catalog = open_catalog(library.catalog)
        began_s = time.monotonic()
        _first(library, catalog, spec, size // EACH)
        row: dict[str, Any] = {"clips": size, "first_s": round(time.monotonic() - began_s, 1)}
        os.sync()
        watch, before_mb = Watch(), _resident_mb()
        took = [_once(library, catalog, spec, size // EACH + turn * new, new, watch) for turn in range(times)]
        row |= {"publish_ms": round(median(took), 1), "worst_ms": round(max(took), 1), **watch.medians()}
        row |= {
            "grew_mb": _resident_mb() - before_mb,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        }
        row["segments"] = len(generations.current(library).modalities["visual"].segments)
        catalog.close()
    return row


class Watch:
    """How long the parts of a publish took."""

    def __init__(self) -> None:
        self.took: dict[str, list[float]] = {}

    @contextmanager
    def on(self) -> Iterator[None]:
        with (
            patch.object(publishing, "held_by", self._timed("held", held_by)),
            patch.object(publishing, "_change", self._timed("diff", publishing._change)),
            patch.object(publishing, "grown", self._timed("grown", growing.grown)),
            patch.object(generations, "write", self._timed("manifest", generations.write)),
        ):
            yield

    def medians(self) -> dict[str, float]:
        return {f"{name}_ms": round(median(each), 1) for name, each in self.took.items()}

    def _timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            began_s = time.perf_counter()
            found = call(*given, **named)
            self.took.setdefault(name, []).append((time.perf_counter() - began_s) * 1000)
            return found

        return timed


def _once(library: Library, catalog: Catalog, spec: ModelSpec, first: int, new: int, watch: Watch) -> float:
    rng = np.random.default_rng(first)
    with catalog.begin() as connection:
        for number in range(first, first + new // EACH):
            ids = np.arange(number * EACH, (number + 1) * EACH)
            write_shard(library, f"{number:032x}", ids, random_units(rng, EACH, spec.dim), 0)
            insert_video(connection, f"{number:032x}", ids, datetime.now(UTC))
    began_s = time.perf_counter()
    with watch.on():
        publish(library, catalog, spec, FINGERPRINT, say=print)
    return (time.perf_counter() - began_s) * 1000


def _first(library: Library, catalog: Catalog, spec: ModelSpec, videos: int) -> None:
    """Rows and a generation, without shards: nothing that is served already is read from them."""
    now = datetime.now(UTC)
    with catalog.begin() as connection:
        connection.execute(insert(tables.roots).values(path=b"/bench"))
        for number in range(videos):
            insert_video(connection, f"{number:032x}", np.arange(number * EACH, (number + 1) * EACH), now)
    vectors = known_vectors(spec.weights_sha256, library.calibration / "bank.npz")
    bank = Bank(stamp_of(spec.weights_sha256, bank_digest()), lambda: vectors)
    held = growing.grown(library, Held(), Held(), _pieces(videos, spec.dim), dim=spec.dim, bank=bank)
    generations.publish(library, generations.write(library, spec, FINGERPRINT, held))


def _pieces(videos: int, dim: int) -> Iterator[tuple[Facts, Floats]]:
    rng = np.random.default_rng(7)
    for first in range(0, videos, 100):
        some = np.repeat(np.arange(first, min(first + 100, videos)), EACH)
        clips = np.zeros(len(some), _CLIP)
        clips["number"] = np.tile(np.arange(EACH), len(some) // EACH)
        clips["video"] = [f"{number:032x}" for number in some.tolist()]
        clips["id"] = some * EACH + clips["number"]
        clips["start_s"], clips["end_s"] = clips["number"] * 10.0, clips["number"] * 10.0 + 10
        yield facts_of(clips), random_units(rng, len(some), dim)


def _resident_mb() -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("RssAnon")).split()[1]) >> 10


if __name__ == "__main__":
    main()
