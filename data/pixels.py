"""The one way a decoded picture becomes what a tower sees."""

from dataclasses import dataclass
from typing import Literal

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_INTERPOLATION = {"bilinear": Interpolation.BILINEAR, "bicubic": Interpolation.BICUBIC}


@dataclass(frozen=True, slots=True)
class Fit:
    """How pictures become `size` × `size`.

    "squash" scales both sides independently; "crop" scales the short side and keeps the centre.
    Scaling down filters over the whole source area (libswscale), as Pillow does.
    """

    size: int
    resize: Literal["squash", "crop"]
    interpolation: Literal["bilinear", "bicubic"]

    def __call__(self, frame: av.VideoFrame) -> Pixels:
        """[size, size, 3] RGB, turned upright as the container says."""
        width, height = self._scaled(frame.width, frame.height)
        scaled = frame.reformat(width, height, "rgb24", interpolation=_INTERPOLATION[self.interpolation])
        top, left = (height - self.size) // 2, (width - self.size) // 2
        square = scaled.to_ndarray()[top : top + self.size, left : left + self.size]
        return np.ascontiguousarray(np.rot90(square, frame.rotation // 90))

    def picture(self, pixels: Pixels) -> Pixels:
        """The same for a picture that is already [H, W, 3] RGB."""
        return self(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24"))

    def _scaled(self, width: int, height: int) -> tuple[int, int]:
        if self.resize == "squash":
            return self.size, self.size
        scale = self.size / min(width, height)
        return max(self.size, round(width * scale)), max(self.size, round(height * scale))
