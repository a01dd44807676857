"""What is sent: videos that are slow to decode, small pictures that are large, and lists of other files."""

import base64
import io
import struct
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from PIL import Image

SLOW_S = 50
_FPS = 25


def slow_videos(folder: Path, count: int) -> None:
    """720p, with one key frame for the whole length; the same pictures in files of different content."""
    folder.mkdir()
    first = folder / "0.mp4"
    film(first, seconds=SLOW_S, size=(1280, 720))
    pictures = first.read_bytes()
    for number in range(1, count):
        # A box that players skip.
        (folder / f"{number}.mp4").write_bytes(pictures + struct.pack(">I4sI", 12, b"free", number))


def film(path: Path, *, seconds: int, size: tuple[int, int]) -> bytes:
    """H.264 with a single key frame, of a texture that moves."""
    width, height = size
    texture = np.random.default_rng(0).integers(0, 255, (height // 16, width // 16, 3), np.uint8)
    picture = np.kron(texture, np.ones((16, 16, 1), np.uint8))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=_FPS)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "35", "g": "100000", "sc_threshold": "0"}
        for number in range(seconds * _FPS):
            moved = np.roll(picture, number * 4, axis=1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(moved, format="rgb24")))
        container.mux(stream.encode(None))
    return path.read_bytes()


def wide_webp() -> str:
    """16383 × 3050: 50 million pixels in a few KB."""
    return _picture("RGB", (16383, 3050), "WEBP", quality=1, method=0)


def large_png(side: int) -> str:
    """One bit a pixel."""
    return _picture("1", (side, side), "PNG")


def playlist(name: str) -> str:
    """What FFmpeg takes for a video, and reads another file for."""
    return encoded(f"ffconcat version 1.0\nfile {name}\nduration 3\n".encode())


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def bad_bodies(video_id: str) -> Iterator[str]:
    """JSON, and what is nearly JSON, that no search can be made of."""
    deep, half = 200, "\\ud800"
    yield f'{{"query": "{"(" * 300}a AND b{")" * 300}"}}'
    yield f'{{"query": {_nested(deep)}}}'
    yield f'{{"query": {_nested(2000)}}}'
    yield "[" * 100_000
    for time in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        for bound in ("taken_from", "taken_until", "indexed_from", "indexed_until"):
            yield f'{{"query": "a", "filters": {{"{bound}": "{time}"}}}}'
    yield f'{{"query": "a {half}"}}'
    yield f'{{"query": {{"text": "a {half}"}}}}'
    yield f'{{"query": {{"image": "{half}"}}}}'
    yield f'{{"query": "a", "{half}": 1}}'
    yield f'{{"query": "a", "limit": {"9" * 5000}}}'
    yield f'{{"query": {{"moment": {{"video_id": "{video_id}", "start_s": NaN, "end_s": Infinity}}}}}}'


def _nested(deep: int) -> str:
    return '{"and": [' * deep + '{"text": "a"}' + "]}" * deep


def _picture(mode: str, size: tuple[int, int], kind: str, **options: int) -> str:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return encoded(out.getvalue())
