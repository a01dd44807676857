"""Reads video files: what they are, all their pictures in one pass, single pictures. Knows no tower.

Times are seconds on the player's clock: presentation time minus the container's start.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from data.pixels import Pixels, Scaler, shown_size
from data.types import Frames, VideoError

_EXTENSIONS = """
    3g2 3gp asf avi dv f4v flv gif m1v m2t m2ts m2v m4v mjpeg mjpg mkv mov mp4 mpe mpeg mpg mts mxf nut ogm ogv qt rm
    rmvb ts vob webm wmv y4m
"""
EXTENSIONS = frozenset(f".{name}" for name in _EXTENSIONS.split())
MAX_PIXELS = 8192 * 8192
# A frame this far after the one before it is a damaged timestamp, not a long still.
MAX_STILL_S = 6 * 3600.0
# Nor is what comes later than a day: a wrong frame rate would make hours of every picture.
MAX_FILE_S = 24 * 3600.0

_ROUNDING_S = 0.1


class NoPicture(VideoError):
    """The file holds no moving picture: it is skipped, and nothing failed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the container says, None where it says nothing; `pictures_end_s` is where its last picture should end."""

    duration_s: float | None
    pictures_end_s: float | None
    width: int
    height: int
    fps: float
    codec: str
    has_audio: bool
    taken_at: datetime | None


class GridFrame(NamedTuple):
    """A picture [H, W, 3] and the interval it stands for."""

    start_s: float
    end_s: float
    pixels: Pixels


@dataclass(slots=True)
class Damage:
    """Counts the pieces of a file that could not be decoded or placed in time."""

    count: int = 0


def probe(path: Path) -> Facts:
    """What the file is, its size as it is shown. Raises NoPicture or VideoError."""
    if path.is_file() and path.stat().st_size == 0:
        raise VideoError(path, "probe", "the file is empty")
    with _opened(path, "probe") as (container, stream):
        width, height = _shown_size(container, stream)
        return Facts(
            duration_s=_duration_s(container),
            pictures_end_s=_pictures_end_s(container, stream),
            width=width,
            height=height,
            fps=float(stream.average_rate or stream.guessed_rate or 0),
            codec=stream.codec_context.name,
            has_audio=bool(container.streams.audio),
            taken_at=_taken_at(container),
        )


def grid(
    path: Path,
    *,
    per_second: float,
    scaler: Scaler,
    damage: Damage,
    threads: int = 1,
    beat: Callable[[], None] = lambda: None,
) -> Iterator[GridFrame]:
    """Decode once, in order: the picture shown every 1 / per_second from the first one on.

    Pieces that can't be decoded are left out and counted in `damage`. `beat` is called for every decoded frame.
    Raises VideoError when nothing could be decoded.
    """
    with _opened(path, "decode", threads=threads) as (container, stream):
        frames = _heard(_in_order(container, stream, damage), beat)
        first = next(frames, None)
        if first is None:
            raise VideoError(path, "decode", "no picture could be decoded")
        yield from _on_ticks(first, frames, per_second, scaler, stream)


def frames_at(path: Path, times_s: Sequence[float], scaler: Scaler) -> Frames:
    """The pictures shown at these ascending times (the nearest at either end). Raises VideoError."""
    pictures: list[Pixels] = []
    shown_s: list[float] = []
    with _opened(path, "decode") as (container, stream):
        # What only the beginning says of the encoder, a decoder needs to know: without it x264's 4:4:4 comes out green.
        next(_in_order(container, stream, Damage()), None)
        for wanted_s in times_s:
            frame, time_s = _shown_at(container, stream, wanted_s)
            if frame is None:
                raise VideoError(path, "decode", f"no picture could be decoded at {wanted_s:.3f} s")
            pictures.append(scaler(frame))
            shown_s.append(time_s)
    return Frames(np.stack(pictures), np.array(shown_s))


def frames_between(
    path: Path, start_s: float, end_s: float, scaler: Scaler, *, threads: int = 1
) -> Iterator[tuple[Pixels, float]]:
    """The picture on the screen at `start_s` (the nearest at either end), then each before `end_s`, with their times.

    Raises VideoError when none can be decoded.
    """
    with _opened(path, "decode", threads=threads) as (container, stream):
        next(_in_order(container, stream, Damage()), None)  # as for `frames_at`
        found = _shown_from(container, stream, start_s)
        first = next(found, None)
        if first is None:
            raise VideoError(path, "decode", f"no picture could be decoded at {start_s:.3f} s")
        yield scaler(first[0]), first[1]
        for frame, time_s in itertools.takewhile(lambda shown: shown[1] < end_s, found):
            yield scaler(frame), time_s


def midpoints(start_s: float, end_s: float, count: int) -> NDArray[np.float64]:
    """[count] middles of equal segments of [start_s, end_s)."""
    return np.float64(start_s) + (np.arange(count, dtype=np.float64) + 0.5) * ((end_s - start_s) / count)


@contextmanager
def _opened(path: Path, stage: str, *, threads: int = 1) -> Iterator[tuple[InputContainer, VideoStream]]:
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            stream = _main_stream(container, path)
            stream.codec_context.thread_count = threads
            if threads > 1:
                stream.thread_type = "AUTO"
            yield container, stream
    except (av.InvalidDataError, av.EOFError, av.ArgumentError) as error:
        # What each of FFmpeg's formats says of bytes that are not its own.
        raise VideoError(path, stage, f"it is not a video that can be read ({error.strerror})") from error
    except av.FFmpegError as error:
        raise VideoError(path, stage, error.strerror or str(error)) from error
    except MemoryError as error:
        raise VideoError(path, stage, "not enough memory") from error


def _main_stream(container: InputContainer, path: Path) -> VideoStream:
    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        raise NoPicture(path, "probe", "no moving picture in it")
    # Without a codec a stream does not even know its size.
    known = [stream for stream in moving if stream.codec_context is not None]
    if not known:
        raise VideoError(path, "probe", "its codec is not known to this build of FFmpeg")
    best = max(known, key=lambda stream: (bool(stream.disposition & Disposition.default), stream.width * stream.height))
    if best.width * best.height > MAX_PIXELS:
        raise VideoError(path, "probe", f"{best.width}×{best.height} pixels, the limit is {MAX_PIXELS}")
    if best.width * best.height == 0:
        raise VideoError(path, "probe", "the size of its pictures is not known")
    main: VideoStream = best
    return main


def _on_ticks(
    first: tuple[VideoFrame, float],
    frames: Iterator[tuple[VideoFrame, float]],
    per_second: float,
    scaler: Scaler,
    stream: VideoStream,
) -> Iterator[GridFrame]:
    """A frame stays on the screen until the next one comes: whichever is there at a tick is taken."""
    shown, shown_s = first
    origin_s, tick = shown_s, 1
    waiting = shown_s, scaler(shown)
    for frame, frame_s in itertools.chain(frames, [(None, None)]):
        until_s = shown_s + _frame_duration_s(shown, stream) if frame_s is None else frame_s
        while (at_s := origin_s + tick / per_second) < until_s:
            yield GridFrame(waiting[0], at_s, waiting[1])
            # A still that lasts several ticks is scaled once.
            waiting = at_s, waiting[1] if waiting[0] >= shown_s else scaler(shown)
            tick += 1
        if frame is not None and frame_s is not None:
            shown, shown_s = frame, frame_s
    yield GridFrame(waiting[0], until_s, waiting[1])


def _heard(frames: Iterator[tuple[VideoFrame, float]], beat: Callable[[], None]) -> Iterator[tuple[VideoFrame, float]]:
    for frame in frames:
        beat()
        yield frame


def _in_order(
    container: InputContainer, stream: VideoStream, damage: Damage, last_s: float = -np.inf
) -> Iterator[tuple[VideoFrame, float]]:
    """Frames that follow one another in time; what can't be decoded or placed is counted as damage."""
    start_s = clock_zero_s(container)
    for frame in _decoded(container, stream, damage):
        if frame.pts is None:
            damage.count += 1
            continue
        time_s = frame.time - start_s
        is_late = time_s > MAX_FILE_S or (np.isfinite(last_s) and time_s > last_s + MAX_STILL_S)
        if time_s <= last_s or is_late:
            damage.count += 1
            continue
        last_s = time_s
        frame.opaque = stream.sample_aspect_ratio  # the shape of its pixels, for `data.pixels`
        yield frame, time_s


