"""All the sound of a video file as a recogniser of speech wants it, in blocks on the player's clock."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from data.media.container import told_as_video_error
from data.media.film import MAX_FILE_S, Film

RATE = 16_000
Voice = NDArray[np.float32]

# What lies nearer than this to its place belongs to what came before: times are rounded to the file's own time base.
_SNAP = RATE // 20


def voice(path: Path, block_s: float, beat: Callable[[], None] = lambda: None) -> Iterator[Voice]:
    """Mono at `RATE`, from 0 on, `block_s` at a time (the last one shorter): silent where there is none.

    Holds one block. None of a file without sound. Raises VideoError.
    """
    with told_as_video_error(path, "speech"), Film(path) as film:
        if film.container.streams.audio:
            yield from _in_blocks(_placed(film, beat), round(block_s * RATE))


def _placed(film: Film, beat: Callable[[], None]) -> Iterator[Voice]:
    """Pieces that follow one another, with silence where the file has a gap."""
    reached = 0
    for samples, start_s in _resampled(film, beat):
        start = round((start_s - film.clock.zero_s) * RATE)
        if start - reached > _SNAP and start <= MAX_FILE_S * RATE:
            yield from _silence(start - reached)
            reached = start
        # What comes again, or before the beginning, has no place.
        late = max(0, reached - start) if reached - start > _SNAP else 0
        yield samples[late:]
        reached += max(0, len(samples) - late)


def _silence(count: int) -> Iterator[Voice]:
    for at in range(0, count, 60 * RATE):
        yield np.zeros(min(60 * RATE, count - at), np.float32)


def _resampled(film: Film, beat: Callable[[], None]) -> Iterator[tuple[Voice, float]]:
    resampler = _resampler()
    for frame in _frames(film, beat):
        try:
            pieces = resampler.resample(frame)
        except ValueError:
            # Joined recordings may differ in rate and channels.
            resampler = _resampler()
            pieces = resampler.resample(frame)
        for piece in pieces:
            if piece.pts is not None and piece.time is not None:
                yield piece.to_ndarray()[0].astype(np.float32, copy=False), piece.time


def _frames(film: Film, beat: Callable[[], None]) -> Iterator[AudioFrame]:
    stream = film.container.streams.audio[0]
    for packet in film.packets():
        beat()
        if packet.stream is stream:
            with suppress(av.FFmpegError):  # what could be decoded is there
                yield from stream.decode(packet)


def _resampler() -> av.AudioResampler:
    return av.AudioResampler(format="fltp", layout="mono", rate=RATE)


def _in_blocks(pieces: Iterator[Voice], length: int) -> Iterator[Voice]:
    held: list[Voice] = []
    count = 0
    for piece in pieces:
        held.append(piece)
        count += len(piece)
        while count >= length:
            whole = np.concatenate(held)
            yield whole[:length]
            held, count = [whole[length:]], count - length
    if count:
        yield np.concatenate(held)
