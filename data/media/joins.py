"""Where to go on in a file that joins several recordings, whose own clock therefore names no place in it."""

import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import NamedTuple, cast

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from data.media.clock import FAR_S, Clock, may_leap
from data.media.container import main_stream, open_container
from data.remote.opening import stamp_of

# Larger files are read as a whole only when the clock at so many places in them does not go on evenly.
_LARGE_BYTES = 256 << 20
_PLACES = 64
_UNEVEN = 20
# PyAV stumbles at the end over streams that came up on the way.
_ENDS = (av.FFmpegError, IndexError)


class Mark(NamedTuple):
    """A key picture: the second at which it is shown, where it lies, and how far its recording is moved."""

    second: float
    byte: int
    shift_s: float


def marks_of(path: Path, container: InputContainer) -> Sequence[Mark]:
    """All of a file whose clock leaps, none of any other; `container` is that file. Read once in a process."""
    if not may_leap(container):
        return ()
    return _marks(path, stamp_of(path))


def nearest_before(marks: Sequence[Mark], second: float) -> Mark:
    """The last one at or before that second, else the first."""
    return marks[max(0, bisect_right(marks, second, key=lambda mark: mark.second) - 1)]


@lru_cache(maxsize=64)
def _marks(path: Path, stamp: tuple[object, ...]) -> Sequence[Mark]:
    """`stamp` tells another file under the same path; its first number is the size in bytes."""
    size_bytes = cast(int, stamp[0])
    with open_container(path) as container:
        stream = main_stream(container, path)
        if size_bytes > _LARGE_BYTES and not _is_uneven(container, stream, size_bytes):
            return ()
        if size_bytes > _LARGE_BYTES:
            container.seek(0, unsupported_byte_offset=True)
        marks = list(_key_pictures(container, stream))
    return tuple(marks) if any(mark.shift_s for mark in marks) else ()


def _key_pictures(container: InputContainer, stream: VideoStream) -> Iterator[Mark]:
    clock = Clock(container, stream, ())
    with suppress(*_ENDS):  # what can't be read can't be shown either
        for packet in container.demux():
            clock.take(packet)
            is_key = packet.stream is stream and packet.is_keyframe
            # Without a place or a time of its own it began in the middle of what the format stores as one.
            if is_key and packet.pos is not None and packet.pts is not None:
                yield Mark(clock.second_of(packet), packet.pos, clock.shift_s)


def _is_uneven(container: InputContainer, stream: VideoStream, size_bytes: int) -> bool:
    """Whether the clock at some places goes back, or on much further than between most of them."""
    found = [_clock_at(container, stream, size_bytes * place // _PLACES) for place in range(_PLACES)]
    steps = [after - before for before, after in itertools.pairwise(second for second in found if second is not None)]
    return not steps or min(steps) <= 0 or max(steps) > FAR_S + _UNEVEN * median(steps)


def _clock_at(container: InputContainer, stream: VideoStream, byte: int) -> float | None:
    with suppress(*_ENDS):
        container.seek(byte, unsupported_byte_offset=True)
        for packet in container.demux(stream):
            if packet.dts is not None and packet.time_base:
                return float(packet.dts * packet.time_base)
    return None
