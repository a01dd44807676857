"""From a file's pictures to the lines that stood on the screen."""

import bisect
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

import numpy as np

from data.media.pixels import Scaler
from data.media.reading import GridFrame
from data.types import Frames
from indexer.modalities.modality import ClipFrames, Passes
from indexer.modalities.screen import tracks
from indexer.modalities.screen.boxes import Box
from indexer.modalities.screen.glance import Band, Watch
from indexer.modalities.screen.ocr import Ocr, Reading, rapid_ocr
from indexer.modalities.screen.purse import Purse
from indexer.modalities.screen.sight import Sight, sights
from indexer.modalities.screen.strays import ALIKE, Line, begins, believed, contains, promises, similarity
from indexer.modalities.screen.tracks import GROWN, Past, Track

NAME = "screen_text"
# So many pictures before are kept, to find where a line begins.
_PAST = 16
# Of lines with the same words, one that begins so soon after another ended is that one.
REJOIN_S = 1.5
# What surely is the same line, by the area that two boxes share.
SAME_PLACE = 0.5
# More at once are a page of a book; more waiting for an earlier one to end are given without it.
_MOST_TRACKS, _MOST_WAITING = 64, 5000
LEAST_SCORE = 0.5
# Lines that may be read: so many at first, and one more every so many seconds, or a film of signs costs its length.
MOST_READ, READ_EVERY_S = 80.0, 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Writing(ClipFrames):
    """A line that stood on the screen; it has no pictures to show."""

    text: str


@dataclass(frozen=True, slots=True)
class ScreenReader:
    """Reads what is written, in the process that decodes: its memory is bounded there."""

    ocr: Callable[[], Ocr] = rapid_ocr

    def scaler(self) -> Scaler:
        return sights()

    def read(self, passes: Passes) -> Iterator[ClipFrames]:
        """Four seconds of small pictures are held, and one whole one."""
        for line in lines(passes(), self.ocr):
            yield _writing(line)


def facts() -> dict[str, object]:
    """What decides how looks are joined: part of the fingerprint."""
    return {
        "past": _PAST,
        "rejoin": [REJOIN_S, SAME_PLACE, LEAST_SCORE],
        "most": [_MOST_TRACKS, _MOST_WAITING, MOST_READ, READ_EVERY_S],
    }


def lines(frames: Iterator[GridFrame], ocr: Callable[[], Ocr]) -> Iterator[Line]:
    """In the order in which they began; `ocr` is made when something is to be read."""
    session = _Session(ocr)
    for frame in frames:
        yield from session.see(frame)
    yield from session.end()


