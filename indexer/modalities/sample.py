"""The frames of a clip that its tower sees: none that is black, flat or strongly blurred, where there is another."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from data.media.pixels import Pixels
from data.media.reading import GridFrame, midpoints
from data.types import Frames
from indexer.modalities.segment import Piece

# Detail is measured on pictures of about this many lines: finer, it is noise, and takes longer.
_LINES = 112
# Of a picture's edges the sharpest count: a plane in an empty sky has few, but sharp ones.
_SHARPEST = 1 / 200
# What has less detail shows nothing: black, one colour, a blur without a shape in it. A night scene has 50 and more.
LEAST_DETAIL = 16.0
# So much of what the clip's better frames have: less is the beginning of a fade, or a strong blur.
LEAST_SHARE = 0.2
# Nearly black: 99 % is darker than this, and no small bright thing has more detail than that.
BLACK_LUMA, BLACK_DETAIL = 32, 40.0


def facts(count: int) -> dict[str, object]:
    """What decides which frames are seen: part of the fingerprint."""
    least = [LEAST_DETAIL, LEAST_SHARE, BLACK_LUMA, BLACK_DETAIL]
    return {"rule": "nearest-to-midpoints-that-speak-1", "count": count, "least": least}


def sampled(passed_over: Callable[[], Iterable[Piece]], count: int) -> Iterator[tuple[Piece, Frames]]:
    """Pieces of a video with `count` frames each that speak for them.

    A piece in which none does becomes part of the one before it, or after it at the beginning: no second is lost, and
    none is shown by a black picture. A video in which nothing speaks at all is passed over once more, and taken as it
    is.
    """
    speaks = False
    for piece, frames in _joined((piece, speaking(piece.frames, count)) for piece in passed_over()):
        speaks = True
        yield piece, frames
    if not speaks:
        yield from ((piece, sample(piece.frames, count)) for piece in passed_over())


def sample(frames: Sequence[GridFrame], count: int) -> Frames:
    """The `count` frames nearest the middles of equal segments; short clips repeat frames."""
    return _taken(frames, _nearest(frames, count, np.arange(len(frames))))


def speaking(frames: Sequence[GridFrame], count: int) -> Frames | None:
    """Like `sample`, of those frames that show something; None where none does."""
    chosen = _nearest(frames, count, np.arange(len(frames)))
    # Most clips are done with these: looking at all frames would take five times as long.
    if not _speak([frames[i] for i in np.unique(chosen)]).all():
        speak = np.flatnonzero(_speak(frames))
        if not len(speak):
            return None
        chosen = _nearest(frames, count, speak)
    return _taken(frames, chosen)


def detail_of(pixels: Pixels) -> float:
    """How strong a picture's sharpest edges are, in steps of 8-bit luma; 0 for one that is nearly black.

    The mean of the largest half per cent of the Laplacian's absolute values (of focus measures, Pertuz, Puig and
    Garcia, "Analysis of focus measure operators for shape-from-focus", Pattern Recognition 46, 2013).
    """
    luma = _luma(pixels)
    edges = np.abs(4 * luma[1:-1, 1:-1] - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:]).ravel()
    sharpest = max(1, round(edges.size * _SHARPEST))
    detail = float(np.partition(edges, -sharpest)[-sharpest:].mean())
    is_black = detail < BLACK_DETAIL and np.count_nonzero(luma >= BLACK_LUMA) * 100 < luma.size
    return 0.0 if is_black else detail


def _luma(pixels: Pixels) -> NDArray[np.float32]:
    """Means of square blocks, so that about `_LINES` are left."""
    side = max(1, min(pixels.shape[:2]) // _LINES)
    height, width = (length // side * side for length in pixels.shape[:2])
    luma = pixels[:height, :width, 1] * np.float32(2)
    luma += pixels[:height, :width, 0]
    luma += pixels[:height, :width, 2]
    rows = sum((luma[i::side] for i in range(1, side)), start=luma[::side])
    blocks: NDArray[np.float32] = sum((rows[:, i::side] for i in range(1, side)), start=rows[:, ::side])
    return blocks / np.float32(4 * side**2)


def _speak(frames: Sequence[GridFrame]) -> NDArray[np.bool_]:
    """[T] whether each shows something: of itself, and beside the others."""
    details = np.array([detail_of(frame.pixels) for frame in frames])
    return details >= max(LEAST_DETAIL, LEAST_SHARE * float(np.percentile(details, 75)))


def _nearest(frames: Sequence[GridFrame], count: int, among: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which of the frames `among` are nearest the middles of `count` equal segments of all."""
    times_s = np.array([frames[i].start_s for i in among])
    wanted_s = midpoints(frames[0].start_s, frames[-1].end_s, count)
    nearest: NDArray[np.intp] = among[np.abs(times_s[None, :] - wanted_s[:, None]).argmin(axis=1)]
    return nearest


def _taken(frames: Sequence[GridFrame], chosen: NDArray[np.intp]) -> Frames:
    return Frames(np.stack([frames[i].pixels for i in chosen]), np.array([frames[i].start_s for i in chosen]))


def _joined(pieces: Iterable[tuple[Piece, Frames | None]]) -> Iterator[tuple[Piece, Frames]]:
    """Those with frames, each with the time of those without that follow it (and, the first, of those before it)."""
    held: tuple[Piece, Frames] | None = None
    silent_from_s: float | None = None
    for piece, frames in pieces:
        if frames is not None:
            if held is not None:
                yield held
            held = piece if silent_from_s is None else replace(piece, start_s=silent_from_s), frames
            silent_from_s = None
        elif held is not None:
            held = replace(held[0], end_s=piece.end_s), held[1]
        elif silent_from_s is None:
            silent_from_s = piece.start_s
    if held is not None:
        yield held
