"""Films with letters in Pillow's own font."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.media import Picture, stills

FPS = 8
Shown = tuple[str, float, float]
"""A line, and from when to when it is there."""


def lettered(
    path: Path, lines: Sequence[Shown], *, duration_s: float, size: tuple[int, int] = (640, 360), height: int = 32
) -> Path:
    """Write white lines below one another on a dark ground."""
    pictures = [_picture(lines, n / FPS, size, height) for n in range(round(duration_s * FPS))]
    return stills(path, pictures, codec="libx264", pixel_format="yuv420p", each_s=1 / FPS, fps=FPS)


def _picture(lines: Sequence[Shown], second: float, size: tuple[int, int], height: int) -> Picture:
    image = Image.new("RGB", size, "#203040")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(height)
    for row, (text, start_s, end_s) in enumerate(lines):
        if start_s <= second < end_s:
            draw.text((20, 20 + row * height * 1.6), text, "white", font)
    return np.asarray(image)
