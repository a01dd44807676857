"""The player's clock: what second a packet or a picture belongs to, whatever times the file holds.

Most files say when each picture is shown. Some (AVI, ASF, raw streams) say only when each is decoded: then the k-th
picture shown has the k-th decoding time. And where a file joins several recordings (VOB, TS), its own clock starts
anew or leaps: then the player's clock goes on.
"""

from collections import deque
from collections.abc import Iterable
from fractions import Fraction
from typing import TypeAlias

import av
from av.container import InputContainer
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

# In quotes: packets are generic for the type checker only.
Packet: TypeAlias = "av.Packet[Stream]"

# What players can only guess when not even a rate is known.
_FRAME_S = 0.04
# A frame's header may claim weeks, and a damaged time lie years ahead: longer is no still.
MAX_STILL_S = 6 * 3600.0
# Formats whose times are those of a running clock, not of an index: only there it can leap.
_RUNNING = frozenset({"mpegts", "mpeg", "flv", "live_flv", "kux", "dhav"})
# MPEG wants a time at least every 0.7 s, and sound never pauses: nothing for so long, of no stream, is a leap.
FAR_S = 10.0
# Elsewhere a film without sound may stand still for minutes.
_FAR_IN_SILENCE_S = 600.0
# No codec shows a picture later than so many that are stored after it.
MOST_REORDERED = 16
# Packets of one recording are stored in the order of decoding, but for what rounding does.
_BACK_S = 0.25


def zero_s(container: InputContainer) -> float:
    """What the player's clock calls 0, in the file's own time."""
    return (container.start_time or 0) / av.time_base


def may_leap(container: InputContainer) -> bool:
    """Whether recordings can be joined in such a file without its times being written anew."""
    return container.format.name in _RUNNING


class Ticks:
    """Turns what packets say into seconds; Fractions would take a tenth of the time of decoding small pictures."""

    def __init__(self, container: InputContainer) -> None:
        self._tick_s = [float(stream.time_base or 0) for stream in container.streams]

    def decoded_s(self, packet: Packet) -> float | None:
        """When it is decoded, or shown where only that is said."""
        ticks = packet.pts if packet.dts is None else packet.dts
        return None if ticks is None else ticks * self._tick_s[packet.stream_index]

    def shown_s(self, packet: Packet) -> float:
        """When it is shown, or decoded where only that is said."""
        ticks = packet.dts if packet.pts is None else packet.pts
        return (ticks or 0) * self._tick_s[packet.stream_index]

    def lasts_s(self, packet: Packet) -> float:
        return (packet.duration or 0) * self._tick_s[packet.stream_index]

    def ticks(self, seconds: float, packet: Packet) -> int:
        return round(seconds / self._tick_s[packet.stream_index])


def frame_s(frame: VideoFrame, stream: VideoStream) -> float:
    """How long the picture is meant to stay."""
    if frame.duration and frame.time_base:
        return min(float(frame.duration * frame.time_base), MAX_STILL_S)
    return _usual_s(stream)


