"""What looks into video files and writes films of them: a process of its own, with bounds."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import NamedTuple

from data.media.excerpt import cut
from data.media.passthrough import NoCopy, copy, ending_for
from data.media.reel import Piece, join
from data.media.timing import Span, Timing, measured
from data.sandbox.process import Beat, Bounds, Sandbox
from data.types import VideoError
from search.handover.timecode import counting_of, first_frame

_BOUNDS = Bounds(memory_bytes=4 << 30, silence_s=120.0)
# A picture is on the screen right after it came, and before the next is, however seconds are rounded to samples.
_AFTER_S, _BEFORE_S = 1e-6, 40e-6


class Made(NamedTuple):
    """A clip: its file, and where in the video it begins and ends, in seconds."""

    file: Path
    start_s: float
    end_s: float
    is_copy: bool


class Reel(NamedTuple):
    """What a joined film is to be."""

    pieces: Sequence[Piece]
    size: tuple[int, int]
    rate: Fraction
    has_sound: bool


class Maker:
    """Asks one process, which starts with the first question and ends with `stop`. One thread asks at a time."""

    def __init__(self) -> None:
        self._sandbox = Sandbox(_work, _BOUNDS)

    def measure(self, path: Path, stretches: Sequence[tuple[float, float]]) -> tuple[Timing, list[Span]]:
        """Raises VideoError, SandboxError, as the others do."""
        found: tuple[Timing, list[Span]] = self._sandbox.ask("measure", path, stretches)
        return found

    def clip(self, path: Path, span: Span, timing: Timing, to: Path, *, is_exact: bool) -> Made:
        """Write it beside `to`, with the ending that fits: encoded where it is to be exact or can't be copied."""
        made: Made = self._sandbox.ask("clip", path, span, timing, to, is_exact)
        return made

    def reel(self, reel: Reel, to: Path) -> Iterator[int]:
        """How many pieces are begun, each time one is."""
        yield from self._sandbox.answers("reel", reel, to)

    def end(self) -> None:
        """End its process, whatever it is doing, from any thread; the next question starts another."""
        self._sandbox.end()

    def stop(self) -> None:
        """End it for good."""
        self._sandbox.stop()


def _work(beat: Beat, what: str, *question: object) -> Iterator[object]:
    with _told_as_video_error(question[-1]):
        yield from _WORKS[what](beat, *question)  # type: ignore[operator]


@contextmanager
def _told_as_video_error(to: object) -> Iterator[None]:
    """Only that has a way out of the process with its words."""
    try:
        yield
    except OSError as error:
        where = to if isinstance(to, Path) else Path()
        raise VideoError(where, "write", error.strerror or str(error)) from error


def _measure(beat: Beat, path: Path, stretches: Sequence[tuple[float, float]]) -> Iterator[object]:
    yield measured(path, stretches, beat=beat)


def _clip(beat: Beat, path: Path, span: Span, timing: Timing, to: Path, is_exact: bool) -> Iterator[Made]:
    if not is_exact:
        try:
            file = to.with_name(to.name + ending_for(path))
            copied = copy(path, span.start_s, span.end_s, file, timecode=partial(_timecode, span, timing), beat=beat)
        except VideoError as error:
            # What no container takes as it is stored can be encoded all the same.
            if not isinstance(error, NoCopy) and error.stage != "write":
                raise
        else:
            yield Made(file, *copied, is_copy=True)
            return
    file = to.with_name(f"{to.name}.mp4")
    start_s, end_s, label = span.start_s + _AFTER_S, span.end_s, _timecode(span, timing, span.start_s)
    if timing.is_variable:
        cut(path, start_s, max(end_s - _BEFORE_S, start_s + 2 * _BEFORE_S), file, timecode=label, beat=beat)
    else:
        cut(path, start_s, end_s + _AFTER_S, file, rate=timing.rate, timecode=label, beat=beat)
    yield Made(file, span.start_s, span.end_s, is_copy=False)


def _timecode(span: Span, timing: Timing, second: float) -> str | None:
    """That of the picture at a second, where its file has any."""
    if timing.timecode is None:
        return None
    counting = counting_of(timing.rate, timing.timecode)
    frame = span.first + round((second - span.start_s) * float(timing.rate))
    return counting.text(first_frame(counting, timing.timecode) + frame)


def _reel(beat: Beat, reel: Reel, to: Path) -> Iterator[int]:
    yield from join(reel.pieces, to, size=reel.size, rate=reel.rate, has_sound=reel.has_sound, beat=beat)


_WORKS = {"measure": _measure, "clip": _clip, "reel": _reel}
