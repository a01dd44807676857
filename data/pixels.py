"""The one way a decoded picture becomes what a tower sees."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Scaler = Callable[[av.VideoFrame], Pixels]

_INTERPOLATION = {"bilinear": Interpolation.BILINEAR, "bicubic": Interpolation.BICUBIC}


@dataclass(frozen=True, slots=True)
class Fit:
    """How pictures become `size` × `size`.

    "squash" scales both sides independently; "crop" scales the short side and keeps the centre;
    "zoom" scales it to 8/7 of `size` (256 for 224) and keeps the centre of that.
    Scaling down filters over the whole source area (libswscale), as Pillow does.
    """

    size: int
    resize: Literal["squash", "crop", "zoom"]
    interpolation: Literal["bilinear", "bicubic"]

    def scaler(self) -> Scaler:
        """Makes frames [size, size, 3] RGB, upright as the container says; one per thread.

        It keeps libswscale's tables between frames: making them anew costs eight times the scaling.
        """
        reformat = VideoReformatter().reformat
        interpolation = _INTERPOLATION[self.interpolation]

        def scaled(frame: av.VideoFrame) -> Pixels:
            width, height = self._scaled(frame.width, frame.height)
            picture = reformat(frame, width, height, "rgb24", interpolation=interpolation, threads=1)
            top, left = (height - self.size) // 2, (width - self.size) // 2
            square = picture.to_ndarray()[top : top + self.size, left : left + self.size]
            return upright(square, frame)

        return scaled

    def picture(self, pixels: Pixels) -> Pixels:
        """The same for one picture that is already [H, W, 3] RGB."""
        return self.scaler()(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24"))

    def _scaled(self, width: int, height: int) -> tuple[int, int]:
        if self.resize == "squash":
            return self.size, self.size
        short = self.size * 8 / 7 if self.resize == "zoom" else self.size
        scale = short / min(width, height)
        return max(self.size, round(width * scale)), max(self.size, round(height * scale))


def shrunk(frame: av.VideoFrame, *, longest: int) -> Pixels:
    """[H, W, 3] RGB, upright, no side above `longest`, the shape as the player shows it."""
    scale = min(1.0, longest / max(frame.width, frame.height))
    width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    return upright(frame.reformat(width, height, "rgb24", threads=1).to_ndarray(), frame)


def upright(pixels: NDArray[Any], frame: av.VideoFrame) -> Pixels:
    """Turned as the container says that `frame` is to be shown."""
    return np.ascontiguousarray(np.rot90(pixels, frame.rotation // 90))
