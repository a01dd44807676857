"""How a file counts its pictures: at what rate, from what timecode, and which of them a stretch begins and ends with.

Counted is from the first picture of the file, as editors do. Times come from packets, so nothing is decoded where a
file says when each picture is shown.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from data.media.clock import MOST_REORDERED, Packet
from data.media.container import told_as_video_error
from data.media.film import Film
from data.types import VideoError

_NTSC = [Fraction(1000 * count, 1001) for count in (24, 30, 48, 60, 120)]
STANDARD = sorted([*_NTSC, *(Fraction(count) for count in (24, 25, 30, 48, 50, 60, 100, 120))])
# As near to a standard rate, a rate is that one as headers round it; 23.976 and 24 are a thousandth apart.
_SAME = Fraction(4, 10_000)
# Further from its place than this share of a picture, and pictures do not come evenly.
_UNEVEN = 0.1
_UNEVEN_RATE = 0.005
_MEANT = 0.01
# The rate of what can't tell one, and the highest that a clock of a container is taken for.
_USUAL, _HIGHEST = Fraction(25), 120
# Seconds come through JSON and decimals; no two pictures are so near to one another.
_SLACK_S = 1e-6
_HEAD = 16
_EARLIER_S = (0.0, 2.0, 10.0, 60.0)


@dataclass(frozen=True, slots=True)
class Timing:
    """`rate` is nominal where pictures come unevenly; `timecode` is that of the first picture, None without one."""

    rate: Fraction
    is_variable: bool
    timecode: str | None


class Span(NamedTuple):
    """Pictures [first, end), counted from the first of the file, and the stretch in which they are shown."""

    first: int
    end: int
    start_s: float
    end_s: float


def measured(
    path: Path, stretches: Sequence[tuple[float, float]], *, beat: Callable[[], None] = lambda: None
) -> tuple[Timing, list[Span]]:
    """The pictures of each stretch [start, end): from the one on the screen then to the last that comes before its end.

    `beat` is called for each that is looked up. Raises VideoError.
    """
    with told_as_video_error(path, "decode"), Film(path) as film:
        times = _Times(film, path, beat)
        # Each second is looked up once, in order: what was read lately is read fast.
        firsts = {second: times.shown(second) for second in sorted({start_s for start_s, _ in stretches})}
        lasts = {second: times.shown(second, is_before=True) for second in sorted({end_s for _, end_s in stretches})}
        rate, is_variable = _rate(film.stream)
        is_variable = is_variable or any(_is_off(second, times.first_s, rate) for second in times.seen)
        timing = Timing(rate, is_variable, _timecode(film.container, film.stream))
        spans = [_span(timing, times.first_s, firsts[start_s], lasts[end_s], end_s) for start_s, end_s in stretches]
        return timing, spans


def _span(timing: Timing, first_s: float, shown_s: float, last_s: float, end_s: float) -> Span:
    last_s = max(last_s, shown_s)
    first, last = (round((second - first_s) * timing.rate) for second in (shown_s, last_s))
    if not timing.is_variable:
        return Span(first, last + 1, shown_s, last_s + float(1 / timing.rate))
    # Only the next one ends the last.
    until_s = max(end_s, last_s + _SLACK_S)
    return Span(first, max(last + 1, round((until_s - first_s) * timing.rate)), shown_s, until_s)


class _Times:
    """When pictures of a film come on the screen; `seen` holds some of all of it, to tell whether they come evenly."""

    def __init__(self, film: Film, path: Path, beat: Callable[[], None]) -> None:
        self._film, self._path, self._beat = film, path, beat
        self._is_told = film.clock.tells_all and film.clock.tells_presentation
        head = [film.clock.second_of(packet) for packet in islice(self._own(), _HEAD)] if self._is_told else []
        self.first_s = min(head) if head else self._decoded(0.0)
        self.seen = head

    def shown(self, second: float, *, is_before: bool = False) -> float:
        """When the picture came that is on the screen at that second, or just before it; the first where none is."""
        self._beat()
        until_s = second - _SLACK_S if is_before else second + _SLACK_S
        if not self._is_told:
            return self._decoded(until_s)
        for earlier_s in _EARLIER_S:
            if until_s - earlier_s <= self.first_s or not self._film.seek(until_s - earlier_s):
                break
            found = self._read(until_s)
            if found is not None:
                return found
        self._film.reopen()
        found = self._read(until_s)
        return self.first_s if found is None else found

    def _read(self, until_s: float) -> float | None:
        found, later = None, 0
        with suppress(av.FFmpegError):  # what can't be read is not shown either
            for packet in self._own():
                second = self._film.clock.second_of(packet)
                if second <= until_s:
                    found, later = second if found is None else max(found, second), 0
                    self.seen.append(second)
                else:
                    later += 1
                if later > MOST_REORDERED:
                    break
        del self.seen[: -_HEAD * 64]
        return found

    def _own(self) -> Iterator[Packet]:
        for packet in self._film.packets():
            # Edit lists leave pictures out that others refer to.
            if packet.stream is self._film.stream and packet.size and not packet.is_discard:
                yield packet

    def _decoded(self, second: float) -> float:
        picture = self._film.picture_at(second)
        if picture is None:
            raise VideoError(self._path, "decode", f"no picture could be decoded at {second:.3f} s")
        return picture.second


def _rate(stream: VideoStream) -> tuple[Fraction, bool]:
    """The nominal rate, and whether the header says already that it is none that is kept."""
    average = stream.average_rate or stream.guessed_rate or _USUAL
    base = stream.base_rate or average
    known = _standard(average)
    if known is not None:
        return known, abs(base / average - 1) > _UNEVEN_RATE and _standard(base) is not None
    if base <= _HIGHEST and (known := _standard(base)) is not None:
        return known, abs(base / average - 1) > _UNEVEN_RATE
    nearest = min(STANDARD, key=lambda rate: abs(rate - average))
    # Some cameras are a little off, and are taken for what they are meant to be.
    if abs(average / nearest - 1) <= _MEANT or abs(base / average - 1) > _UNEVEN_RATE:
        return nearest, abs(base / average - 1) > _UNEVEN_RATE
    return average.limit_denominator(1001), False


def _standard(rate: Fraction) -> Fraction | None:
    nearest = min(STANDARD, key=lambda known: abs(known - rate))
    return nearest if abs(rate / nearest - 1) <= _SAME else None


def _is_off(second: float, first_s: float, rate: Fraction) -> bool:
    place = (second - first_s) * float(rate)
    return abs(place - round(place)) > _UNEVEN


def _timecode(container: InputContainer, stream: VideoStream) -> str | None:
    """That of its first picture: the pictures' own word, then that of the track of timecode, then of the whole."""
    said = [stream.metadata, *(other.metadata for other in container.streams.data), container.metadata]
    return next((found for each in said if (found := each.get("timecode"))), None)
