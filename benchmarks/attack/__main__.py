"""Attacks a service that it starts itself: `python -m benchmarks.attack [--program FOLDER] [--json FILE]`.

Twelve assaults, each on a fresh service on loopback with a limit on its memory, over a small library that is made
first. It ends by itself, in two to four minutes, and exits with 1 when something was found wanting.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.attack import materials
from benchmarks.attack.assaults import Answers, Assault, assaults
from benchmarks.attack.target import Program, Watched

_HERE = Path(__file__).parents[2]
_HEALTH_S = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, default=_HERE, help="checkout whose service is attacked")
    parser.add_argument("--videos", type=Path, help="further videos for its library")
    parser.add_argument("--memory-gb", type=int, default=8, help="address space of each of its processes")
    parser.add_argument("--only", default="", help="assaults whose name holds this")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        rows = _attack(chosen, Path(folder))
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False))
    sys.exit(any(row["verdict"] != "good" for row in rows))


def _attack(chosen: argparse.Namespace, folder: Path) -> list[dict[str, object]]:
    scratch = folder / "scratch"
    scratch.mkdir()
    materials.slow_videos(folder / "slow", 7)
    program = Program(chosen.program.resolve(), folder / "library", chosen.memory_gb << 30, scratch)
    videos = [folder / "slow", *([chosen.videos.resolve()] if chosen.videos else [])]
    program.run("index", *map(str, videos), "--library", str(program.library))
    video = materials.film(scratch / "asked.mp4", seconds=8, size=(1280, 720))
    print("| what | answers | s | MB, from | to | health, s | verdict |\n|---|---|---|---|---|---|---|", flush=True)
    return [_row(program, assault) for assault in assaults(video) if chosen.only in assault.name]


def _row(program: Program, assault: Assault) -> dict[str, object]:
    found: list[Watched] = []
    with program.serving(descriptors=assault.descriptors, **assault.settings) as target:
        began_s = time.monotonic()
        with target.watched(found):
            answers = assault.run(target)
        seconds = time.monotonic() - began_s
    watched, verdict = found[0], _verdict(assault, answers, found[0])
    counted = ", ".join(f"{count} × {status}" for status, count in sorted(answers.statuses.items(), key=str))
    said = "; ".join(part for part in (counted, answers.remark) if part)
    print(
        f"| {assault.name} | {said} | {seconds:.1f} | {watched.before_mb} | {watched.peak_mb} "
        f"| {watched.health_s:.2f} | {verdict} |",
        flush=True,
    )
    return {
        "what": assault.name,
        "answers": {str(status): count for status, count in answers.statuses.items()},
        "remark": answers.remark,
        "seconds": round(seconds, 1),
        "before_mb": watched.before_mb,
        "peak_mb": watched.peak_mb,
        "health_s": round(watched.health_s, 2),
        "verdict": verdict,
    }


def _verdict(assault: Assault, answers: Answers, watched: Watched) -> str:
    wrong = [
        *(f"answered {status}" for status in answers.statuses if status not in assault.allowed),
        *(["memory"] if watched.peak_mb - watched.before_mb > assault.most_mb else []),
        *(["health waited"] if watched.health_s > _HEALTH_S else []),
        *([answers.remark] if answers.is_bad else []),
    ]
    return ", ".join(wrong) or "good"


if __name__ == "__main__":
    main()
