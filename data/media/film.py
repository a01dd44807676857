"""An open video file as a film: its pictures in the order in which they are shown, from any second on."""

import itertools
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from data.media.clock import MAX_STILL_S, Clock, Packet
from data.media.container import main_stream, open_container
from data.media.joins import marks_of, nearest_before

# What comes later than a day is damaged: a wrong frame rate would make hours of every picture.
MAX_FILE_S = 24 * 3600.0

# So many packets of the pictures tell what times a file holds, if they come among so many of all streams.
_HEAD, _HEAD_OF_ALL = 16, 20_000
# Pictures that no other one refers to are left out on the way to a second, but for the last of it: where none is shown
# in so long, the way is gone again with all of them.
_UNHURRIED_S = 0.25
# What is nearer than this is decoded to, not sought.
_NEAR_S = 1.0
# A key picture that comes so much later stands for a second that it was sought for.
_SOON_S = 10.0
# What a codec's thread holds: twice a picture of 10 bits in 4:2:0 and some, its stack and its arena.
_THREAD_BYTES_PER_PIXEL = 8
_THREAD_BYTES = 80 << 20
# Some formats know the time of all pictures, but not which are key pictures: the next one may come too late.
_EARLIER_S = (0.0, 2.0, 10.0, 60.0)


class Picture(NamedTuple):
    """A decoded frame and the second at which it is shown."""

    frame: VideoFrame
    second: float


@dataclass(slots=True)
class Damage:
    """Counts the pieces of a file that could not be decoded or placed in time; its last packet ends at `reached_s`."""

    count: int = 0
    reached_s: float = 0.0