class Clock:
    """Follows the packets of one file from a known place on; `head` are its first ones."""

    def __init__(self, container: InputContainer, stream: VideoStream, head: Iterable[Packet]) -> None:
        self._stream, self._ticks = stream, Ticks(container)
        own = [packet for packet in head if packet.stream is stream and packet.size]
        is_untold = may_leap(container) and container.start_time is None
        self.zero_s = self._earliest_s(own) if is_untold else zero_s(container)
        self.tells_all = all(packet.pts is not None for packet in own)
        self.tells_any = any(packet.dts is not None or packet.pts is not None for packet in own)
        # Decided once for the stream: times that never differ from those of decoding are no times of presentation.
        reorders = stream.codec_context.has_b_frames or not self.tells_all
        self.tells_presentation = not (self.tells_any and reorders) or any(p.pts not in (None, p.dts) for p in own)
        self._index = stream.index
        self._decoding = _DecodingOrder()
        self._leaps = _Leaps(container, stream, self._ticks) if may_leap(container) else None
        self._last_s: float | None = None
        self._last_ticks: int | None = None
        self._next_ticks: int | None = None
        self._trusted: _Trust | None = None
        self.reached_s = 0.0

    @property
    def shift_s(self) -> float:
        """How far the present recording is moved to follow the one before it."""
        return self._leaps.shift_s if self._leaps else 0.0

    def resume(self, shift_s: float = 0.0) -> None:
        """Packets go on from elsewhere, in the recording that is moved so far."""
        self._last_s = self._last_ticks = self._next_ticks = None
        self._decoding.forget()
        # Where one time stands for several pictures, FFmpeg gives it to the wrong one just after a seek.
        self._trusted = None if self.tells_all or not self.tells_presentation else _Trust()
        if self._leaps:
            self._leaps.resume(shift_s)

    def take(self, packet: Packet) -> None:
        """See every packet before it is decoded; those of a later recording are moved."""
        if not packet.size:  # it only tells the decoder that no more will come
            return
        is_placed = self._leaps is None or self._leaps.move(packet)
        if packet.stream_index == self._index and not (self.tells_all and self.tells_presentation):
            self._note(packet)
        if is_placed:
            self.reached_s = max(self.reached_s, self.end_of(packet))

    def second_of(self, packet: Packet) -> float:
        """When what is in a packet is shown or heard, or decoded where that is all it says; seen by `take` before."""
        return self._ticks.shown_s(packet) - self.zero_s

    def end_of(self, packet: Packet) -> float:
        """When what is in it has been shown or heard, as far as it says so."""
        return self._ticks.shown_s(packet) + self._ticks.lasts_s(packet) - self.zero_s

    def second(self, frame: VideoFrame) -> float | None:
        """Of the next picture shown; None when nothing says."""
        if self.tells_all and self.tells_presentation:
            self._last_s = self._told(frame)
            return self._last_s
        if frame.time_base is None or (self._trusted and not self._trusted.trusts(frame)):
            return None
        if self.tells_presentation:
            self._last_ticks = self._steadied(frame.pts, frame, frame.time_base)
        else:
            self._last_ticks = self._decoding.next(frame.dts)
        return None if self._last_ticks is None else float(self._last_ticks * frame.time_base) - self.zero_s

    def _earliest_s(self, packets: list[Packet]) -> float:
        """Of a running clock FFmpeg tells no start where there is but one picture."""
        return min((self._ticks.shown_s(packet) for packet in packets if packet.pts is not None), default=0.0)

    def _told(self, frame: VideoFrame) -> float | None:
        """Of several pictures that begin in one piece of an MPEG stream only the first can have a time."""
        if frame.pts is None:
            return None if self._last_s is None else self._last_s + frame_s(frame, self._stream)
        return frame.time - self.zero_s

    def _steadied(self, said: int | None, frame: VideoFrame, time_base: Fraction) -> int | None:
        """A picture without a time follows the one before; one time for several may be that of a neighbour."""
        if self._last_ticks is None:
            # The first has that of decoding, or begins the film.
            unsaid = frame.dts if self.tells_any else round(self.zero_s / time_base)
            return unsaid if said is None else said
        lasts = round(frame_s(frame, self._stream) / time_base)
        expected = self._last_ticks + lasts
        return expected if said is None or abs(said - expected) <= lasts else said

    def _note(self, packet: Packet) -> None:
        if self._trusted:
            self._trusted.note(packet)
        # The one after a seek may have lost its time.
        ticks = packet.dts if packet.dts is not None else self._next_ticks
        if ticks is not None and packet.time_base:
            self._decoding.put(ticks)
            self._next_ticks = ticks + (packet.duration or round(_usual_s(self._stream) / packet.time_base))


class _Trust:
    """From which packet on times are those of their pictures: from the second that begins with a time of its own."""

    def __init__(self) -> None:
        self._landed_byte: int | None = None
        self._from_ticks: int | None = None

    def note(self, packet: Packet) -> None:
        if packet.pos is None or packet.pts is None or self._from_ticks is not None:
            return
        if self._landed_byte is not None and packet.pos > self._landed_byte:
            self._from_ticks = packet.pts
        self._landed_byte = packet.pos

    def trusts(self, frame: VideoFrame) -> bool:
        return self._from_ticks is not None and (frame.pts is None or frame.pts >= self._from_ticks)


