"""Films of any rate whose pictures carry their number, and a small catalogue of them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from data.identity import video_id_of
from data.media import reading
from data.stores.catalog import Catalog, open_catalog
from data.stores.catalog.collections import Pick
from data.types import Location, Video
from search.handover.order import Wish
from tests.numbered import SIZE, as_it_is, number_of, picture

NTSC = Fraction(30_000, 1001)
_SOUND_RATE = 48_000


def film(
    path: Path,
    rate: Fraction | int,
    count: int = 60,
    *,
    every_key: int = 12,
    bframes: int = 0,
    sound: bool = False,
    metadata: Mapping[str, str] | None = None,
    times_s: Sequence[Fraction] = (),
    codec: str = "libx264",
) -> Path:
    """`count` pictures at `rate`, or at `times_s`, numbered from 0."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rate = Fraction(rate)
    with av.open(str(path), "w") as out:
        out.metadata.update(metadata or {})
        video = out.add_stream(codec, rate=rate, options=_options(codec, every_key, bframes))
        assert isinstance(video, VideoStream)
        if codec == "libx265":
            # Of a wide gamut, as phones record it.
            video.codec_context.color_primaries, video.codec_context.color_trc = 9, 16
        video.width, video.height = SIZE
        video.pix_fmt = "yuv420p"
        base = Fraction(1, 1000) if times_s else 1 / rate
        video.codec_context.time_base = base
        heard = out.add_stream("aac", rate=_SOUND_RATE, layout="stereo") if sound else None
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = round(times_s[number] / base) if times_s else number, base
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if heard is not None:
            _add_sound(out, heard, float(count / rate))
    return path


def _options(codec: str, every_key: int, bframes: int) -> dict[str, str]:
    if codec == "libx265":
        said = f"log-level=none:keyint={every_key}:min-keyint={every_key}:bframes={bframes}:open-gop=1:scenecut=0"
        return {"x265-params": said, "preset": "ultrafast"}
    key = {"g": str(every_key), "keyint_min": str(every_key), "sc_threshold": "0"}
    return {**key, "bf": str(bframes), "b_strategy": "0", "preset": "ultrafast"}


def _add_sound(out: av.container.OutputContainer, stream: AudioStream, duration_s: float) -> None:
    wave = (np.sin(np.arange(round(duration_s * _SOUND_RATE)) / 20) * 0.3).astype(np.float32)
    for at in range(0, len(wave) - 1023, 1024):
        frame = av.AudioFrame.from_ndarray(np.stack([wave[at : at + 1024]] * 2), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = _SOUND_RATE, at
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


def unevenly(count: int) -> list[Fraction]:
    """Times that lie on no grid."""
    gaps = [Fraction(each, 1000) for each in np.resize([33, 47, 20, 71, 33, 110], count - 1).tolist()]
    times = [Fraction(0)]
    for gap in gaps:
        times.append(times[-1] + gap)
    return times


def numbers(path: Path) -> list[int]:
    """The number of every picture of a film, as a player shows them one after the other."""
    with av.open(str(path)) as film:
        return [number_of(as_it_is(frame)) for frame in film.decode(video=0)]


def steps(path: Path) -> set[Fraction]:
    """How long each picture but the last is shown."""
    with av.open(str(path)) as film:
        times = [Fraction(frame.pts or 0) * (frame.time_base or Fraction(1)) for frame in film.decode(video=0)]
    return {after - before for before, after in pairwise(times)}


@dataclass
class Shelf:
    """Films of one folder, in a catalogue of their own."""

    folder: Path
    catalog: Catalog

    def add(self, path: Path) -> str:
        """The id of a film below the folder."""
        facts, video_id = reading.probe(path), video_id_of(path)
        video = Video(
            video_id, reading.readable_s(path), facts.width, facts.height, facts.fps, facts.codec, facts.has_audio, None
        )
        self.catalog.store(video, "f" * 32, [], [], None)
        status, name = path.stat(), os.fsencode(path.relative_to(self.folder))
        size, mtime, seen = status.st_size, status.st_mtime_ns, datetime.now(UTC)
        root = os.fsencode(self.folder)
        self.catalog.record(Location(root, name, video_id, size, mtime, "indexed", None, None, size, mtime, seen))
        return video_id

    def wish(self, path: Path, start_s: float, end_s: float, **facts: object) -> Wish:
        return Wish(Pick(self.add(path), start_s, end_s, **facts), os.fsencode(path))  # type: ignore[arg-type]


@contextmanager
def shelf(folder: Path) -> Iterator[Shelf]:
    folder.mkdir(parents=True, exist_ok=True)
    catalog = open_catalog(folder / "catalog.db")
    catalog.add_root(os.fsencode(folder))
    try:
        yield Shelf(folder, catalog)
    finally:
        catalog.close()
