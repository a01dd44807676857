"""What pages cost that must pass over most of what fits: at most so many of each video, and walls of copies.

Ten videos of equally many clips: two are fixed cameras that see the same all night, four lie in places of their own, so
that each ranks as a whole before the next, and four have everything. Each case is measured in turn with a plain query
of the same library, every sentence asked once.

    python -m benchmarks.pages [--clips 100000] [--rounds 40] [--json FILE]
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.filled import fill, random_units
from benchmarks.search import milliseconds
from data.stores.catalog import open_catalog
from data.stores.library import Library
from data.stores.vectors.store import Floats
from models.bank.sentences import queries
from models.pair import Pair
from models.registry import open_pair
from search.answering.answers import answer
from search.generation.opened import OpenGeneration, open_generation
from search.query import wire

STREET, PLACE = "a quiet street at night", "a dog on a beach"
CASES: dict[str, dict[str, Any]] = {
    "one of each video": {"query": "{plain}", "per_video": 1},
    "two of each video": {"query": "{plain}", "per_video": 2},
    "one of each, ranked one after the other": {"query": PLACE, "per_video": 1},
    "two fixed cameras": {"query": STREET},
    "two fixed cameras, one of each video": {"query": STREET, "per_video": 1},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    pair = open_pair("vlc-lite")
    with tempfile.TemporaryDirectory(prefix="sceneseek-bench-") as folder:
        library = Library(Path(folder))
        catalog = open_catalog(library.catalog)
        fill(library, catalog, pair.spec, _videos(pair, asked.clips // 10), frames=0)
        generation = open_generation(library, catalog, open_pair=lambda *_: pair)
        rows = [_measured(generation, case, asked.rounds) for case in CASES]
        catalog.close()
    if asked.json:
        asked.json.write_text(json.dumps({"clips": asked.clips, "rows": rows}, indent=1))


def _measured(generation: OpenGeneration, case: str, rounds: int) -> dict[str, Any]:
    plain_ms, case_ms = [], []
    for number, sentence in enumerate(queries()[: rounds + 2]):
        plain = wire.SearchBody(query=f"{sentence} {case}")
        options = {**CASES[case], "query": f"{CASES[case]['query']} {number}".replace("{plain}", f"{sentence} also")}
        plain_ms.append(milliseconds(partial(answer, generation, plain)))
        case_ms.append(milliseconds(partial(answer, generation, wire.SearchBody.model_validate(options))))
    plain_p50, case_p50 = (float(np.median(each[2:])) for each in (plain_ms, case_ms))
    row = {"case": case, "plain_ms": round(plain_p50, 1), "ms": round(case_p50, 1)}
    row["ratio"] = round(case_p50 / plain_p50, 2)
    print(json.dumps(row), flush=True)
    return row


def _videos(pair: Pair, each: int) -> Iterator[Floats]:
    rng, dim = np.random.default_rng(1), pair.spec.dim
    street, place = pair.text().encode([STREET, PLACE])
    for _ in range(2):
        yield _units(street + 0.02 * random_units(rng, each, dim))
    for number in range(4):
        yield _units((1 - number / 10) * place + random_units(rng, 1, dim) + 0.3 * random_units(rng, each, dim))
    for _ in range(4):
        yield random_units(rng, each, dim)


def _units(values: Floats) -> Floats:
    units: Floats = values / np.linalg.norm(values, axis=1, keepdims=True)
    return units


if __name__ == "__main__":
    main()