class _DecodingOrder:
    """Hands decoding times to pictures in the order in which they are shown.

    A decoder holds a fixed number of packets back, and a picture knows the packet that pushed it out: the picture's
    time is that many packets earlier. So a picture that is lost, or left out after a seek, moves no other one.
    """

    def __init__(self) -> None:
        self._waiting: deque[int] = deque()
        self._held_back: int | None = None

    def put(self, dts: int) -> None:
        self._waiting.append(dts)

    def forget(self) -> None:
        self._waiting.clear()

    def next(self, pushed_by: int | None) -> int | None:
        if pushed_by is not None and pushed_by in self._waiting:
            place = self._waiting.index(pushed_by)
            if self._held_back is None:
                self._held_back = place
            for _ in range(place - self._held_back):
                self._waiting.popleft()
        return self._waiting.popleft() if self._waiting else None


class _Leaps:
    """Moves the packets of a recording that follows another one, so that its first picture follows the last.

    The clock leaps where a picture's packet is decoded before the one stored before it, or more than `FAR_S` after
    the last packet of any stream (`_FAR_IN_SILENCE_S` where a format lets a film without sound stand still).
    """

    def __init__(self, container: InputContainer, stream: VideoStream, ticks: Ticks) -> None:
        self._stream, self._ticks = stream, ticks
        tells_often = container.format.name in ("mpegts", "mpeg") or container.streams.audio
        self._far_s = FAR_S if tells_often else _FAR_IN_SILENCE_S
        self.resume(0.0)

    def resume(self, shift_s: float) -> None:
        self.shift_s = self._shift_before_s = shift_s
        self._last_s: float | None = None
        self._next_s = 0.0
        self._reached_s: float | None = None
        self._ends_s: dict[int, float] = {}

    def move(self, packet: Packet) -> bool:
        """Whether it has its place: sound that leaps before the first picture of its recording has none."""
        at_s = self._ticks.decoded_s(packet)
        if at_s is None:
            return False
        lasts_s = self._ticks.lasts_s(packet)
        if packet.stream_index == self._stream.index:
            shift_s = self._of_picture(at_s, lasts_s)
        else:
            shift_s = self._of_other(at_s, lasts_s, packet.stream_index)
        if shift_s:
            ticks = self._ticks.ticks(shift_s, packet)
            packet.pts = None if packet.pts is None else packet.pts + ticks
            packet.dts = None if packet.dts is None else packet.dts + ticks
        return self._reach(at_s + shift_s + lasts_s)

    def _of_picture(self, at_s: float, lasts_s: float) -> float:
        if self._last_s is not None and self._is_leap(at_s + self.shift_s):
            self._shift_before_s, self.shift_s = self.shift_s, self._next_s - at_s
        self._last_s = at_s + self.shift_s
        self._next_s = self._last_s + (lasts_s or _usual_s(self._stream))
        return self.shift_s

    def _is_leap(self, at_s: float) -> bool:
        assert self._last_s is not None
        is_far = self._reached_s is not None and at_s > self._reached_s + self._far_s
        return at_s < self._last_s - _BACK_S or is_far

    def _of_other(self, at_s: float, lasts_s: float, index: int) -> float:
        """Sound of the recording before may still follow the first pictures of the next."""
        end_s = self._ends_s.get(index)
        shift_s = self.shift_s
        if end_s is not None:
            shift_s = min(self.shift_s, self._shift_before_s, key=lambda shift_s: abs(at_s + shift_s - end_s))
        self._ends_s[index] = at_s + shift_s + lasts_s
        return shift_s

    def _reach(self, end_s: float) -> bool:
        reached_s = end_s if self._reached_s is None else self._reached_s
        if end_s > max(reached_s + self._far_s, self._next_s):
            return False
        self._reached_s = max(end_s, reached_s)
        return True


def _usual_s(stream: VideoStream) -> float:
    return min(1 / float(stream.average_rate), MAX_STILL_S) if stream.average_rate else _FRAME_S
