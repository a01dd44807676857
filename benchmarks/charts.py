"""Draws what the benchmarks wrote: `python -m benchmarks.charts var/bench docs/images`.

Those of `indexing.json`, `search.json`, `scale.json` and `large.json` that are in the first folder become SVG files in
the other.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.split import STAGES

WIDTH, HEIGHT, MARGIN = 640, 300, 60
COLOURS = ("#4269d0", "#efb118", "#ff725c", "#6cc5b0")
QUERY_CURVES = ("p50", "p95", "floor_p50", "floor_p95")
Points = Sequence[tuple[float, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", type=Path)
    parser.add_argument("images", type=Path)
    asked = parser.parse_args()
    for name, draw in {"indexing": split, "search": queries, "scale": library, "large": large}.items():
        figures = asked.figures / f"{name}.json"
        if figures.exists():
            (asked.images / f"bench-{name}.svg").write_text(draw(json.loads(figures.read_text())))


def split(figures: dict[str, Any]) -> str:
    seconds = {stage: figures[f"{stage}_cpu_s"] * 60 / figures["video_s"] for stage in STAGES}
    return bars("CPU seconds of indexing a minute of video", seconds)


def queries(figures: dict[str, Any]) -> str:
    curves = {
        name.replace("_", " "): [(row["clips"], row[f"{name}_ms"]) for row in figures["rows"]] for name in QUERY_CURVES
    }
    return lines("Milliseconds of a query against clips in the library", curves)


def library(figures: dict[str, Any]) -> str:
    points = [(float(files), seconds) for files, seconds in figures["many"]["seconds_at"].items()]
    return lines("Seconds of indexing against files", {"seconds": [(0.0, 0.0), *points]})


def large(figures: dict[str, Any]) -> str:
    points = [(row["cpu_p95_ms"], 100 * (1 - row["recall@10"])) for row in figures["by_lists"]]
    title = f"% of the exact first ten that is missed, against CPU ms (p95), {figures['clips']:,} clips"
    return lines(title, {"5 to 320 lists": points})


def bars(title: str, values: Mapping[str, float]) -> str:
    """One bar a value, the longest as long as there is room."""
    room, step = WIDTH - 3 * MARGIN, (HEIGHT - MARGIN) / len(values)
    parts = []
    for number, (name, value) in enumerate(values.items()):
        top, length = MARGIN + number * step, room * value / max(values.values())
        parts.append(_text(2 * MARGIN - 8, top + step / 2, name, "end"))
        parts.append(f'<rect x="{2 * MARGIN}" y="{top:.0f}" width="{length:.1f}" height="{step - 6:.0f}" {_fill(0)}/>')
        parts.append(_text(2 * MARGIN + length + 6, top + step / 2, f"{value:.2f}"))
    return _svg(title, parts)


def lines(title: str, curves: Mapping[str, Points]) -> str:
    """Curves over one another, both axes from 0."""
    far = max(x for points in curves.values() for x, _ in points)
    high = max(y for points in curves.values() for _, y in points)
    bottom, room = HEIGHT - 30, WIDTH - 3 * MARGIN
    parts = [f'<path d="M{MARGIN} {MARGIN}V{bottom}H{MARGIN + room}" fill="none" stroke="#888"/>']
    for number, (name, points) in enumerate(curves.items()):
        places = [(MARGIN + room * x / far, bottom - (bottom - MARGIN) * y / high) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[number]}" stroke-width="2"/>')
        parts.append(
            f'<rect x="{WIDTH - 2 * MARGIN + 8}" y="{MARGIN + 20 * number}" width="10" height="10" {_fill(number)}/>'
        )
        parts.append(_text(WIDTH - 2 * MARGIN + 22, MARGIN + 20 * number + 9, name))
    parts += [
        _text(MARGIN - 6, MARGIN + 4, f"{high:g}", "end"),
        _text(MARGIN + room, bottom + 18, f"{far:,.0f}", "end"),
    ]
    return _svg(title, parts)


def _svg(title: str, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    return "\n".join([head, f"<title>{title}</title>", ground, _text(16, 28, title), *parts, "</svg>", ""])


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{words}</text>'


def _fill(number: int) -> str:
    return f'fill="{COLOURS[number]}"'


if __name__ == "__main__":
    main()
