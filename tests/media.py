"""Videos made in code whose every frame is known: what any test of decoding, cutting or timing starts from.

`scenes` writes a sound file; the verbs below it (`turn`, `cut_by_edit_list`, …) change one in place, most by editing
the boxes of an MP4 file (ISO/IEC 14496-12), and the rest write odd ones. Every function returns the path it was given.
VP9 in 10 bits is missing: the libvpx in PyAV's wheels encodes 8 only.
"""

import colorsys
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]

SIZE = (160, 120)
INTERLACED = {"flags": "+ildct+ilme"}
"""Encoder options of `scenes`: top field first."""
HDR10 = {"color_primaries": "bt2020", "color_trc": "smpte2084", "colorspace": "bt2020nc"}
"""Encoder options of `scenes`, for a 10-bit pixel format."""

_SAMPLE_RATE = 48_000
_UNTAGGED = 2
_MILLISECOND = Fraction(1, 1000)


def picture(scene: int, size: tuple[int, int] = SIZE) -> Picture:
    """[H, W, 3] RGB of one scene: a texture of 8 × 8 blocks in a colour of its own, the top left quarter dark."""
    width, height = size
    hue = scene * 0.381966 % 1  # golden section: neighbours differ most
    blocks = np.random.default_rng(scene).uniform(0.6, 1.0, (height // 8 + 1, width // 8 + 1, 1))
    colour = 255 * np.array(colorsys.hsv_to_rgb(hue, 0.8, 1.0))
    pixels: Picture = (np.kron(blocks, np.ones((8, 8, 1)))[:height, :width] * colour).astype(np.uint8)
    pixels[: height // 2, : width // 2] //= 4
    return pixels


def white(size: tuple[int, int] = SIZE) -> Picture:
    """[H, W, 3] RGB of a flash."""
    return np.full((size[1], size[0], 3), 255, np.uint8)


def scenes(
    path: Path,
    *,
    cuts_s: Sequence[float] = (),
    duration_s: float = 6.0,
    fps: float = 25.0,
    times_s: Sequence[float] | None = None,
    flash_s: tuple[float, float] | None = None,
    start_s: float = 0.0,
    size: tuple[int, int] = SIZE,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    options: Mapping[str, str] | None = None,
    audio: str | None = None,
    pixel_shape: Fraction | None = None,
    matrix: int | None = None,
) -> Path:
    """Write still scenes 0, 1, … that change at `cuts_s`, white during `flash_s`; the suffix chooses the container.

    All times count from the first frame, which the container puts at `start_s`. `times_s` (whole milliseconds) gives
    every frame's time instead of `fps`. `audio` is the codec of a tone that starts at 0 and lasts as long.
    `pixel_shape` is a pixel's width over its height; `matrix` is BT.709's (1) or BT.601's (5), and the file won't tell.
    """
    times = list(times_s) if times_s is not None else [n / fps for n in range(round(duration_s * fps))]
    base = _MILLISECOND if times_s is not None else 1 / Fraction(fps).limit_denominator(1001)
    with av.open(path, "w") as out:
        video = _video_stream(out, codec, fps, size, pixel_format, options or {})
        video.codec_context.time_base = base
        if pixel_shape is not None:
            video.codec_context.sample_aspect_ratio = pixel_shape
        sound = _audio_stream(out, audio) if audio else None
        for time, shown in zip(times, _shown(times, cuts_s, flash_s, size), strict=True):
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24")
            frame.pts, frame.time_base = round(Fraction(start_s + time) / base), base
            encoded = frame.reformat(format=pixel_format, dst_colorspace=matrix)
            if matrix is not None:
                encoded.colorspace = _UNTAGGED
            out.mux(video.encode(encoded))
        out.mux(video.encode())
        if sound is not None:
            _write_tone(out, sound, start_s + duration_s)
    return path


def stills(
    path: Path, pictures: Sequence[Picture], *, codec: str, pixel_format: str, each_s: float = 0.4, fps: int = 10
) -> Path:
    """Write each [H, W, 3] RGB or [H, W, 4] RGBA picture for so many seconds."""
    with av.open(path, "w") as out:
        height, width, channels = pictures[0].shape
        video = _video_stream(out, codec, fps, (width, height), pixel_format, {})
        for n, pixels in enumerate(shown for shown in pictures for _ in range(round(each_s * fps))):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgba" if channels == 4 else "rgb24")
            frame = frame.reformat(format=pixel_format)
            frame.pts = n
            out.mux(video.encode(frame))
        out.mux(video.encode())
    return path


def two_videos(path: Path, *, duration_s: float = 2.0) -> Path:
    """Write two video streams of `SIZE` and twice that, which show scenes 0 and 1."""
    sizes = [SIZE, (SIZE[0] * 2, SIZE[1] * 2)]
    with av.open(path, "w") as out:
        streams = [_video_stream(out, "libx264", 25, size, "yuv420p", {}) for size in sizes]
        for n in range(round(duration_s * 25)):
            for scene, (stream, size) in enumerate(zip(streams, sizes, strict=True)):
                _encode(out, stream, picture(scene, size), n)
        for stream in streams:
            out.mux(stream.encode())
    return path


def audio_only(path: Path, *, duration_s: float = 2.0) -> Path:
    """Write a tone and nothing to see."""
    with av.open(path, "w") as out:
        _write_tone(out, _audio_stream(out, "aac"), duration_s)
    return path


def with_cover(path: Path, *, duration_s: float = 2.0) -> Path:
    """Write an MP4 of a tone with a cover picture, which containers present as a video stream of one frame."""
    with av.open(path, "w") as out:
        sound = _audio_stream(out, "aac")
        cover = _video_stream(out, "mjpeg", 1, SIZE, "yuvj420p", {})
        cover.disposition = Disposition.attached_pic
        _encode(out, cover, picture(0), 0)
        out.mux(cover.encode())
        _write_tone(out, sound, duration_s)
    return path


def empty(path: Path) -> Path:
    """Write no byte."""
    path.write_bytes(b"")
    return path


def text(path: Path) -> Path:
    """Write a text that only has a video's name."""
    path.write_text("This is not a video.\n" * 100)
    return path


def huge_header(path: Path, *, side: int = 16_000) -> Path:
    """Write an MP4 of JPEG frames whose headers all claim `side` × `side` pixels, which the decoder refuses."""
    scenes(path, duration_s=1.0, codec="mjpeg", pixel_format="yuvj420p")
    height_width = struct.pack(">2H", SIZE[1], SIZE[0])
    claimed = struct.pack(">2H", side, side)
    data = path.read_bytes().replace(b"\xff\xc0\x00\x11\x08" + height_width, b"\xff\xc0\x00\x11\x08" + claimed)
    entry = _payload(data, b"mp4v") + 24
    path.write_bytes(data[:entry] + claimed + data[entry + 4 :])
    return path


def huge_canvas(path: Path, *, side: int = 16_000) -> Path:
    """Write a GIF of some bytes that decodes, to a picture of `side` × `side` pixels (1 GB at 16,000)."""
    Image.new("L", (8, 8)).save(path, format="GIF")
    data = path.read_bytes()
    path.write_bytes(data[:6] + struct.pack("<2H", side, side) + data[10:])
    return path


def truncate(path: Path, keep: float) -> Path:
    """Leave the first `keep` (0 to 1) of the bytes; an MP4 without `faststart` then has lost its index."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


def faststart(path: Path) -> Path:
    """Move an MP4's index to the front, so that it survives `truncate`."""
    whole = path.with_name(f"whole-{path.name}")
    path.rename(whole)
    with av.open(whole) as source, av.open(path, "w", options={"movflags": "+faststart"}) as out:
        streams = {s.index: out.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                out.mux(packet)
    whole.unlink()
    return path


def turn(path: Path, degrees: int) -> Path:
    """Have players show an MP4's video turned clockwise by 90, 180 or 270 degrees (the track's display matrix)."""
    a, b = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
    return orient(path, a, b, -b, a)


def orient(path: Path, a: float, b: float, c: float, d: float) -> Path:
    """Have players show an MP4's (x, y) at (ax + cy, bx + dy) (the track's display matrix)."""
    data = bytearray(path.read_bytes())
    # Version 0: 4 bytes of flags and 36 of fields before the matrix, which is in 16.16 and (last column) 2.30.
    at = _payload(data, b"tkhd") + 40
    first, second, third, fourth = (round(number * 65536) for number in (a, b, c, d))
    struct.pack_into(">9i", data, at, first, second, 0, third, fourth, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def cut_by_edit_list(path: Path, skip_s: float) -> Path:
    """Have an MP4's edit list leave out the first `skip_s` of its only track, whose frames all stay in the file."""
    data = bytearray(path.read_bytes())
    at = _payload(data, b"elst") + 8
    duration, media_time = struct.unpack_from(">2i", data, at)
    movie, media = _timescale(data, b"mvhd"), _timescale(data, b"mdhd")
    struct.pack_into(">2i", data, at, duration - round(skip_s * movie), media_time + round(skip_s * media))
    path.write_bytes(data)
    return path


def start_below_zero(path: Path, by_s: float) -> Path:
    """Have the frames of an MP4's only track, encoded with B-frames, start at minus `by_s` (composition offsets)."""
    data = bytearray(path.read_bytes())
    at = _payload(data, b"ctts")
    delay = struct.unpack_from(">i", data, at + 12)[0]  # the first frame's: what the edit list took off until now
    struct.pack_into(">I", data, at, 1 << 24)  # version 1: offsets are signed
    for n in range(struct.unpack_from(">I", data, at + 4)[0]):
        entry = at + 12 + 8 * n
        offset = struct.unpack_from(">i", data, entry)[0] - delay - round(by_s * _timescale(data, b"mdhd"))
        struct.pack_into(">i", data, entry, offset)
    edits = _payload(data, b"edts")
    data[edits - 4 : edits] = b"free"
    path.write_bytes(data)
    return path


def _shown(
    times: Iterable[float], cuts_s: Sequence[float], flash_s: tuple[float, float] | None, size: tuple[int, int]
) -> Iterator[Picture]:
    pictures = [picture(n, size) for n in range(len(cuts_s) + 1)]
    for time in times:
        lit = flash_s is not None and flash_s[0] <= time < flash_s[1]
        yield white(size) if lit else pictures[sum(cut <= time for cut in cuts_s)]


def _video_stream(
    out: OutputContainer, codec: str, fps: float, size: tuple[int, int], pixel_format: str, options: Mapping[str, str]
) -> VideoStream:
    stream = out.add_stream(codec, rate=Fraction(fps).limit_denominator(1001), options=dict(options))
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = size
    stream.pix_fmt = pixel_format
    return stream


def _encode(out: OutputContainer, stream: VideoStream, pixels: Picture, pts: int) -> None:
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=stream.pix_fmt)
    frame.pts = pts
    out.mux(stream.encode(frame))


def _audio_stream(out: OutputContainer, codec: str) -> AudioStream:
    stream = out.add_stream(codec, rate=_SAMPLE_RATE)
    assert isinstance(stream, AudioStream)
    stream.layout = "mono"
    return stream


def _write_tone(out: OutputContainer, stream: AudioStream, duration_s: float) -> None:
    samples = np.sin(2 * np.pi * 440 * np.arange(round(duration_s * _SAMPLE_RATE)) / _SAMPLE_RATE) / 4
    for start in range(0, len(samples), 960):
        block = (samples[None, start : start + 960] * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
        frame.rate, frame.pts = _SAMPLE_RATE, start
        out.mux(stream.encode(frame))
    out.mux(stream.encode())


def _payload(data: bytes | bytearray, box: bytes) -> int:
    """Where what follows the name of the first such box in the index starts."""
    return data.index(box, data.rindex(b"moov")) + 4


def _timescale(data: bytes | bytearray, box: bytes) -> int:
    return int(struct.unpack_from(">I", data, _payload(data, box) + 12)[0])
