"""What is cut out of a film for recognition: several clips in time, several squares in space."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.media.pixels import Fit, Pixels
from data.media.reading import frames_at, readable_s


@dataclass(frozen=True, slots=True)
class Span:
    """A clip of `frames` pictures: so many `per_second`, or spread over the whole film where that is 0."""

    frames: int
    per_second: float


def views_of(path: Path, span: Span, fit: Fit, *, clips: int, crops: int = 1) -> Pixels:
    """[clips · crops, T, S, S, 3]: clips evenly over the film, of each the squares along its longer side.

    The film is gone through once, forwards. Raises VideoError.
    """
    times_s = view_times(readable_s(path), span, clips)
    wanted_s, places = np.unique(times_s, return_inverse=True)
    shown = frames_at(path, wanted_s.tolist(), fit.across(crops)).pixels
    clipped = shown[places.reshape(times_s.shape)].reshape(clips, span.frames, crops, fit.size, fit.size, 3)
    return clipped.swapaxes(1, 2).reshape(-1, span.frames, fit.size, fit.size, 3)


def view_times(length_s: float, span: Span, clips: int) -> NDArray[np.float64]:
    """[clips, T] seconds, ascending within each clip.

    Clips of their own length begin from the film's start to where the last of them ends with it; those of the whole
    film take its segments' second parts one after the other. A film shorter than a clip shows its last picture on.
    """
    steps = np.arange(span.frames, dtype=np.float64)
    if span.per_second:
        room_s = max(0.0, length_s - span.frames / span.per_second)
        starts_s = np.linspace(0.0, room_s, clips) if clips > 1 else np.array([room_s / 2])
        return starts_s[:, None] + (steps + 0.5) / span.per_second
    parts = (np.arange(clips) + 0.5) / clips
    return (steps + parts[:, None]) * (length_s / span.frames)
