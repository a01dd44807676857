"""What each tool is put through: speed and recall first, then everything that happens to a real library."""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.ffmpeg import ffmpeg
from benchmarks.peers.measured import Run
from benchmarks.peers.tools import Tool
from data.manifests import Item
from data.media.reading import probe

ABSENT = "a submarine under the ice"

Answers = list[dict[str, Any]]


def trials(tool: Tool, items: list[Item]) -> Iterator[tuple[str, str]]:
    """What was measured and how it came out, one by one; exits when the tool can't index or answer at all."""
    with tempfile.TemporaryDirectory(prefix="peers-") as place:
        folder, store = Path(place, "videos"), Path(place, "store")
        folder.mkdir()
        files = [_copy(item, folder) for item in items]
        captions = [item.captions[0] for item in items]
        first = _must(tool, tool.index(folder, store))
        asking, answers = tool.ask(store, [ABSENT, *captions])
        _must(tool, asking)
        yield from _speed(first, asking, answers, sum(probe(file).duration_s or 0.0 for file in files)).items()
        found = [rank(str(file), each["videos"]) for file, each in zip(files, answers[1:], strict=True)]
        yield from recalls(found).items()
        yield f'"{ABSENT}"', f"{len(answers[0]['videos'])} videos, {answers[0]['says']}"
        again = tool.index(folder, store)
        yield "again, nothing changed, CPU s (first run)", f"{again.cpu_s:.1f} ({first.cpu_s:.1f})"
        yield "a renamed file", _renamed(tool, folder, store, files[0], captions[0])
        yield "killed half-way, then again", _killed(tool, folder, Path(place), first)
        yield "text named .mp4, half a file", _damaged(tool, Path(place, "bad"), files[0])
        yield "AV1, HEVC", _codecs(tool, Path(place, "codecs"), files[0])
        second = _variable(tool, Path(place, "vfr"), files, captions[1])
        yield "second of a scene at 10 to 20 s, variable rate", second


def rank(wanted: str, videos: list[str]) -> int | None:
    """Counted from 0; None when it was not found."""
    return videos.index(wanted) if wanted in videos else None


def recalls(ranks: list[int | None]) -> dict[str, str]:
    """R@1, R@5 and R@10 in percent."""
    found = [each for each in ranks if each is not None]
    return {f"R@{k}": f"{100 * sum(each < k for each in found) / len(ranks):.1f}" for k in (1, 5, 10)}


def taken(run: Run, names: list[str], answers: Answers) -> str:
    """Which files can be found after a run, which can't, and of which of those the run said so."""
    found = sorted({Path(video).name for video in answers[0]["videos"]}) if answers else []
    missing = [name for name in names if name not in found]
    told = [name for name in missing if name in run.wrong + run.said]
    said = f" (said so of {', '.join(told) or 'none'})" if missing else ""
    return f"exit {run.code}; found: {', '.join(found) or 'none'}; not: {', '.join(missing) or 'none'}{said}"


def _must(tool: Tool, run: Run) -> Run:
    if run.code:
        sys.exit(f"{tool.name}: {run.wrong}")
    return run


def _copy(item: Item, folder: Path) -> Path:
    assert item.file is not None
    return Path(shutil.copy(item.file, folder))


def _speed(first: Run, asking: Run, answers: Answers, video_s: float) -> dict[str, str]:
    return {
        "indexing, × realtime": f"{video_s / first.wall_s:.1f}",
        "CPU s per minute of video": f"{first.cpu_s / video_s * 60:.1f}",
        "peak memory, indexing, MiB": f"{first.peak_mib:.0f}",
        "peak memory, asking, MiB": f"{asking.peak_mib:.0f}",
        "query p50, ms": f"{statistics.median(each['ms'] for each in answers[1:]):.1f}",
    }


def _renamed(tool: Tool, folder: Path, store: Path, file: Path, caption: str) -> str:
    renamed = file.rename(file.with_name(f"renamed{file.suffix}"))
    again = tool.index(folder, store)
    _, answers = tool.ask(store, [caption])
    renamed.rename(file)
    videos = answers[0]["videos"] if answers else []
    found = "found" if str(renamed) in videos else "not found"
    ghosts = "old name still answered" if str(file) in videos else "old name gone"
    return f"{found}, {ghosts}, {again.cpu_s:.1f} CPU s"


def _killed(tool: Tool, folder: Path, place: Path, first: Run) -> str:
    for index_file in folder.glob("*.lance"):
        shutil.rmtree(index_file)
    store = place / "killed"
    tool.index(folder, store, kill_after_s=first.wall_s / 2)
    again = tool.index(folder, store)
    return f"exit {again.code}, {100 * again.cpu_s / first.cpu_s:.0f} % of the work again"


def _damaged(tool: Tool, folder: Path, good: Path) -> str:
    folder.mkdir()
    shutil.copy(good, folder)
    (folder / "text.mp4").write_text("this is text")
    ffmpeg("-i", good, "-c:v", "libx264", "-an", "-movflags", "+faststart", folder / "half.mp4")
    content = (folder / "half.mp4").read_bytes()
    (folder / "half.mp4").write_bytes(content[: len(content) // 2])
    return _indexed(tool, folder)


def _codecs(tool: Tool, folder: Path, source: Path) -> str:
    folder.mkdir()
    shown = ("-i", source, "-t", "2", "-an", "-vf", "scale=320:-2")
    ffmpeg(*shown, "-c:v", "libaom-av1", "-cpu-used", "8", folder / "av1.mp4")
    ffmpeg(*shown, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", folder / "hevc.mp4")
    return _indexed(tool, folder)


def _indexed(tool: Tool, folder: Path) -> str:
    names = [file.name for file in sorted(folder.iterdir())]
    done = tool.index(folder, folder.with_suffix(".store"))
    return taken(done, names, tool.ask(folder.with_suffix(".store"), ["something"])[1])


def _variable(tool: Tool, folder: Path, files: list[Path], caption: str) -> str:
    """10 s at 30 frames a second, then 10 s of another scene at 2, then the first again at 2."""
    folder.mkdir()
    scaled = "scale=320:240,setsar=1,fps={},setpts=PTS-STARTPTS,format=yuv420p"
    graph = (
        f"[0:v]{scaled.format(30)},trim=duration=10[a];[1:v]{scaled.format(2)},trim=duration=10[b];"
        f"[0:v]{scaled.format(2)},trim=duration=20[c];[a][b][c]concat=n=3"
    )
    loops = [word for file in files[:2] for word in ("-stream_loop", "-1", "-i", str(file))]
    ffmpeg(*loops, "-filter_complex", graph, "-fps_mode", "vfr", "-an", "-t", "40", folder / "vfr.mkv")
    tool.index(folder, folder.with_suffix(".store"))
    _, answers = tool.ask(folder.with_suffix(".store"), [caption])
    return f"{answers[0]['best_s']:.1f}" if answers and answers[0]["best_s"] is not None else "no answer"
