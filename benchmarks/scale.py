"""Memory and time of indexing against size: `python -m benchmarks.scale FOLDER [--json FILE]`.

A file of 10 hours against one of a minute, and a library of 20,000 files against its first ones. Frames are small and
few and the tower is a fake, so that what is measured is everything else. Each case runs in a process of its own.
"""

import argparse
import json
import resource
import struct
import subprocess
import sys
import time
from pathlib import Path

from data.stores.library import Library
from data.types import State
from indexer.afterwards import Choice
from indexer.index import index
from indexer.modalities.visual import NAME
from indexer.progress import Progress
from indexer.settings import IndexSettings
from models.pair import Pair
from tests import media
from tests.small_library import SPEC, ColourTextTower, ColourVideoTower


class Curve:
    """When how many files were done, about every `every` files."""

    def __init__(self, every: int) -> None:
        self.began = time.monotonic()
        self.points: dict[int, float] = {}
        self._every, self._due = every, every

    def progress(self, progress: Progress) -> None:
        if progress.files_done >= self._due:
            self.points[progress.files_done] = round(time.monotonic() - self.began, 1)
            self._due = progress.files_done + self._every

    def trouble(self, path: Path, state: State, stage: str, reason: str) -> None: ...

    def say(self, message: str) -> None: ...


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where to work")
    parser.add_argument("--hours", type=float, default=10.0)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--case", choices=("index",), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.case:
        print(json.dumps(_measure(chosen.folder, chosen.files)))
        return
    _long(chosen.folder / "minute", 60.0)
    _long(chosen.folder / "long", chosen.hours * 3600)
    _many(chosen.folder / "many", chosen.files)
    rows = {}
    for name in ("minute", "long", "many"):
        case = ["--case", "index", "--files", str(chosen.files)]
        command = [sys.executable, "-m", "benchmarks.scale", str(chosen.folder / name), *case]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        print(name, printed, flush=True)
        rows[name] = json.loads(printed)
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1))


def _long(folder: Path, duration_s: float) -> None:
    folder.mkdir(parents=True)
    cuts_s = [] if duration_s < 120 else [30.0]
    media.scenes(folder / "a.mp4", duration_s=duration_s, fps=1.0, cuts_s=cuts_s, size=(32, 32))


def _many(folder: Path, count: int) -> None:
    """The same pictures in files of different content: each ends with a box that players skip."""
    folder.mkdir(parents=True)
    pictures = media.scenes(folder / "a.mp4", duration_s=1.0, fps=4.0, size=(32, 32)).read_bytes()
    for number in range(1, count):
        place = folder / f"{number % 100:02}" / f"{number}.mp4"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(pictures + struct.pack(">I4sI", 12, b"free", number))


def _measure(folder: Path, files: int) -> dict[str, object]:
    settings = IndexSettings(library=folder.with_name(f"{folder.name}-library"), workers=2)
    curve = Curve(max(1, files // 10))
    library, pair = Library(settings.library), Pair(SPEC, ColourVideoTower, ColourTextTower, ())
    pictures = Choice(only=(NAME,))
    report = index(library, pair, [folder], settings=settings, reporter=curve, choice=pictures)
    return {
        "files": report.files,
        "hours": round(report.hours, 2),
        "clips": report.clips,
        "seconds": round(report.seconds, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        "decoder_peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10,
        "seconds_at": curve.points,
    }


if __name__ == "__main__":
    main()
