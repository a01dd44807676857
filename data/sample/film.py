"""H.264 files that every browser plays, the same bytes wherever they are written."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

FPS = 25
LONGEST_HEIGHT = 480


def write_film(path: Path, pictures: Iterable[Image.Image], *, fps: Fraction | int = FPS) -> None:
    """Encode pictures of one size; an odd column or row is cut off, as 4:2:0 sampling asks."""
    with av.open(path, "w", format="mp4", options={"movflags": "+faststart"}) as out:
        stream = None
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
            if stream is None:
                stream = out.add_stream(
                    "libx264", rate=fps, options={"preset": "veryfast", "crf": "21", "threads": "1"}
                )
                stream.width, stream.height = frame.width // 2 * 2, frame.height // 2 * 2
                stream.pix_fmt = "yuv420p"
            out.mux(stream.encode(frame.reformat(stream.width, stream.height)))
        if stream is not None:
            out.mux(stream.encode())


def fitted(width: int, height: int) -> tuple[int, int]:
    """The same shape, at most `LONGEST_HEIGHT` high and never larger than it was; both even."""
    scale = min(1.0, LONGEST_HEIGHT / height)
    return int(width * scale) // 2 * 2, int(height * scale) // 2 * 2
