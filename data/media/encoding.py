"""Pictures and sound as an MP4 that anything can play, written as they come: H.264 without B frames, and AAC."""

import heapq
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from data.media.pixels import Pixels
from data.media.sound import RATE, Sound

# In quotes: packets are generic for the type checker only.
Packets: TypeAlias = "Iterator[av.Packet[Any]]"

AAC_FRAME = 1024
# AAC decodes a packet with the one before it, and pads the first.
LEAD = 2 * AAC_FRAME
# Without B frames packets come in the order in which they are shown; no level of H.264 knows longer sides.
WHOLE, LONGEST = {"preset": "medium", "crf": "18", "bf": "0"}, 8192

_BT601 = 6
_GUESSED_RATE = 30


class Grid(NamedTuple):
    """Where pictures may begin: at multiples of `step` ticks of a clock."""

    clock: Fraction
    step: int

    @property
    def step_s(self) -> float:
        return float(self.clock * self.step)

    def ticks(self, seconds: float) -> int:
        return round(seconds / self.step_s) * self.step


ANYWHERE = Grid(Fraction(1, 90_000), 1)


def evenly(rate: Fraction) -> Grid:
    """So many pictures a second, to the tick."""
    return Grid(Fraction(1, rate.numerator), rate.denominator)


def even_sides(pixels: Pixels) -> Pixels:
    """As 4:2:0 wants them; of a single row or column there are then two."""
    doubled = [max(0, 2 - side) for side in pixels.shape[:2]]
    pixels = np.pad(pixels, [(0, doubled[0]), (0, doubled[1]), (0, 0)], mode="edge")
    height, width = pixels.shape[:2]
    return pixels[: height - height % 2 or None, : width - width % 2 or None]


def video_stream(
    container: OutputContainer, size: tuple[int, int], x264: dict[str, str], grid: Grid = ANYWHERE
) -> VideoStream:
    """For pictures of this width and height."""
    rate = _GUESSED_RATE if grid == ANYWHERE else 1 / (grid.clock * grid.step)
    stream = container.add_stream("libx264", rate=rate, options=x264)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = stream.time_base = grid.clock
    stream.codec_context.colorspace = _BT601
    return stream


def sound_stream(container: OutputContainer) -> AudioStream:
    """For stereo at `RATE`."""
    return container.add_stream("aac", rate=RATE, layout="stereo")


def picture_packets(stream: VideoStream, pictures: Iterator[tuple[Pixels, int]], end: int) -> Packets:
    """Pictures with their ticks, the last shown until `end`: without a gap to whatever follows."""
    waiting: av.Packet[VideoStream] | None = None
    for packet in _encoded(stream, pictures):
        if waiting is not None:
            yield _lasting(waiting, packet.pts or 0)
        waiting = packet
    if waiting is not None:
        yield _lasting(waiting, end)


def sound_packets(stream: AudioStream, sounds: Iterable[Sound], samples: int) -> Packets:
    """Those of [0, samples) of a sound in pieces that begins `LEAD` before and ends as much later."""
    for number, piece in enumerate(_in_frames(sounds)):
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, number * AAC_FRAME - LEAD, Fraction(1, RATE)
        yield from _inside(stream.encode(frame), samples)
    yield from _inside(stream.encode(None), samples)


def write(container: OutputContainer, *streams: Packets) -> None:
    """Side by side, as they are played: nothing is held back for the other."""
    for packet in interleaved(*streams):
        container.mux(packet)


def interleaved(*streams: Packets) -> Packets:
    """In the order of their times."""
    return heapq.merge(*streams, key=lambda packet: (packet.pts or 0) * (packet.time_base or Fraction(1)))


def _encoded(stream: VideoStream, pictures: Iterator[tuple[Pixels, int]]) -> Packets:
    for pixels, ticks in pictures:
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p", dst_colorspace=_BT601)
        frame.pts, frame.time_base = ticks, stream.codec_context.time_base or ANYWHERE.clock
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _lasting(packet: "av.Packet[VideoStream]", until: int) -> "av.Packet[VideoStream]":
    packet.duration = until - (packet.pts or 0)
    return packet


def _in_frames(sounds: Iterable[Sound]) -> Iterator[Sound]:
    """Whole frames of AAC, and what is left at the end."""
    rest = np.zeros((2, 0), np.float32)
    for sound in sounds:
        rest = np.concatenate([rest, sound], axis=1)
        whole = rest.shape[1] - rest.shape[1] % AAC_FRAME
        for at in range(0, whole, AAC_FRAME):
            yield rest[:, at : at + AAC_FRAME].copy()
        rest = rest[:, whole:]
    if rest.shape[1]:
        yield rest.copy()


def _inside(packets: "list[av.Packet[AudioStream]]", samples: int) -> Packets:
    return (packet for packet in packets if packet.pts is not None and 0 <= packet.pts < samples)
