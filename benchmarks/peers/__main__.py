"""Sceneseek, framesieve and the script everybody writes first, side by side (needs ffmpeg).

    python -m benchmarks.peers FOLDER MANIFEST [--json FILE]

FOLDER holds videos, MANIFEST says in JSON lines what they show: {"id", "file", "captions"}, as for `sceneseek eval`.
The shortest are taken, two minutes of video in all, so that it ends in minutes. Each peer gets an environment of its
own under var/peers and a copy of the videos; all use the same pair of towers.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.peers.tools import TOOLS, Tool
from benchmarks.peers.trials import trials
from data.manifests import Item, read_manifest
from data.media.reading import probe

MAX_VIDEO_S = 120.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--only", choices=TOOLS, help="this tool alone")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    items = [item for item in read_manifest(asked.manifest) if item.file and item.captions]
    if not items or any(item.file.parent.resolve() != asked.folder.resolve() for item in items if item.file):
        sys.exit(f"{asked.manifest}: every item needs captions and a file in {asked.folder}")
    chosen = shortest([(item, _length_s(item)) for item in items], MAX_VIDEO_S)
    if len(chosen) < 2:
        sys.exit(f"{asked.manifest}: no two videos are shorter than {MAX_VIDEO_S:g} s together")
    results: dict[str, dict[str, str]] = {}
    for tool in TOOLS.values():
        if asked.only in (None, tool.name):
            results[tool.name] = measured(tool, chosen)
    machine = f"{os.cpu_count()} cores, {platform.processor() or platform.machine()}, load {os.getloadavg()[1]:.1f}"
    if asked.json:
        asked.json.write_text(json.dumps({"machine": machine, "videos": len(chosen), "tools": results}, indent=1))
    print(f"{len(chosen)} videos; {machine}\n\n{table(results)}")


def measured(tool: Tool, items: list[Item]) -> dict[str, str]:
    """All its rows, each told on stderr when it is there."""
    rows = {}
    for name, value in trials(tool, items):
        rows[name] = value
        print(f"{tool.name}: {name}: {value}", file=sys.stderr, flush=True)
    return rows


def shortest(lengths_s: list[tuple[Item, float]], limit_s: float) -> list[Item]:
    """As many as fit into `limit_s` together, in their own order."""
    fitting, sum_s = set(), 0.0
    for item, length_s in sorted(lengths_s, key=lambda each: each[1]):
        sum_s += length_s
        if sum_s <= limit_s:
            fitting.add(item.id)
    return [item for item, _ in lengths_s if item.id in fitting]


def table(results: Mapping[str, Mapping[str, str]]) -> str:
    """In Markdown: a column for each tool."""
    rows = [["", *results], ["---"] * (len(results) + 1)]
    rows += [[name, *(each[name] for each in results.values())] for name in next(iter(results.values()))]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _length_s(item: Item) -> float:
    assert item.file is not None
    return probe(item.file).duration_s or 0.0


if __name__ == "__main__":
    main()
