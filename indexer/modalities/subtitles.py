"""The modality of subtitles: files beside a video, and tracks of text in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from data.identity import fingerprint_of
from data.media import reading
from data.media.captions.cues import MOST_BYTES, MOST_CUES, Cue, Cues, cues_in, decoded
from data.media.captions.formats import EXTENSIONS
from data.media.captions.languages import language_named
from data.media.captions.tracks import cues_of_tracks
from data.sandbox.process import Work
from data.sources.sidecars import Sidecar, Sidecars, stamp_of
from data.types import Location, Video, VideoError
from data.wording import counted
from indexer.modalities.lines import Beat, Beside, Line, Lines
from indexer.settings import IndexSettings

NAME = "subtitles"
FORMAT = 1
# What films and broadcasts are shown at, and by how much too late the end of one comes at the speed of another.
_RATES = {"25 for 24": 25 / 24, "25 for 23.976": 25 / 23.976, "30 for 25": 30 / 25, "30 for 24": 30 / 24}
_SLACK = 0.01
# A line that begins just behind the end is how lengths are rounded.
_ROUNDING_S = 2.0


class Subtitles:
    """Reads what is there, at next to no cost."""

    name = NAME
    fingerprint = fingerprint_of({"subtitles": FORMAT})

    def __init__(self, settings: IndexSettings) -> None:
        self.at_once = settings.workers
        self.memory_bytes = settings.decoder_memory_mb << 20
        self._sidecars = Sidecars(EXTENSIONS, reading.EXTENSIONS)

    def wants(self, video: Video) -> bool:  # noqa: ARG002  any may have a file beside it
        return True

    def beside(self, places: Sequence[Location]) -> Beside:
        """Those of all places: a copy elsewhere says the same."""
        sidecars = tuple(sidecar for place in places for sidecar in self._sidecars.of(place))
        return Beside(sidecars, stamp_of(sidecars))

    def work(self) -> Work:
        return read


def read(beat: Beat, path: Path, video: Video, beside: Beside) -> Iterator[Lines]:
    """The lines of one video, as a sandbox makes them."""
    cues: list[Cue] = []
    lost: list[str] = []
    for sidecar in beside.sidecars:
        found = _of_sidecar(sidecar)
        cues += found.found
        lost += _told(sidecar, found, video)
        beat()
    try:
        cues += cues_of_tracks(path, beat)
    except VideoError as error:
        lost.append(error.reason)
    lines = _within(cues, video.duration_s)
    if (past := len(cues) - len(lines)) > 0:
        lost.append(f"{counted(past, 'line')} left out that would come after the end of the video")
    yield Lines(_each_once(lines)[:MOST_CUES], "; ".join(lost) or None)


def _of_sidecar(sidecar: Sidecar) -> Cues:
    language = next(filter(None, map(language_named, reversed(sidecar.words))), None)
    try:
        with sidecar.path.open("rb") as file:
            data = file.read(MOST_BYTES)
    except OSError:
        return Cues([], 1)
    found = cues_in(decoded(data, language), sidecar.path.suffix.lower())
    return Cues([replace(cue, language=language) for cue in found.found], found.broken)


def _told(sidecar: Sidecar, found: Cues, video: Video) -> Iterator[str]:
    name = sidecar.path.name
    if found.broken:
        yield f"{counted(found.broken, 'broken line')} of {name} left out"
    if sidecar.stamp.size_bytes > MOST_BYTES:
        yield f"only the first {MOST_BYTES >> 20} MiB of {name} were read"
    if hint := hint_of_rate(found.found, video.duration_s):
        yield f"{name} {hint}"


def hint_of_rate(cues: Sequence[Cue], duration_s: float) -> str | None:
    """What is to be said of lines that go on after the end of a video: they belong to another version of it."""
    last_s = max((cue.start_s for cue in cues), default=0.0)
    if last_s < duration_s + _ROUNDING_S:
        return None
    ends = f"goes on to {_clock(last_s)}, and the video ends at {_clock(duration_s)}"
    longer = last_s / duration_s if duration_s > 0 else float("inf")
    rate = next((said for said, factor in _RATES.items() if longer <= factor + _SLACK), None)
    if rate is None:
        return f"{ends}: it seems to belong to a longer video"
    return f"{ends}: its lines come at wrong times, as if timed for another frame rate ({rate}) or another cut"


def _within(cues: Iterable[Cue], duration_s: float) -> list[Line]:
    return [
        Line(cue.start_s, min(cue.end_s, duration_s), cue.text, cue.language)
        for cue in sorted(cues, key=lambda cue: (cue.start_s, cue.end_s))
        if cue.start_s < duration_s
    ]


def _each_once(lines: Iterable[Line]) -> list[Line]:
    """A track often says what the file beside it does."""
    return list({(round(line.start_s, 1), line.text, line.language): line for line in lines}.values())


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
