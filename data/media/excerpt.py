"""Stretches of a video as anything can play them: H.264 with AAC, each a file of its own whose times begin at 0.

Parts for browsers are small. A file's parts lie on one grid from second 0 of the player's clock, and each begins with
the picture that is on the screen there: laid one after another at `number` × `PART_S` they are the video, to the frame.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from data.media.pixels import Pixels, shrunk
from data.media.reading import frames_between
from data.media.sound import RATE, Sound, sound_between

_AAC_FRAME = 1024
# A whole number of AAC frames, so that no packet of sound lies in two parts.
PART_SAMPLES = 240 * _AAC_FRAME
PART_S = PART_SAMPLES / RATE
"""5.12 seconds."""
# AAC decodes a packet with the one before it, and pads the first.
_LEAD = 2 * _AAC_FRAME

_CLOCK = Fraction(1, 90_000)
_BT601 = 6


class _Look(NamedTuple):
    """How long a side may be, in pixels, and how x264 is told to encode."""

    longest: int
    x264: dict[str, str]


_SMALL = _Look(960, {"preset": "veryfast", "tune": "zerolatency", "crf": "25"})
# Without B frames packets come in the order in which they are shown; no level of H.264 knows longer sides.
_WHOLE = _Look(8192, {"preset": "medium", "crf": "18", "bf": "0"})


def part(path: Path, start_s: float) -> bytes:
    """A fragmented MP4 of [start_s, start_s + PART_S), small. Raises VideoError."""
    out = BytesIO()
    with av.open(out, "w", format="mp4", options={"movflags": "empty_moov+default_base_moof"}) as container:
        _write(container, path, start_s, PART_SAMPLES, _SMALL, lambda: None)
    return out.getvalue()


def cut(path: Path, start_s: float, end_s: float, to: Path, *, beat: Callable[[], None] = lambda: None) -> None:
    """Write [start_s, end_s) as an MP4 of the size in which the video is shown, to the frame.

    `beat` is called for every picture. Raises VideoError, and OSError where it can't be written.
    """
    with av.open(str(to), "w", format="mp4", options={"movflags": "faststart"}) as container:
        _write(container, path, start_s, round((end_s - start_s) * RATE), _WHOLE, beat)


def _write(
    container: OutputContainer, path: Path, start_s: float, samples: int, look: _Look, beat: Callable[[], None]
) -> None:
    """As long as so many samples of sound last, whether there is sound or not."""
    end_s = start_s + samples / RATE
    lead_s = _LEAD / RATE
    sound = sound_between(path, start_s - lead_s, end_s + lead_s)
    pictures = frames_between(path, start_s, end_s, partial(_even, longest=look.longest, beat=beat), threads=2)
    first = next(pictures)
    video = _video_stream(container, first[0], look.x264)
    heard = None if sound is None else container.add_stream("aac", rate=RATE, layout="stereo")
    _write_pictures(container, video, _placed(first, pictures, start_s), round((end_s - start_s) / _CLOCK))
    if sound is not None and heard is not None:
        _write_sound(container, heard, sound, samples)


def _even(frame: av.VideoFrame, *, longest: int, beat: Callable[[], None]) -> Pixels:
    """[H, W, 3] RGB with even sides, as 4:2:0 wants them; of a single row or column there are then two."""
    beat()
    pixels = shrunk(frame, longest=longest)
    doubled = [max(0, 2 - side) for side in pixels.shape[:2]]
    pixels = np.pad(pixels, [(0, doubled[0]), (0, doubled[1]), (0, 0)], mode="edge")
    height, width = pixels.shape[:2]
    return pixels[: height - height % 2 or None, : width - width % 2 or None]


def _video_stream(container: OutputContainer, picture: Pixels, x264: dict[str, str]) -> VideoStream:
    stream = container.add_stream("libx264", rate=30, options=x264)
    stream.height, stream.width = picture.shape[:2]
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = stream.time_base = _CLOCK
    stream.codec_context.colorspace = _BT601
    return stream


def _placed(
    first: tuple[Pixels, float], others: Iterator[tuple[Pixels, float]], start_s: float
) -> Iterator[tuple[Pixels, int]]:
    """Pictures with their ticks since `start_s`; the first was on the screen before it."""
    yield first[0], 0
    last = 0
    for pixels, time_s in others:
        ticks = round((time_s - start_s) / _CLOCK)
        if ticks > last:
            yield pixels, ticks
            last = ticks


def _write_pictures(
    container: OutputContainer, stream: VideoStream, pictures: Iterator[tuple[Pixels, int]], end: int
) -> None:
    packets = [packet for frame in _frames(pictures) for packet in stream.encode(frame)] + stream.encode(None)
    # The last picture stays until the next part begins: without a gap between them.
    ends = [packet.pts or 0 for packet in packets[1:]] + [end]
    for packet, until in zip(packets, ends, strict=True):
        packet.duration = until - (packet.pts or 0)
        container.mux(packet)


def _frames(pictures: Iterator[tuple[Pixels, int]]) -> Iterator[av.VideoFrame]:
    for pixels, ticks in pictures:
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p", dst_colorspace=_BT601)
        frame.pts, frame.time_base = ticks, _CLOCK
        yield frame


def _write_sound(container: OutputContainer, stream: AudioStream, sound: Sound, samples: int) -> None:
    for at in range(0, sound.shape[1], _AAC_FRAME):
        frame = av.AudioFrame.from_ndarray(sound[:, at : at + _AAC_FRAME].copy(), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, at - _LEAD, Fraction(1, RATE)
        _mux_inside(container, stream.encode(frame), samples)
    _mux_inside(container, stream.encode(None), samples)


def _mux_inside(container: OutputContainer, packets: "list[av.Packet[AudioStream]]", samples: int) -> None:
    # In quotes: packets are generic for the type checker only.
    container.mux([packet for packet in packets if packet.pts is not None and 0 <= packet.pts < samples])
