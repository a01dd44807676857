"""In which forms moments are handed over: another one is a file and a line here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from data.durable import replacing
from search.handover import edl, fcp7xml, fcpxml, interchange, markers, table
from search.handover.films import Making, write_clips, write_reel
from search.handover.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Format:
    """A name, what its files end with and are, what writes them, and whether that decodes and copies videos."""

    name: str
    ending: str
    media_type: str
    write: Callable[[Making, Path], None]
    is_film: bool = False


def _listing(written: Callable[[Timeline], str]) -> Callable[[Making, Path], None]:
    def write(making: Making, to: Path) -> None:
        with replacing(to) as file:
            file.write(written(making.timeline).encode("utf-8", "backslashreplace"))

    return write


FORMATS = {
    each.name: each
    for each in (
        Format("csv", ".csv", "text/csv; charset=utf-8", _listing(table.written)),
        Format("edl", ".edl", "text/plain; charset=utf-8", _listing(edl.written)),
        Format("markers", " markers.edl", "text/plain; charset=utf-8", _listing(markers.written)),
        Format("fcpxml", ".fcpxml", "application/xml", _listing(fcpxml.written)),
        Format("fcp7xml", ".xml", "application/xml", _listing(fcp7xml.written)),
        Format("otio", ".otio", "application/json", _listing(interchange.written)),
        Format("clips", ".zip", "application/zip", write_clips, is_film=True),
        Format("reel", ".mp4", "video/mp4", write_reel, is_film=True),
    )
}
