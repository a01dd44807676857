"""A published model at full size with random weights: what indexing videos, a search, and clips of fewer frames cost.

    python -m benchmarks.published videoprism-b16 a.mp4 b.mp4 --frames 16 8 --work var/published

Weights are written below `--work` and removed; each needs its size on the disk, and about three times that in memory.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.measured import Run, run
from models.pair import Pair
from models.published.families import FAMILIES
from models.published.shortcuts import SHORTCUTS
from models.registry import open_pair
from models.spec import Runtime
from tests.random_weights import random_weights

QUERY = "a dog runs through the snow"


def sceneseek(work: Path, *words: str) -> tuple[Any, Run]:
    """What a command says, and what it took."""
    environment = {"SCENESEEK_LIBRARY": str(work / "library"), "HF_HUB_OFFLINE": "1"}
    done = run([sys.executable, "-m", "sceneseek", *words, "--json"], environment)
    if done.code:
        sys.exit(f"{' '.join(words[:2])}: {done.wrong}")
    return json.loads(done.said), done


def whole(name: str, videos: Sequence[str], weights: Sequence[Path], work: Path) -> dict[str, Any]:
    """Indexing and searching as a person does."""
    given = [word for path in weights for word in ("--weights", str(path))]
    report, indexing = sceneseek(work, "index", *videos, "--model", name, *given, "--device", "cpu")
    answer, searching = sceneseek(work, "search", QUERY)
    return {
        "clips": report["clips"],
        "moments": len(answer["moments"]),
        "index": {"s": indexing.wall_s, "cpu_s": indexing.cpu_s, "peak_mib": indexing.peak_mib},
        "search": {"s": searching.wall_s, "cpu_s": searching.cpu_s, "peak_mib": searching.peak_mib},
    }


def towers(pair: Pair, frames: Sequence[int], rounds: int) -> dict[str, Any]:
    """Of one clip by its frames, and of one sentence: the least of some rounds, after one that is not counted."""
    video, text, side = pair.video(), pair.text(), pair.spec.image_size
    pixels = np.random.default_rng(0).integers(0, 256, (1, max(frames), side, side, 3), dtype=np.uint8)
    runs: dict[str, Callable[[], object]] = {
        f"clip of {count}": partial(video.encode, pixels[:, :count]) for count in frames
    }
    runs["sentence"] = partial(text.encode, [QUERY])
    # In turns: other work on the machine meets all of them.
    taken = [{name: spent(each) for name, each in runs.items()} for _ in range(rounds + 1)][1:]
    return {
        name: {"s": min(each[name][0] for each in taken), "cpu_s": min(each[name][1] for each in taken)}
        for name in runs
    }


def spent(action: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of all cores: what other work on the machine does not prolong."""
    start, begun = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - start, time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=[*FAMILIES, *SHORTCUTS])
    parser.add_argument("videos", nargs="+")
    parser.add_argument("--frames", type=int, nargs="+", default=[16, 8])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, default=Path("var/published"))
    asked = parser.parse_args()
    weights = random_weights(asked.model, asked.work / "weights")
    try:
        body = {"model": asked.model, "load": os.getloadavg()[0], "cores": os.cpu_count()}
        body |= whole(asked.model, asked.videos, weights, asked.work)
        pair = open_pair(asked.model, weights=tuple(weights), runtime=Runtime(device="cpu"))
        print(json.dumps(body | towers(pair, asked.frames, asked.rounds), indent=1))
    finally:
        shutil.rmtree(asked.work)


if __name__ == "__main__":
    main()
