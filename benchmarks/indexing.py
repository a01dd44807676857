"""What indexing costs over its parts: `python -m benchmarks.indexing FOLDER [--runs N] [--json FILE]`.

Decoding alone runs the same worker processes and throws the clips away; encoding alone feeds the tower as many clips in
batches of the same size. Where the CPU time goes is measured stage by stage (benchmarks/split.py), and so is what
libavcodec would save without the pictures that none refers to. Everything runs one after the other, `--runs` times;
figures are medians.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.split import STAGES, decoding, split
from data.sources.source import Entry
from data.stores.catalog import open_catalog
from data.stores.library import Library
from data.types import State, VideoError
from indexer.afterwards import Choice
from indexer.execute.decode import recipe_for
from indexer.execute.work import Claimed, Work
from indexer.execute.workers import Workers
from indexer.index import index
from indexer.modalities.modality import ClipFrames
from indexer.modalities.visual import NAME, reader_for
from indexer.plan.discover import discover
from indexer.progress import Progress
from indexer.settings import IndexSettings
from models.pair import Pair
from models.registry import open_pair

_PICTURES = Choice(only=(NAME,))


class Silent:
    def progress(self, progress: Progress) -> None: ...

    def trouble(self, path: Path, state: State, stage: str, reason: str) -> None: ...

    def say(self, message: str) -> None: ...


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="vlc-lite")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    pair, settings = open_pair(asked.model), IndexSettings()
    runs = [measure(asked.folder.resolve(), pair, settings) for _ in range(asked.runs)]
    medians: dict[str, Any] = {name: round(statistics.median(run[name] for run in runs), 3) for name in runs[0]}
    medians["machine"] = f"{os.cpu_count()} cores, {platform.processor() or platform.machine()}"
    print(table(medians))
    if asked.json:
        asked.json.write_text(json.dumps(medians, indent=1))


def table(figures: dict[str, Any]) -> str:
    """The figures, one a line, with the share of each stage."""
    cpu_s = sum(figures[f"{stage}_cpu_s"] for stage in STAGES)
    rows = [("", "CPU s", "share", "s per minute of video")]
    for stage in STAGES:
        took_s = figures[f"{stage}_cpu_s"]
        rows.append((stage, f"{took_s:.1f}", f"{took_s / cpu_s:.0%}", f"{60 * took_s / figures['video_s']:.2f}"))
    rest = [(name, str(value)) for name, value in figures.items() if not name.endswith("_cpu_s")]
    lines = [f"{name:8}{cpu:>8}{share:>8}{each:>24}" for name, cpu, share, each in rows]
    return "\n".join([*lines, "", *(f"{name:24}{value:>16}" for name, value in rest)])


def measure(folder: Path, pair: Pair, settings: IndexSettings) -> dict[str, float]:
    """Seconds of each part, and what follows from them."""
    decode_s, clips, video_s = decode_alone(folder, pair, settings)
    encode_s = encode_alone(clips, pair, settings)
    with tempfile.TemporaryDirectory() as place:
        began = time.perf_counter()
        report = index(Library(Path(place)), pair, [folder], settings=settings, reporter=Silent(), choice=_PICTURES)
        index_s = time.perf_counter() - began
    assert report.clips == clips
    mine, theirs = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "files": report.indexed,
        "clips": clips,
        "video_s": video_s,
        "decode_alone_s": decode_s,
        "encode_alone_s": encode_s,
        "index_s": index_s,
        "overhead": index_s / (decode_s + encode_s),
        "realtime": video_s / index_s,
        "peak_mib": mine,
        "largest_decoder_mib": theirs,
        **split(folder, files_in(folder), pair),
        "skip_nonref_gain": decoding(files_in(folder), "DEFAULT") / decoding(files_in(folder), "NONREF"),
    }


def decode_alone(folder: Path, pair: Pair, settings: IndexSettings) -> tuple[float, int, float]:
    """Seconds, clips and seconds of video."""
    work = [Work(entry, ("visual",)) for entry in files_in(folder)]
    recipe = recipe_for({"visual": reader_for(pair.spec)}, settings, processes=os.cpu_count() or 1)
    clips, video_s, began = 0, 0.0, time.perf_counter()
    with Workers(work, recipe, min(settings.workers, len(work)), lambda _, wanted: Claimed(tuple(wanted))) as events:
        for event in events:
            match event:
                case (_, VideoError() as error):
                    raise SystemExit(str(error))
                case (_, ClipFrames(start_s=start_s, end_s=end_s)):
                    clips, video_s = clips + 1, video_s + end_s - start_s
    return time.perf_counter() - began, clips, video_s


def encode_alone(clips: int, pair: Pair, settings: IndexSettings) -> float:
    """Seconds for so many clips of noise."""
    spec, tower = pair.spec, pair.video()
    shape = (settings.batch_clips, spec.frames_per_clip, spec.image_size, spec.image_size, 3)
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    began = time.perf_counter()
    for first in range(0, clips, settings.batch_clips):
        tower.encode(pixels[: clips - first])
    return time.perf_counter() - began


def files_in(folder: Path) -> list[Entry]:
    with tempfile.TemporaryDirectory() as place:
        catalog = open_catalog(Path(place) / "catalog.db")
        walk = discover(catalog, os.fsencode(folder), os.fsencode(folder))
        catalog.close()
    if walk is None:
        raise SystemExit(f"{folder}: no videos there")
    return walk.found


if __name__ == "__main__":
    main()
