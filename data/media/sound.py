"""Reads the sound of a video file, on the same clock as its pictures."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from data.media.container import told_as_video_error
from data.media.film import Film

RATE = 48_000
Sound = NDArray[np.float32]

# Stretches that lie nearer than this belong together: times are rounded to the file's own time base.
_SNAP = RATE // 100
# Some codecs need a little of what came before.
_LEAD_S = 0.5


def sound_between(path: Path, start_s: float, end_s: float) -> Sound | None:
    """[2, samples] at `RATE`, silent where there is none or it can't be decoded; None without an audio stream.

    Raises VideoError.
    """
    with told_as_video_error(path, "decode"), Film(path) as film:
        if not film.container.streams.audio:
            return None
        heard = np.zeros((2, round((end_s - start_s) * RATE)), np.float32)
        if not film.seek(start_s - _LEAD_S):
            film.reopen()
        _fill(heard, _frames(film, start_s - _LEAD_S), film.clock.zero_s + start_s)
        return heard


def _frames(film: Film, from_s: float) -> Iterator[AudioFrame]:
    """Those of the first audio stream; what lies before `from_s` may be left out."""
    stream = film.container.streams.audio[0]
    for packet in film.packets():
        if packet.stream is stream and not 0 < film.clock.end_of(packet) < from_s:
            with suppress(av.FFmpegError):  # what could be decoded is there
                yield from stream.decode(packet)


def _fill(heard: Sound, frames: Iterator[AudioFrame], start_s: float) -> None:
    """`start_s` is in the file's own time, as that of `frames` is."""
    expected: int | None = None
    for piece in _resampled(frames):
        if piece.pts is None or piece.time is None:
            continue
        at = round((piece.time - start_s) * RATE)
        if expected is not None and abs(at - expected) < _SNAP:
            at = expected
        if at >= heard.shape[1]:
            return
        expected = at + piece.samples
        _place(heard, piece.to_ndarray().astype(np.float32, copy=False), at)


def _resampled(frames: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
    resampler = _resampler()
    for frame in frames:
        try:
            yield from resampler.resample(frame)
        except ValueError:
            # Joined recordings may differ in rate and channels.
            resampler = _resampler()
            yield from resampler.resample(frame)


def _resampler() -> av.AudioResampler:
    return av.AudioResampler(format="fltp", layout="stereo", rate=RATE)


def _place(heard: Sound, samples: Sound, at: int) -> None:
    """Write `samples` at that place, as far as it lies inside."""
    first, last = max(at, 0), min(at + samples.shape[1], heard.shape[1])
    if first < last:
        heard[:, first:last] = samples[:, first - at : last - at]
