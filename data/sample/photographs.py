"""Photographs become short shots: a slow pan or zoom, with sub-pixel steps so that nothing jitters."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from data.sample.film import FPS, fitted


@dataclass(frozen=True, slots=True)
class View:
    """What part of a picture is seen: its centre and its scale, all as fractions of the picture."""

    x: float = 0.5
    y: float = 0.5
    scale: float = 1.0

    def box(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels, pushed inside the picture."""
        left = min(max(self.x - self.scale / 2, 0), 1 - self.scale) * width
        top = min(max(self.y - self.scale / 2, 0), 1 - self.scale) * height
        return left, top, left + self.scale * width, top + self.scale * height

    def towards(self, other: "View", part: float) -> "View":
        """The view `part` of the way to `other`, starting and ending gently (smoothstep)."""
        eased = part * part * (3 - 2 * part)
        steps = zip((self.x, self.y, self.scale), (other.x, other.y, other.scale), strict=True)
        return View(*(a + (b - a) * eased for a, b in steps))


@dataclass(frozen=True, slots=True)
class Pan:
    """A camera move over the picture at `path`, which is relative to the unpacked packages."""

    path: str
    start: View = View()
    end: View = View(scale=0.7)
    duration_s: float = 7.0

    def pictures(self, media: Path, size: tuple[int, int] | None = None) -> Iterator[Image.Image]:
        """One picture a frame, of the photograph's own shape unless a size is given."""
        photograph = Image.open(media / self.path).convert("RGB")
        count = round(self.duration_s * FPS)
        for n in range(count):
            box = self.start.towards(self.end, n / (count - 1)).box(*photograph.size)
            yield _filling(photograph, box, size or fitted(*photograph.size))


def _filling(photograph: Image.Image, box: tuple[float, float, float, float], size: tuple[int, int]) -> Image.Image:
    """The part of `box` that has the shape of `size`, around its centre."""
    left, top, right, bottom = box
    spare_x = max(0.0, (right - left) - (bottom - top) * size[0] / size[1])
    spare_y = max(0.0, (bottom - top) - (right - left) * size[1] / size[0])
    inner = (left + spare_x / 2, top + spare_y / 2, right - spare_x / 2, bottom - spare_y / 2)
    return photograph.resize(size, Image.Resampling.LANCZOS, box=inner)
