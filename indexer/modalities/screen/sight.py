"""What is looked at of every picture: its upright edges, small; the whole picture only where it is to be read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray

from data.media.pixels import Pixels, Scaler, light_and_dark, shrunk

# Letters of 1/45 of the height are 6 lines high here: less can't be told from grain.
LONGEST, LARGEST = 480, 1600
# Steps of lightness: less is grain, more says nothing further.
LEAST_STEP, MOST_STEP = 12, 64

Edges = NDArray[np.int8]
"""[H, W] how much lighter each pixel is than the one to its left, 0 where that is little."""


@dataclass(frozen=True, eq=False)
class Sight:
    """One picture; `frame` gives it whole."""

    light: Pixels
    frame: Callable[[], Pixels] = field(repr=False)

    @cached_property
    def edges(self) -> Edges:
        step = np.zeros(self.light.shape, np.int16)
        np.subtract(self.light[:, 1:], self.light[:, :-1], out=step[:, 1:], dtype=np.int16)
        np.clip(step, -MOST_STEP, MOST_STEP, out=step)
        step[np.abs(step) < LEAST_STEP] = 0
        return step.astype(np.int8)

    @cached_property
    def whole(self) -> Pixels:
        """[H, W, 3] RGB, no side above `LARGEST`."""
        return self.frame()


def facts() -> dict[str, object]:
    """What decides what is seen: part of the fingerprint."""
    return {"longest": LONGEST, "largest": LARGEST, "steps": [LEAST_STEP, MOST_STEP]}


def sights() -> Scaler:
    """Makes sights of frames: a reader's pictures are its own affair."""
    light = light_and_dark(longest=LONGEST)

    def seen(frame: av.VideoFrame) -> Sight:
        return Sight(light(frame), lambda: shrunk(frame, longest=LARGEST))

    return cast(Scaler, seen)
