"""Reads the sound of a video file, on the same clock as its pictures."""

from contextlib import suppress
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from data.media import clock_zero_s

RATE = 48_000
Sound = NDArray[np.float32]

# Stretches that lie nearer than this belong together: times are rounded to the file's own time base.
_SNAP = RATE // 100
# Some codecs need a little of what came before.
_LEAD_S = 0.5


def sound_between(path: Path, start_s: float, end_s: float) -> Sound | None:
    """[2, samples] at `RATE`, silent where there is none or it can't be decoded; None without an audio stream."""
    with av.open(str(path), metadata_errors="ignore") as container:
        if not container.streams.audio:
            return None
        heard = np.zeros((2, round((end_s - start_s) * RATE)), np.float32)
        with suppress(av.FFmpegError):  # what could be decoded is there
            _fill(heard, container, start_s)
        return heard


def _fill(heard: Sound, container: InputContainer, start_s: float) -> None:
    zero_s = clock_zero_s(container)
    container.seek(int((zero_s + start_s - _LEAD_S) * av.time_base), backward=True)
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
    expected: int | None = None
    for frame in container.decode(container.streams.audio[0]):
        for piece in resampler.resample(frame):
            if piece.pts is None or piece.time is None:
                continue
            at = round((piece.time - zero_s - start_s) * RATE)
            if expected is not None and abs(at - expected) < _SNAP:
                at = expected
            if at >= heard.shape[1]:
                return
            expected = at + piece.samples
            _place(heard, piece.to_ndarray().astype(np.float32, copy=False), at)


def _place(heard: Sound, samples: Sound, at: int) -> None:
    """Write `samples` at that place, as far as it lies inside."""
    first, last = max(at, 0), min(at + samples.shape[1], heard.shape[1])
    if first < last:
        heard[:, first:last] = samples[:, first - at : last - at]
