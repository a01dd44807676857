"""Moments as a table that any spreadsheet opens."""

import csv
from io import StringIO

from data.paths import path_text
from search.handover.names import cell, file_url
from search.handover.timeline import Item, Timeline, spoken_rate

COLUMNS = (
    "path", "start_s", "end_s", "best_s", "in", "out", "frame_rate", "confidence", "score", "query", "note", "link",
    "remark",
)  # fmt: skip


def written(timeline: Timeline) -> str:
    """A line for each moment, in order."""
    out = StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    lines.writerows(_row(item) for item in timeline.items)
    # Without the mark Excel takes it for the alphabet of its country.
    return "\ufeff" + out.getvalue()


def _row(item: Item) -> list[str]:
    pick, source = item.pick, item.source
    seconds = [pick.start_s, pick.end_s, pick.best_s]
    return [
        cell(path_text(source.path)),
        *("" if second is None else f"{second:.3f}" for second in seconds),
        item.source_in,
        item.source_out,
        spoken_rate(source.timing.rate),
        pick.confidence or "",
        "" if pick.score is None else f"{pick.score:.4f}",
        cell(pick.query or ""),
        cell(pick.note),
        # A stretch of a file as browsers and players read it.
        f"{file_url(source.path)}#t={pick.start_s:.3f},{pick.end_s:.3f}",
        cell(source.remark),
    ]
