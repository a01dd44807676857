"""An edit decision list of the form CMX 3600: one cut for each moment."""

from collections.abc import Iterator

from data.paths import path_text
from search.handover.names import one_line, reel_name
from search.handover.timeline import Placed, Source, Timeline


def written(timeline: Timeline) -> str:
    """Cuts of picture and sound, with the file of each in comments."""
    return "\n".join(_lines(timeline)) + "\n"


def head(timeline: Timeline) -> list[str]:
    """Title, and how the record side is counted."""
    counted = "DROP FRAME" if timeline.counting.is_drop else "NON-DROP FRAME"
    return [f"TITLE: {one_line(timeline.title)}", f"FCM: {counted}", ""]


def _lines(timeline: Timeline) -> Iterator[str]:
    yield from head(timeline)
    yield from (f"* {one_line(remark).upper()}" for remark in timeline.remarks)
    reels = _reels(timeline.sources)
    for number, placed in enumerate(timeline.placed, 1):
        yield from _event(timeline, number, placed, reels[placed.item.source.video.id])


def _event(timeline: Timeline, number: int, placed: Placed, reel: str) -> Iterator[str]:
    item = placed.item
    channels = "AA/V" if item.source.video.has_audio else "V"
    times = (item.source_in, item.source_out, timeline.record(placed.start), timeline.record(placed.end))
    yield f"{number:03}  {reel:<8} {channels:<5} C        {' '.join(times)}"
    yield f"* FROM CLIP NAME: {one_line(item.source.name)}"
    yield f"* SOURCE FILE: {one_line(path_text(item.source.path))}"
    yield from (f"* COMMENT: {said}" for text in (item.pick.query, item.pick.note) if (said := one_line(text or "")))


def _reels(sources: list[Source]) -> dict[str, str]:
    found: dict[str, str] = {}
    for source in sources:
        found[source.video.id] = reel_name(source.file.stem, set(found.values()))
    return found