def _decoded(container: InputContainer, stream: VideoStream, damage: Damage) -> Iterator[VideoFrame]:
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.FFmpegError:
            # The rest can't be read: index what was there.
            damage.count += 1
            return
        try:
            yield from packet.decode()
        except av.FFmpegError:
            damage.count += 1


def _shown_at(container: InputContainer, stream: VideoStream, wanted_s: float) -> tuple[VideoFrame | None, float]:
    return next(_shown_from(container, stream, wanted_s), (None, 0.0))


def _shown_from(container: InputContainer, stream: VideoStream, wanted_s: float) -> Iterator[tuple[VideoFrame, float]]:
    """The picture on the screen at `wanted_s` (the nearest at either end), and those that follow it."""
    for seek_s in (wanted_s, -np.inf):
        offset = clock_zero_s(container) + seek_s
        container.seek(int(offset * av.time_base) if np.isfinite(offset) else -(1 << 62), backward=True)
        held: tuple[VideoFrame, float] | None = None
        for frame, time_s in _in_order(container, stream, Damage()):
            if held is not None and time_s > wanted_s:
                yield held
            if held is None and time_s > wanted_s and np.isfinite(seek_s):
                break  # the index led past the wanted time: begin at the beginning
            held = frame, time_s
        else:
            if held is not None:
                yield held
                return


def clock_zero_s(container: InputContainer) -> float:
    """What the player's clock calls 0, in the file's own time."""
    return (container.start_time or 0) / av.time_base


def _duration_s(container: InputContainer) -> float | None:
    # Matroska's counts from 0 or from the first picture, depending on who wrote it: told apart only when both are one.
    if "matroska" in container.format.name and abs(clock_zero_s(container)) > _ROUNDING_S:
        return None
    return container.duration / av.time_base if container.duration and container.duration > 0 else None


def _pictures_end_s(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration and stream.time_base:
        return float(((stream.start_time or 0) + stream.duration) * stream.time_base) - clock_zero_s(container)
    # Sound may go on after the pictures, so without a word on the stream only a silent file tells.
    return None if container.streams.audio else _duration_s(container)


def _frame_duration_s(frame: VideoFrame, stream: VideoStream) -> float:
    """Of the last frame; its header may claim weeks."""
    if frame.duration and frame.time_base:
        return min(float(frame.duration * frame.time_base), MAX_STILL_S)
    return min(1 / float(stream.average_rate), MAX_STILL_S) if stream.average_rate else 0.04


def _shown_size(container: InputContainer, stream: VideoStream) -> tuple[int, int]:
    """Only frames tell how they are turned, so one is decoded; what the container says of a file that can't be."""
    for frame, _ in _in_order(container, stream, Damage()):
        return shown_size(frame)
    return stream.width, stream.height


def _taken_at(container: InputContainer) -> datetime | None:
    try:
        taken = datetime.fromisoformat(container.metadata["creation_time"])
    except (KeyError, ValueError):
        return None
    return taken.astimezone(UTC) if taken.tzinfo else taken.replace(tzinfo=UTC)
