"""Markers for a timeline of DaVinci Resolve, as the list that it imports: each moment where a cut list puts it."""

from collections.abc import Iterator

from search.handover.edl import head
from search.handover.names import one_line
from search.handover.timeline import Placed, Timeline


def written(timeline: Timeline) -> str:
    """An event of one picture for each moment, with its name and length."""
    lines = [line for number, placed in enumerate(timeline.placed, 1) for line in _event(timeline, number, placed)]
    return "\n".join([*head(timeline), *lines]) + "\n"


def _event(timeline: Timeline, number: int, placed: Placed) -> Iterator[str]:
    marked = timeline.marked(placed)
    start, end = timeline.record(marked.start), timeline.record(marked.start + 1)
    yield f"{number:03}  001      V     C        {start} {end} {start} {end}  "
    name = one_line(placed.item.name.replace("|", " "))
    yield f" |C:ResolveColorBlue |M:{name} |D:{marked.end - marked.start}"
    yield ""
