"""Films whose pictures carry their number, so that a test sees which one is shown when."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from data.media.pixels import Pixels

SIZE = (112, 64)
RATE = 25
_BITS = 7
_SOUND_RATE = 48_000


def evenly(count: int, *, start_s: float = 0.0) -> list[float]:
    """The seconds of so many pictures at `RATE`."""
    return [start_s + number / RATE for number in range(count)]


def unevenly(count: int) -> list[float]:
    """Whole milliseconds that repeat no rhythm shorter than eight pictures."""
    gaps = np.resize([0.04, 0.04, 0.12, 0.2, 0.04, 0.08, 0.4, 0.04], count - 1)
    return [0.0, *np.cumsum(gaps).round(3).tolist()]


def write(
    path: Path,
    times_s: Sequence[float],
    *,
    codec: str = "libx264",
    reordered: bool = False,
    container: str | None = None,
    first: int = 0,
    sound: str | None = None,
    sound_s: float = 0.0,
    every_key: int = 12,
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """Pictures `first`, `first` + 1, … at these seconds, with B frames where `reordered`; sound begins with them."""
    with av.open(str(path), "w", format=container) as out:
        out.metadata.update(metadata or {})
        video = _video_stream(out, codec, times_s, reordered=reordered, every_key=every_key)
        heard = out.add_stream(sound, rate=_SOUND_RATE) if sound else None
        packets: list[av.Packet[Any]] = list(_pictures(video, times_s, first))
        if isinstance(heard, AudioStream):
            packets += _sound(heard, times_s[0], sound_s)
        # As a recorder stores them: pictures and sound of one moment side by side.
        for packet in sorted(packets, key=lambda packet: (packet.dts or 0) * (packet.time_base or 0)):
            out.mux(packet)
    return path


def _video_stream(
    out: OutputContainer, codec: str, times_s: Sequence[float], *, reordered: bool, every_key: int
) -> VideoStream:
    options = {"bf": "2" if reordered else "0", "g": str(every_key)}
    if codec == "libx264":
        options |= {"b_strategy": "0", "sc_threshold": "0"}
    video = out.add_stream(codec, rate=RATE, options=options)
    assert isinstance(video, VideoStream)
    video.width, video.height = SIZE
    video.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    video.bit_rate = 2_000_000
    is_even = np.allclose(np.diff(times_s), 1 / RATE, atol=1e-6)
    video.codec_context.time_base = Fraction(1, RATE) if is_even else Fraction(1, 1000)
    return video


def _pictures(stream: VideoStream, times_s: Sequence[float], first: int) -> "Iterator[av.Packet[VideoStream]]":
    base = stream.codec_context.time_base
    assert base is not None
    for number, second in enumerate(times_s, first):
        frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
        frame.pts, frame.time_base = round(Fraction(second).limit_denominator(1000) / base), base
        yield from stream.encode(frame.reformat(format=stream.pix_fmt))
    yield from stream.encode()


def number_of(pixels: Pixels) -> int:
    """The number in a picture of any size."""
    height, width = pixels.shape[:2]
    row = pixels[height // 8 : height * 3 // 8].mean(axis=(0, 2))
    middles = ((np.arange(_BITS) + 0.5) * width / _BITS).astype(int)
    reach = max(1, width // _BITS // 4)
    return sum(int(row[at - reach : at + reach].mean() > 128) << bit for bit, at in enumerate(middles))


def as_it_is(frame: av.VideoFrame) -> Pixels:
    """A scaler that changes nothing."""
    pixels: Pixels = frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
    return pixels


def picture(number: int) -> Pixels:
    width, height = SIZE
    pixels = np.full((height, width, 3), 90, np.uint8)
    pixels[height // 2 :] = np.random.default_rng(number).integers(60, 120, (height // 2, width, 3), np.uint8)
    for bit in range(_BITS):
        column = slice(bit * width // _BITS, (bit + 1) * width // _BITS)
        pixels[: height // 2, column] = 235 if number >> bit & 1 else 16
    return pixels


def _sound(stream: AudioStream, start_s: float, duration_s: float) -> "list[av.Packet[AudioStream]]":
    stream.layout = "mono"
    format_ = stream.codec_context.format
    resampler = av.AudioResampler(format=format_.name if format_ else "fltp", layout="mono", rate=_SOUND_RATE)
    noise = np.random.default_rng(0).normal(0, 3000, round(duration_s * _SOUND_RATE)).astype(np.int16)
    packets: list[av.Packet[AudioStream]] = []
    for at in range(0, len(noise) - 1151, 1152):
        frame = av.AudioFrame.from_ndarray(noise[None, at : at + 1152], format="s16", layout="mono")
        frame.rate, frame.time_base = _SOUND_RATE, Fraction(1, _SOUND_RATE)
        frame.pts = round(start_s * _SOUND_RATE) + at
        packets += [packet for piece in resampler.resample(frame) for packet in stream.encode(piece)]
    return packets + stream.encode()
