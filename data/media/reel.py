"""Stretches of several videos as one: of one size and rate, each picture whole, on black where it has another shape."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from PIL import Image

from data.media import encoding
from data.media.encoding import LEAD, WHOLE, evenly
from data.media.excerpt import sound_from
from data.media.pixels import Pixels, shown_size, shrunk
from data.media.reading import frames_between
from data.media.sound import RATE, Sound


class Piece(NamedTuple):
    """A stretch from `start_s` on that becomes so many pictures; `rate` is that of its file."""

    path: Path
    start_s: float
    pictures: int
    rate: Fraction


def join(
    pieces: Sequence[Piece],
    to: Path,
    *,
    size: tuple[int, int],
    rate: Fraction,
    has_sound: bool,
    beat: Callable[[], None] = lambda: None,
) -> Iterator[int]:
    """Write them one after the other as an MP4; how many are begun, each time one is. Raises VideoError."""
    grid = evenly(rate)
    whole = sum(piece.pictures for piece in pieces)
    with av.open(str(to), "w", format="mp4", options={"movflags": "faststart"}) as container:
        video = encoding.video_stream(container, size, WHOLE, grid)
        reel = _Reel(pieces, size, rate, beat)
        pictures = ((pixels, at * grid.step) for at, pixels in enumerate(reel.pictures()))
        streams = [encoding.picture_packets(video, pictures, whole * grid.step)]
        sounds = []
        if has_sound:
            sounds.append(encoding.sound_packets(encoding.sound_stream(container), reel.sounds(), reel.sample(whole)))
        told = 0
        for packet in encoding.interleaved(*streams, *sounds):
            container.mux(packet)
            if reel.begun > told:
                told = reel.begun
                yield told


class _Reel:
    """What is seen and heard, piece by piece."""

    def __init__(
        self, pieces: Sequence[Piece], size: tuple[int, int], rate: Fraction, beat: Callable[[], None]
    ) -> None:
        self._pieces, self._size, self._rate, self._beat = pieces, size, rate, beat
        self.begun = 0

    def pictures(self) -> Iterator[Pixels]:
        for piece in self._pieces:
            self.begun += 1
            yield from self._of(piece)

    def sounds(self) -> Iterator[Sound]:
        """Silent where a file is; from `LEAD` before the first to as much after the last."""
        silence = np.zeros((2, LEAD), np.float32)
        yield from chain([silence], self._heard(), [silence])

    def sample(self, picture: int) -> int:
        """The first of a picture: rounding never adds up."""
        return round(picture / self._rate * RATE)

    def _heard(self) -> Iterator[Sound]:
        begins = accumulate((piece.pictures for piece in self._pieces), initial=0)
        for piece, (first, end) in zip(self._pieces, pairwise(begins), strict=True):
            samples = self.sample(end) - self.sample(first)
            for sound in sound_from(piece.path, piece.start_s, samples):
                yield np.zeros((2, samples), np.float32) if sound is None else sound

    def _of(self, piece: Piece) -> Iterator[Pixels]:
        """What is on the screen a little after each picture of the reel begins, so that rounding tears none away."""
        nudge_s = float(min(1 / piece.rate, 1 / self._rate)) / 2
        times = [piece.start_s + float(number / self._rate) + nudge_s for number in range(piece.pictures)]
        shown = frames_between(piece.path, times[0], times[-1] + nudge_s / 2, self._fitted, threads=2)
        pixels, _ = next(shown)
        coming = next(shown, None)
        for time_s in times:
            while coming is not None and coming[1] <= time_s:
                pixels, coming = coming[0], next(shown, None)
            yield pixels

    def _fitted(self, frame: av.VideoFrame) -> Pixels:
        """[H, W, 3] RGB of the reel's size, the whole picture in its own shape."""
        self._beat()
        width, height = self._size
        own_width, own_height = shown_size(frame)
        scale = min(width / own_width, height / own_height)
        fitted = max(1, min(width, round(own_width * scale))), max(1, min(height, round(own_height * scale)))
        pixels = shrunk(frame, longest=max(fitted))
        if pixels.shape[:2] != fitted[::-1]:
            pixels = np.asarray(Image.fromarray(pixels).resize(fitted, Image.Resampling.BILINEAR))
        left, top = (width - fitted[0]) // 2, (height - fitted[1]) // 2
        laid = np.zeros((height, width, 3), np.uint8)
        laid[top : top + fitted[1], left : left + fitted[0]] = pixels
        return laid
