"""Reads video files: what they are, all their pictures in one pass, single pictures. Knows no tower.

Times are seconds on the player's clock: presentation time minus the container's start.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from data.media.clock import frame_s
from data.media.container import MAX_PIXELS, NoPicture, told_as_video_error
from data.media.facts import Facts, duration_s, facts_of
from data.media.film import MAX_FILE_S, Damage, Film, Picture
from data.media.pixels import Pixels, Scaler, shaped_as
from data.remote.opening import is_remote
from data.types import Frames, VideoError

__all__ = [
    "EXTENSIONS",
    "MAX_FILE_S",
    "MAX_PIXELS",
    "TOLERATED_S",
    "Damage",
    "Facts",
    "GridFrame",
    "NoPicture",
    "frames_at",
    "frames_between",
    "grid",
    "key_frames_at",
    "midpoints",
    "probe",
    "readable_s",
]

_EXTENSIONS = """
    264 265 360 3g2 3gp 3gp2 3gpp 3gpp2 amv asf av1 avc avi dav divx dv dvr-ms evo f4p f4v flv gif gxf h261 h263
    h264 h265 hevc insv ivf k3g lrf lrv m1v m2p m2t m2ts m2v m4v mj2 mjp2 mjpeg mjpg mk3d mkv mod mov mp2v mp4
    mp4v mpe mpeg mpeg1 mpeg2 mpeg4 mpg mpg2 mpv mqv mts mxf nsv nut nuv obu ogm ogv osv qt rec rm rmvb ssif tod tp trp
    ts vdr vob vro webm wm wmv wtv xvid y4m
"""
EXTENSIONS = frozenset(f".{name}" for name in _EXTENSIONS.split())

# Less than this missing at the end is how containers round, not damage.
TOLERATED_S = 1.0

Find = Callable[[float], Picture | None]


class GridFrame(NamedTuple):
    """A picture [H, W, 3] and the interval it stands for."""

    start_s: float
    end_s: float
    pixels: Pixels


def probe(path: Path) -> Facts:
    """What the file is, its size as it is shown. Raises NoPicture or VideoError."""
    if not is_remote(path) and path.is_file() and path.stat().st_size == 0:
        raise VideoError(path, "probe", "the file is empty")
    with _film(path, "probe") as film:
        return facts_of(film)


def readable_s(path: Path) -> float:
    """How long it is as far as it can be read. Raises VideoError."""
    with _film(path, "decode") as film:
        said_s = duration_s(film)
        if said_s is not None and film.seek(said_s - TOLERATED_S) and _end_s(film) > said_s - TOLERATED_S:
            return said_s
        film.reopen()
        return _end_s(film)


def grid(
    path: Path,
    *,
    per_second: float,
    scaler: Scaler,
    damage: Damage,
    threads: int = 1,
    memory_bytes: int | None = None,
    beat: Callable[[], None] = lambda: None,
) -> Iterator[GridFrame]:
    """Decode once, in order: the picture shown every 1 / per_second from the first one on.

    Pieces that can't be decoded are left out and counted in `damage`. `beat` is called for every decoded frame.
    Of `threads` the codec takes as many as `memory_bytes` hold.
    Raises VideoError when nothing could be decoded.
    """
    with _film(path, "decode", threads=threads, memory_bytes=memory_bytes) as film:
        pictures = _heard(film.pictures(damage), beat)
        first = next(pictures, None)
        if first is None:
            raise VideoError(path, "decode", "no picture could be decoded")
        yield from _on_ticks(first, pictures, per_second, scaler, film.stream)


def frames_at(path: Path, times_s: Sequence[float], scaler: Scaler, *, threads: int = 2) -> Frames:
    """The pictures shown at these ascending times (the nearest at either end), all of the first one's shape.

    Raises VideoError.
    """
    with _film(path, "decode", threads=threads) as film:
        return _shown(path, times_s, scaler, film.picture_at)


def key_frames_at(path: Path, times_s: Sequence[float], scaler: Scaler) -> Frames:
    """Pictures near these ascending times, each found by one seek: key pictures, before them where the file allows it.

    All are of the first one's shape. What can't be sought in is decoded to. Raises VideoError.
    """
    # A second thread would only make the first picture after each seek come later.
    with _film(path, "decode") as film:
        return _shown(path, times_s, scaler, film.key_picture)


def frames_between(
    path: Path, start_s: float, end_s: float, scaler: Scaler, *, threads: int = 1
) -> Iterator[tuple[Pixels, float]]:
    """The picture on the screen at `start_s` (the nearest at either end), then each before `end_s`, with their times.

    Raises VideoError when none can be decoded.
    """
    with _film(path, "decode", threads=threads) as film:
        first = _found(film.picture_at, path, start_s)
        yield scaler(first.frame), first.second
        for frame, second in itertools.takewhile(lambda picture: picture.second < end_s, film.following()):
            yield scaler(frame), second


def midpoints(start_s: float, end_s: float, count: int) -> NDArray[np.float64]:
    """[count] middles of equal segments of [start_s, end_s)."""
    return np.float64(start_s) + (np.arange(count, dtype=np.float64) + 0.5) * ((end_s - start_s) / count)


@contextmanager
def _film(path: Path, stage: str, *, threads: int = 1, memory_bytes: int | None = None) -> Iterator[Film]:
    with told_as_video_error(path, stage), Film(path, threads=threads, memory_bytes=memory_bytes) as film:
        yield film


def _shown(path: Path, times_s: Sequence[float], scaler: Scaler, find: Find) -> Frames:
    pixels: list[Pixels] = []
    shown_s: list[float] = []
    for wanted_s in times_s:
        picture = _found(find, path, wanted_s)
        pixels.append(shaped_as(pixels[0], scaler(picture.frame)) if pixels else scaler(picture.frame))
        shown_s.append(picture.second)
    return Frames(np.stack(pixels), np.array(shown_s))


def _found(find: Find, path: Path, wanted_s: float) -> Picture:
    picture = find(wanted_s)
    if picture is None:
        raise VideoError(path, "decode", f"no picture could be decoded at {wanted_s:.3f} s")
    return picture


def _end_s(film: Film) -> float:
    """Where the last packet ends, or the last picture where packets say nothing; read from where the film stands."""
    if film.clock.tells_any:
        deque(film.packets(), maxlen=0)
        return film.clock.reached_s
    return max((second + frame_s(frame, film.stream) for frame, second in film.pictures()), default=0.0)


def _on_ticks(
    first: Picture, pictures: Iterator[Picture], per_second: float, scaler: Scaler, stream: VideoStream
) -> Iterator[GridFrame]:
    """A frame stays on the screen until the next one comes: whichever is there at a tick is taken."""
    shown, shown_s = first
    origin_s, tick = shown_s, 1
    waiting = shown_s, scaler(shown)
    for frame, second in itertools.chain(pictures, [(None, None)]):
        until_s = shown_s + frame_s(shown, stream) if second is None else second
        while (at_s := origin_s + tick / per_second) < until_s:
            yield GridFrame(waiting[0], at_s, waiting[1])
            # A still that lasts several ticks is scaled once.
            waiting = at_s, waiting[1] if waiting[0] >= shown_s else scaler(shown)
            tick += 1
        if frame is not None and second is not None:
            shown, shown_s = frame, second
    yield GridFrame(waiting[0], until_s, waiting[1])


def _heard(pictures: Iterator[Picture], beat: Callable[[], None]) -> Iterator[Picture]:
    for picture in pictures:
        beat()
        yield picture