class _Session:
    """One file, from its first picture to its last."""

    def __init__(self, ocr: Callable[[], Ocr]) -> None:
        self._ocr = ocr
        self._watch = Watch()
        self._lines_left = Purse(MOST_READ, READ_EVERY_S)
        self._past: deque[Past] = deque(maxlen=_PAST)
        self._tracks: list[Track] = []
        self._written = _Written()

    def see(self, frame: GridFrame) -> Iterator[Line]:
        sight = cast(Sight, frame.pixels)
        self._follow(sight, frame)
        band = self._watch.worth_reading(sight.edges, frame.start_s, [track.box for track in self._tracks])
        if band is not None:
            found = self._look(sight, frame, band)
            self._watch.looked(sight.edges, frame.start_s, band, found=found)
        self._read_again(sight, frame)
        self._past.appendleft(Past(frame.start_s, sight.edges))
        yield from self._written.ready(min((track.start_s for track in self._tracks), default=frame.start_s))

    def end(self) -> Iterator[Line]:
        for track in self._tracks:
            self._written.add(track)
        yield from self._written.ready(np.inf)

    def _follow(self, sight: Sight, frame: GridFrame) -> None:
        staying = []
        for track in self._tracks:
            if track.follow(sight.edges, frame.end_s):
                staying.append(track)
            else:
                self._watch.gone(track.box, was_line=self._written.add(track))
        self._tracks = staying

    def _look(self, sight: Sight, frame: GridFrame, band: Band) -> bool:
        """Whether anything was found that was not known."""
        scale = sight.whole.shape[0] / sight.light.shape[0]
        top = round(band.top * scale)
        boxes = self._ocr().find(sight.whole[top : round(band.bottom * scale)])
        whole = [box.moved(0, top) for box in boxes]
        unknown = [box for box in whole if self._is_new(box.scaled(1 / scale))]
        readings = self._read(sight, unknown[: max(0, _MOST_TRACKS - len(self._tracks))], frame.start_s)
        taken = [
            self._take(box.scaled(1 / scale), reading, sight, frame)
            for box, reading in zip(unknown, readings, strict=False)
            if reading.score >= LEAST_SCORE and reading.text.strip()
        ]
        return any(taken)

    def _is_new(self, box: Box) -> bool:
        """Whether no line that is followed stands there unchanged."""
        return not any(
            track.box.shared(box) >= SAME_PLACE and box.width < GROWN * track.box.width and track.share >= 0.9
            for track in self._tracks
        )

    def _take(self, box: Box, reading: Reading, sight: Sight, frame: GridFrame) -> bool:
        """Whether it is a new line, or one that has grown or changed where it stands, and may be believed."""
        track = tracks.begun(box, reading, sight.edges, frame, self._past)
        if track is None:
            return False
        for known in [known for known in self._tracks if known.box.shared(box) >= SAME_PLACE]:
            said = known.readings[-1].text
            if similarity(said, reading.text) == 1:
                known.patch, known.box, known.share = track.patch, track.box, 1.0
                return False
            if begins(said, reading.text):
                known.grow(track)
                return promises(reading)
            self._tracks.remove(known)
            self._written.add(_ended(known, frame.start_s))
        self._tracks.append(track)
        return promises(reading)

    def _read_again(self, sight: Sight, frame: GridFrame) -> None:
        due = [track for track in self._tracks if track.wants_reading(frame.start_s)]
        if due:
            scale = sight.whole.shape[0] / sight.light.shape[0]
            readings = self._read(sight, [track.box.scaled(scale) for track in due], frame.start_s)
            for track, reading in zip(due, readings, strict=False):
                track.add(reading, frame.start_s)

    def _read(self, sight: Sight, boxes: Sequence[Box], second: float) -> list[Reading]:
        """As many of them as may be read."""
        few = boxes[: max(0, int(self._lines_left.holds(second)))]
        self._lines_left.spend(len(few))
        return self._ocr().read(sight.whole, few)


def _ended(track: Track, end_s: float) -> Track:
    """The same, ended there."""
    return replace(track, end_s=max(track.start_s, end_s))


class _Written:
    """Lines that are over; they wait for those that began before them."""

    def __init__(self) -> None:
        self._over: list[_Over] = []

    def add(self, track: Track) -> bool:
        """Whether it is believed; it may go on what ended just before."""
        text = believed(track.readings, track.end_s - track.start_s)
        if text is None:
            return False
        new = _Over(Line(track.start_s, track.end_s, text), track.box)
        joined = next((each for each in self._over if each.is_of(new)), None)
        if joined is not None:
            self._over.remove(joined)
            new = joined.with_(new)
        bisect.insort(self._over, new, key=lambda each: each.line)
        return True

    def ready(self, before_s: float) -> Iterator[Line]:
        """Those that nothing can come before any more, or join."""
        while self._over and (self._is_old(before_s) or len(self._over) > _MOST_WAITING):
            yield self._over.pop(0).line

    def _is_old(self, before_s: float) -> bool:
        return self._over[0].line.end_s + REJOIN_S < before_s


class _Over(NamedTuple):
    """A line that is over, and where it stood at last."""

    line: Line
    box: Box

    def is_of(self, other: "_Over") -> bool:
        """Whether both are one line: the same words soon after, or a piece of it at the same place."""
        one, two = self.line, other.line
        if two.start_s - one.end_s > REJOIN_S or one.start_s - two.end_s > REJOIN_S:
            return False
        if similarity(one.text, two.text) >= ALIKE:
            return True
        is_piece = contains(one.text, two.text) or contains(two.text, one.text)
        return is_piece and self.box.shared(other.box) >= SAME_PLACE

    def with_(self, other: "_Over") -> "_Over":
        """Both as one: the longer words, from the first to the last second."""
        one, two = self.line, other.line
        text = two.text if len(two.text) > len(one.text) else one.text
        return _Over(Line(min(one.start_s, two.start_s), max(one.end_s, two.end_s), text), other.box)


def _writing(line: Line) -> ClipFrames:
    nothing = Frames(np.empty((0, 1, 1, 3), np.uint8), np.empty(0))
    return Writing(NAME, 0, line.start_s, line.end_s, nothing, line.text)


def texts(spans: Sequence[ClipFrames]) -> list[str]:
    """What was written in them."""
    return [span.text for span in spans if isinstance(span, Writing)]
