"""Sceneseek, framesieve and the script everybody writes first, side by side (needs ffmpeg).

    python -m benchmarks.peers FOLDER MANIFEST [--json FILE]

FOLDER holds videos, MANIFEST says in JSON lines what they show: {"id", "file", "captions"}, as for `sceneseek eval`.
Each peer gets an environment of its own under var/peers and a copy of the folder; all use the same pair of towers.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.measured import Run, run
from data.manifests import Item, read_manifest
from data.media import probe
from models.vlc_lite import FOLDER as PAIR

HERE = Path(__file__).parent
ENVIRONMENTS = Path("var/peers").absolute()
ABSENT = "a submarine under the ice"
DIY = ("opencv-python-headless", "faiss-cpu", "onnxruntime", "tokenizers", "numpy")
FRAMESIEVE = ("framesieve==0.2.0", "lancedb", "pillow", "torch==2.13.0", "onnxruntime", "tokenizers")


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    python: str
    script: Path

    def index(self, folder: Path, store: Path, kill_after_s: float | None = None) -> Run:
        return self._run(["index", str(folder), str(store)], kill_after_s=kill_after_s)

    def ask(self, store: Path, queries: list[str]) -> tuple[Run, list[dict[str, Any]]]:
        """Answers to all queries by one process; none when it failed."""
        done = self._run(["ask", str(store)], given=json.dumps(queries))
        return done, json.loads(done.said) if done.code == 0 else []

    def _run(self, arguments: list[str], **how: Any) -> Run:
        environment = {"PAIR": str(PAIR), "HF_HUB_OFFLINE": "1"}
        return run([self.python, str(self.script), *arguments], environment, **how)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    items = [item for item in read_manifest(asked.manifest) if item.file and item.captions]
    if not items or any(item.file.parent.resolve() != asked.folder.resolve() for item in items if item.file):
        sys.exit(f"{asked.manifest}: every item needs captions and a file in {asked.folder}")
    tools = [
        Tool("sceneseek", sys.executable, HERE / "ours.py"),
        Tool("framesieve", _environment("framesieve", FRAMESIEVE), HERE / "with_framesieve.py"),
        Tool("script", _environment("diy", DIY), HERE / "diy.py"),
    ]
    results = {tool.name: _measured(tool, items) for tool in tools}
    if asked.json:
        machine = f"{os.cpu_count()} cores, {platform.processor() or platform.machine()}"
        asked.json.write_text(json.dumps({"machine": machine, "items": len(items), "tools": results}, indent=1))
    print("| |", " | ".join(results), "|\n|" + "---|" * (len(results) + 1))
    for row in next(iter(results.values())):
        print(f"| {row} |", " | ".join(str(result[row]) for result in results.values()), "|")


def _environment(name: str, packages: tuple[str, ...]) -> str:
    """Its Python; installed once."""
    python = ENVIRONMENTS / name / "bin" / "python"
    if not python.with_name(".installed").exists():
        subprocess.run([sys.executable, "-m", "venv", python.parent.parent], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        python.with_name(".installed").touch()
    return str(python)


def _measured(tool: Tool, items: list[Item]) -> dict[str, Any]:
    print(tool.name, file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="peers-") as place:
        folder, store = Path(place, "videos"), Path(place, "store")
        folder.mkdir()
        files = [_copy(item, folder) for item in items]
        hours = sum(probe(file).duration_s or 0.0 for file in files) / 3600
        first = tool.index(folder, store)
        if first.code:
            sys.exit(f"{tool.name}: {first.wrong}")
        asking, answers = tool.ask(store, [ABSENT, *(item.captions[0] for item in items)])
        if asking.code:
            sys.exit(f"{tool.name}: {asking.wrong}")
        ranks = [
            each["videos"].index(str(file)) if str(file) in each["videos"] else 10**6
            for file, each in zip(files, answers[1:], strict=True)
        ]
        return {
            "indexing, × realtime": round(hours * 3600 / first.wall_s, 1),
            "CPU s per hour of video": round(first.cpu_s / hours),
            "peak memory, indexing, MiB": round(first.peak_mib),
            "peak memory, asking, MiB": round(asking.peak_mib),
            "query p50, ms": round(statistics.median(each["ms"] for each in answers[1:]), 1),
            **{f"R@{k}": round(100 * sum(rank < k for rank in ranks) / len(ranks), 1) for k in (1, 5, 10)},
            f'"{ABSENT}"': f"{len(answers[0]['videos'])} videos, {answers[0]['says']}",
            "again, nothing changed, CPU s (first run)": f"{tool.index(folder, store).cpu_s:.1f} ({first.cpu_s:.1f})",
            "a renamed file": _renamed(tool, folder, store, files[0], items[0].captions[0]),
            "killed half-way, then again": _killed(tool, folder, Path(place), first.wall_s / 2, first.cpu_s),
            "text named .mp4, half a file": _damaged(tool, Path(place, "bad"), files[0]),
            "AV1, HEVC": _codecs(tool, Path(place, "codecs"), files[0]),
            "second of a scene at 10 to 20 s, variable rate": _variable(tool, Path(place, "vfr"), files, items),
        }


def _copy(item: Item, folder: Path) -> Path:
    assert item.file is not None
    return Path(shutil.copy(item.file, folder))


def _renamed(tool: Tool, folder: Path, store: Path, file: Path, caption: str) -> str:
    renamed = file.rename(file.with_name(f"renamed{file.suffix}"))
    again = tool.index(folder, store)
    _, answers = tool.ask(store, [caption])
    renamed.rename(file)
    videos = answers[0]["videos"] if answers else []
    found = "found" if str(renamed) in videos else "not found"
    ghosts = "old name still answered" if str(file) in videos else "old name gone"
    return f"{found}, {ghosts}, {again.cpu_s:.1f} CPU s"


def _killed(tool: Tool, folder: Path, place: Path, after_s: float, whole_cpu_s: float) -> str:
    for index_file in folder.glob("*.lance"):
        shutil.rmtree(index_file)
    store = place / "killed"
    tool.index(folder, store, kill_after_s=after_s)
    again = tool.index(folder, store)
    return f"exit {again.code}, {100 * again.cpu_s / whole_cpu_s:.0f} % of the work again"


def _damaged(tool: Tool, folder: Path, good: Path) -> str:
    folder.mkdir()
    shutil.copy(good, folder)
    (folder / "text.mp4").write_text("this is text")
    _ffmpeg("-i", good, "-c:v", "libx264", "-an", "-movflags", "+faststart", folder / "half.mp4")
    content = (folder / "half.mp4").read_bytes()
    (folder / "half.mp4").write_bytes(content[: len(content) // 2])
    return _taken(tool, folder)


def _codecs(tool: Tool, folder: Path, source: Path) -> str:
    folder.mkdir()
    _ffmpeg("-i", source, "-t", "4", "-an", "-c:v", "libaom-av1", "-cpu-used", "8", folder / "av1.mp4")
    _ffmpeg("-i", source, "-t", "4", "-an", "-c:v", "libx265", "-preset", "ultrafast", folder / "hevc.mp4")
    return _taken(tool, folder)


def _taken(tool: Tool, folder: Path) -> str:
    names = [file.name for file in sorted(folder.iterdir())]
    done = tool.index(folder, folder.with_suffix(".store"))
    _, answers = tool.ask(folder.with_suffix(".store"), ["something"])
    found = sorted({Path(video).name for video in answers[0]["videos"]}) if answers else []
    missing = [name for name in names if name not in found]
    told = [name for name in missing if name in done.wrong + done.said]
    return f"exit {done.code}; found: {', '.join(found) or 'none'}; not: {', '.join(missing) or 'none'}" + (
        f" (said so of {', '.join(told) or 'none'})" if missing else ""
    )


def _variable(tool: Tool, folder: Path, files: list[Path], items: list[Item]) -> str:
    """10 s at 30 frames a second, then 10 s of another scene at 2, then the first again at 2."""
    folder.mkdir()
    scaled = "scale=320:240,setsar=1,fps={},setpts=PTS-STARTPTS,format=yuv420p"
    graph = (
        f"[0:v]{scaled.format(30)},trim=duration=10[a];[1:v]{scaled.format(2)},trim=duration=10[b];"
        f"[0:v]{scaled.format(2)},trim=duration=20[c];[a][b][c]concat=n=3"
    )
    loops = [word for file in files[:2] for word in ("-stream_loop", "-1", "-i", str(file))]
    _ffmpeg(*loops, "-filter_complex", graph, "-fps_mode", "vfr", "-an", "-t", "40", folder / "vfr.mkv")
    tool.index(folder, folder.with_suffix(".store"))
    _, answers = tool.ask(folder.with_suffix(".store"), [items[1].captions[0]])
    return f"{answers[0]['best_s']:.1f}" if answers and answers[0]["best_s"] is not None else "no answer"


def _ffmpeg(*words: object) -> None:
    command = ["ffmpeg", "-v", "error", "-y", *map(str, words)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
