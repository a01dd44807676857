"""Parts of a video as a browser can play them: small H.264 with AAC, each part a file of its own.

A file's parts lie on one grid from second 0 of the player's clock, and each begins with the picture that is on the
screen there: laid one after another at `number` × `PART_S` they are the video, to the frame.
"""

from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path

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

_LONGEST = 960
_CLOCK = Fraction(1, 90_000)
_BT601 = 6
_X264 = {"preset": "veryfast", "tune": "zerolatency", "crf": "25"}


def part(path: Path, start_s: float) -> bytes:
    """A fragmented MP4 of [start_s, start_s + PART_S), whose own times begin at 0. Raises VideoError."""
    end_s = start_s + PART_S
    lead_s = _LEAD / RATE
    sound = sound_between(path, start_s - lead_s, end_s + lead_s)
    out = BytesIO()
    with av.open(out, "w", format="mp4", options={"movflags": "empty_moov+default_base_moof"}) as container:
        pictures = frames_between(path, start_s, end_s, _even, threads=2)
        first = next(pictures)
        video = _video_stream(container, first[0])
        heard = None if sound is None else container.add_stream("aac", rate=RATE, layout="stereo")
        _write_pictures(container, video, _placed(first, pictures, start_s), round(PART_S / _CLOCK))
        if sound is not None and heard is not None:
            _write_sound(container, heard, sound)
    return out.getvalue()


def _even(frame: av.VideoFrame) -> Pixels:
    """[H, W, 3] RGB with even sides, as 4:2:0 wants them; of a single row or column there are then two."""
    pixels = shrunk(frame, longest=_LONGEST)
    doubled = [max(0, 2 - side) for side in pixels.shape[:2]]
    pixels = np.pad(pixels, [(0, doubled[0]), (0, doubled[1]), (0, 0)], mode="edge")
    height, width = pixels.shape[:2]
    return pixels[: height - height % 2 or None, : width - width % 2 or None]


def _video_stream(container: OutputContainer, picture: Pixels) -> VideoStream:
    stream = container.add_stream("libx264", rate=30, options=_X264)
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


def _write_sound(container: OutputContainer, stream: AudioStream, sound: Sound) -> None:
    for at in range(0, sound.shape[1], _AAC_FRAME):
        frame = av.AudioFrame.from_ndarray(sound[:, at : at + _AAC_FRAME].copy(), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, at - _LEAD, Fraction(1, RATE)
        _mux_inside(container, stream.encode(frame))
    _mux_inside(container, stream.encode(None))


def _mux_inside(container: OutputContainer, packets: "list[av.Packet[AudioStream]]") -> None:
    # In quotes: packets are generic for the type checker only.
    container.mux([packet for packet in packets if packet.pts is not None and 0 <= packet.pts < PART_SAMPLES])
