"""Stretches of a video as anything can play them: H.264 with AAC, each a file of its own whose times begin at 0.

Parts for browsers are small. A file's parts lie on one grid from second 0 of the player's clock, and each begins with
the picture that is on the screen there: laid one after another at `number` × `PART_S` they are the video, to the frame.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import av
from av.container import OutputContainer

from data.media import encoding
from data.media.encoding import AAC_FRAME, ANYWHERE, LEAD, LONGEST, WHOLE, Grid, even_sides, evenly
from data.media.pixels import Pixels, shrunk
from data.media.reading import frames_between
from data.media.sound import RATE, Sound, sound_between

# A whole number of AAC frames, so that no packet of sound lies in two parts.
PART_SAMPLES = 240 * AAC_FRAME
PART_S = PART_SAMPLES / RATE
"""5.12 seconds."""
# Sound is decoded a minute at a time.
_MINUTE = 2812 * AAC_FRAME


class _Look(NamedTuple):
    """How long a side may be, in pixels, how x264 is told to encode, and where pictures may begin."""

    longest: int
    x264: dict[str, str]
    grid: Grid = ANYWHERE


_SMALL = _Look(960, {"preset": "veryfast", "tune": "zerolatency", "crf": "25"})


def part(path: Path, start_s: float) -> bytes:
    """A fragmented MP4 of [start_s, start_s + PART_S), small. Raises VideoError."""
    out = BytesIO()
    with av.open(out, "w", format="mp4", options={"movflags": "empty_moov+default_base_moof"}) as container:
        _write(container, path, start_s, PART_SAMPLES, _SMALL, lambda: None)
    return out.getvalue()


def cut(
    path: Path,
    start_s: float,
    end_s: float,
    to: Path,
    *,
    rate: Fraction | None = None,
    timecode: str | None = None,
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Write [start_s, end_s) as an MP4 of the size in which the video is shown, to the frame.

    Where its pictures come evenly, `rate` says how many a second, and so do those of the copy, to the tick. `timecode`
    is that of the first. `beat` is called for every picture. Raises VideoError, and OSError where it can't be written.
    """
    look = _Look(LONGEST, WHOLE, ANYWHERE if rate is None else evenly(rate))
    with av.open(str(to), "w", format="mp4", options={"movflags": "faststart"}) as container:
        if timecode is not None:
            container.metadata["timecode"] = timecode
        _write(container, path, start_s, round((end_s - start_s) * RATE), look, beat)


def _write(
    container: OutputContainer, path: Path, start_s: float, samples: int, look: _Look, beat: Callable[[], None]
) -> None:
    """As long as so many samples of sound last, whether there is sound or not."""
    end_s = start_s + samples / RATE
    sounds = sound_from(path, start_s - LEAD / RATE, samples + 2 * LEAD)
    sound = next(sounds)
    # On a grid half a picture is left for what files round.
    until_s = end_s if look.grid == ANYWHERE else end_s - look.grid.step_s / 2
    pictures = frames_between(path, start_s, until_s, partial(_even, longest=look.longest, beat=beat), threads=2)
    first = next(pictures)
    height, width = first[0].shape[:2]
    video = encoding.video_stream(container, (width, height), look.x264, look.grid)
    end = look.grid.ticks(end_s - start_s)
    shown = encoding.picture_packets(video, _placed(first, pictures, start_s, look.grid), end)
    if sound is None:
        encoding.write(container, shown)
    else:
        heard = encoding.sound_stream(container)
        encoding.write(container, shown, encoding.sound_packets(heard, _all(sound, sounds), samples))


def sound_from(path: Path, start_s: float, samples: int) -> Iterator[Sound | None]:
    """So many samples from there on, in pieces; one None where there is no sound. Raises VideoError."""
    for at in range(0, samples, _MINUTE):
        until = min(at + _MINUTE, samples)
        sound = sound_between(path, start_s + at / RATE, start_s + until / RATE)
        yield sound
        if sound is None:
            return


def _all(first: Sound, others: Iterator[Sound | None]) -> Iterator[Sound]:
    yield first
    yield from (sound for sound in others if sound is not None)


def _even(frame: av.VideoFrame, *, longest: int, beat: Callable[[], None]) -> Pixels:
    """[H, W, 3] RGB with even sides."""
    beat()
    return even_sides(shrunk(frame, longest=longest))


def _placed(
    first: tuple[Pixels, float], others: Iterator[tuple[Pixels, float]], start_s: float, grid: Grid
) -> Iterator[tuple[Pixels, int]]:
    """Pictures with their ticks since `start_s`; the first was on the screen before it."""
    yield first[0], 0
    last = 0
    for pixels, time_s in others:
        ticks = grid.ticks(time_s - start_s)
        if ticks > last:
            yield pixels, ticks
            last = ticks