def affordable_threads(wanted: int, width: int, height: int, memory_bytes: int) -> int:
    """As many threads of the codec as half of the memory holds; the rest is for the pictures that others refer to."""
    each_bytes = _THREAD_BYTES + width * height * _THREAD_BYTES_PER_PIXEL
    return max(1, min(wanted, memory_bytes // 2 // each_bytes))


class Film:
    """The main pictures of a file; FFmpeg's errors on opening come out as they are.

    Where seeking fails or leads past the wanted second, as it may in AVI, FLV, raw streams and any file without an
    early key picture, the file is opened anew and decoded from its start. Its codec takes fewer than `threads` where
    `memory_bytes` would not hold their pictures.
    """

    container: InputContainer
    stream: VideoStream
    clock: Clock
    _packets: Iterator[Packet]
    _hurries: bool
    _has_hurried: bool
    _hurried_until_s: float

    def __init__(self, path: Path, *, threads: int = 1, memory_bytes: int | None = None) -> None:
        self.path, self._threads, self._memory_bytes = path, threads, memory_bytes
        self._may_hurry = True
        self._stride_s = _NEAR_S
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.container.close()

    def packets(self) -> Iterator[Packet]:
        """From where it stands to the end or the first that can't be read: of all streams, times moved by the clock."""
        for packet in self._packets:
            self.clock.take(packet)
            yield packet

    def pictures(self, damage: Damage | None = None) -> Iterator[Picture]:
        """From where it stands, each later than the one before; what can't be decoded or placed is counted."""
        damage = damage or Damage()
        last_s = -math.inf
        for frame in self._decoded(damage):
            second = self.clock.second(frame)
            if second is None or second < last_s or _is_late(second, last_s):
                damage.count += 1
            elif second > last_s:  # of two at the same time only one can be seen
                last_s = second
                frame.opaque = self.stream.sample_aspect_ratio  # the shape of its pixels, for `data.pixels`
                yield Picture(frame, second)
        damage.reached_s = self.clock.reached_s

    def picture_at(self, second: float) -> Picture | None:
        """The one on the screen then (the nearest at either end); None when none can be decoded."""
        self._show(second)
        if self._has_hurried and self._shown is not None and self._shown.second < self._hurried_until_s:
            # Perhaps one of those left out was on the screen.
            self._may_hurry = self._has_hurried = False
            self._go_to(second)
            self._pass_to(second)
        return self._shown

    def key_picture(self, second: float) -> Picture | None:
        """The key picture before it, or soon after it where the file knows no better; else what is on the screen then.

        In a file that can't be sought in, that is decoded to.
        """
        if self.clock.tells_any and self._stride_s < math.inf:
            if self._shown is None:
                self._prime() if self._tells_times else self._begin()
            if self.seek(second):
                self._begin()
                if self._shown is not None and self._shown.second < second + _SOON_S:
                    return self._shown
            if self._shown is None:
                self.reopen()
        return self.picture_at(second)

    def following(self) -> Iterator[Picture]:
        """Those after what `picture_at` gave last."""
        if self._coming is not None:
            yield self._coming
            yield from self._ahead

    def seek(self, second: float) -> bool:
        """Go on from a key picture, before that second where the file allows it; False when it can't be sought in."""
        marks = marks_of(self.path, self.container)
        shift_s = 0.0
        try:
            if marks:
                mark = nearest_before(marks, second)
                shift_s = mark.shift_s
                self.container.seek(mark.byte, unsupported_byte_offset=True)
            else:
                self.container.seek(round((self.clock.zero_s + second) * av.time_base), backward=True)
        except (av.FFmpegError, OverflowError):
            return False
        self.clock.resume(shift_s)
        self._packets = self._readable(self.container.demux())
        return True

    def reopen(self) -> None:
        """Go on from the start."""
        self.container.close()
        self._open()

    def _open(self) -> None:
        self.container = open_container(self.path)
        try:
            self.stream = main_stream(self.container, self.path)
        except BaseException:
            self.container.close()
            raise
        self._set_threads()
        self._is_broken, self._has_key = False, False
        self._hurries, self._has_hurried, self._hurried_until_s = False, False, -math.inf
        packets = self._readable(self.container.demux())
        head = self._head(packets)
        self.clock = Clock(self.container, self.stream, head)
        self._packets = itertools.chain(head, packets)
        self._shown: Picture | None = None
        self._coming: Picture | None = None

    def _set_threads(self) -> None:
        threads = self._threads
        if self._memory_bytes is not None:
            threads = affordable_threads(threads, self.stream.width, self.stream.height, self._memory_bytes)
        self.stream.codec_context.thread_count = threads
        if threads > 1:
            self.stream.thread_type = "AUTO"

    def _readable(self, packets: Iterator[Packet]) -> Iterator[Packet]:
        try:
            yield from packets
        except av.FFmpegError:
            self._is_broken = True  # the rest can't be read: what was there counts
        except IndexError:
            pass  # PyAV stumbles at the end over streams that came up on the way
        # However it ended, the decoder still holds pictures.
        last = av.Packet()
        last.stream = self.stream
        yield last

    def _head(self, packets: Iterator[Packet]) -> list[Packet]:
        head: list[Packet] = []
        own = 0
        for packet in itertools.islice(packets, _HEAD_OF_ALL):
            head.append(packet)
            own += packet.stream is self.stream
            if own == _HEAD:
                break
        return head

    def _decoded(self, damage: Damage) -> Iterator[VideoFrame]:
        for packet in self.packets():
            if packet.stream is not self.stream:
                continue
            self._has_key = self._has_key or packet.is_keyframe
            if self._hurried_until_s > 0 or self._hurries:
                self._hurry(packet)
            try:
                yield from self.stream.decode(packet)
            except av.EOFError:
                pass  # it has been told before that no more will come
            except av.FFmpegError:
                # What comes before the first key picture was never meant to be seen.
                damage.count += self._has_key
        damage.count += self._is_broken

    def _hurry(self, packet: Packet) -> None:
        is_early = packet.pts is not None and self.clock.second_of(packet) < self._hurried_until_s
        hurries = is_early and self._may_hurry and self._tells_times
        if hurries != self._hurries:
            self._hurries = hurries
            self._has_hurried = self._has_hurried or hurries
            self.stream.codec_context.skip_frame = "NONREF" if hurries else "DEFAULT"

    def _show(self, second: float) -> None:
        if self._shown is None and self._tells_times and second > _NEAR_S:
            self._prime()
            self._go_to(second)
        elif self._shown is None:
            self._begin()
        if self._shown is not None and not 0 <= second - self._shown.second <= self._stride_s:
            self._go_to(second)
        self._pass_to(second)

    @property
    def _tells_times(self) -> bool:
        """Whether every packet says when its picture is shown; else the clock learns from the first pictures."""
        return self.clock.tells_all and self.clock.tells_presentation

    def _prime(self) -> None:
        """Some decoders must know what the first packet says, wherever they go on: x264's 4:4:4 comes out green."""
        codec = self.stream.codec_context
        for packet in self.packets():
            if packet.stream is self.stream and packet.size:
                # It reads the packet and leaves the picture out; others are told once what to leave out, for good.
                codec.skip_frame = "ALL" if codec.name == "h264" else "DEFAULT"
                with suppress(av.FFmpegError):
                    self.stream.decode(packet)
                codec.skip_frame = "DEFAULT"
                return

    def _go_to(self, second: float) -> None:
        self._hurried_until_s = second - _UNHURRIED_S
        for earlier_s in _EARLIER_S:
            if not self.clock.tells_any or not self.seek(second - earlier_s):
                break
            self._begin()
            if self._shown is not None and self._shown.second <= second:
                # Where key pictures are far apart, the next second is reached by going on.
                self._stride_s = max(_NEAR_S, second - self._shown.second)
                return
            if earlier_s > second:
                break
        self.reopen()
        self._hurried_until_s = second - _UNHURRIED_S
        self._begin()
        self._stride_s = math.inf

    def _begin(self) -> None:
        self._ahead = self.pictures()
        self._shown, self._coming = next(self._ahead, None), next(self._ahead, None)

    def _pass_to(self, second: float) -> None:
        self._hurried_until_s = second - _UNHURRIED_S
        while self._coming is not None and self._coming.second <= second:
            self._shown, self._coming = self._coming, next(self._ahead, None)


def _is_late(second: float, last_s: float) -> bool:
    return second > MAX_FILE_S or (last_s > -math.inf and second > last_s + MAX_STILL_S)
