"""The one way a decoded picture becomes what a tower sees, and what a person is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, cast

import av
import numpy as np
from av.buffer import Buffer
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray
from PIL import Image

from data.media.colour import matrix_of, to_screen

Pixels = NDArray[np.uint8]
Scaler = Callable[[av.VideoFrame], Pixels]

_INTERPOLATION = {"bilinear": Interpolation.BILINEAR, "bicubic": Interpolation.BICUBIC}
# Pixels of a stranger shape (width over height) come from damaged headers.
_SHAPES = (Fraction(1, 4), Fraction(4))


@dataclass(frozen=True, slots=True)
class Fit:
    """How pictures become `size` × `size`.

    "squash" scales both sides independently; "crop" scales the short side and keeps the centre;
    "zoom" scales it to 8/7 of `size` (256 for 224) and keeps the centre of that. The sides are those of the picture
    as it is shown, whatever shape its pixels have.
    Scaling down filters over the whole source area (libswscale), as Pillow does.
    """

    size: int
    resize: Literal["squash", "crop", "zoom"]
    interpolation: Literal["bilinear", "bicubic"]

    def scaler(self) -> Scaler:
        """Makes frames [size, size, 3] RGB, as a player shows them (see `shrunk`); one per thread.

        It keeps libswscale's tables between frames: making them anew costs eight times the scaling.
        """
        reformatter = VideoReformatter()
        interpolation = _INTERPOLATION[self.interpolation]

        def scaled(frame: av.VideoFrame) -> Pixels:
            width, height = self._scaled(*_in_square_pixels(frame))
            pixels = _seen(frame, width, height, reformatter, interpolation)
            top, left = (height - self.size) // 2, (width - self.size) // 2
            return _upright(pixels[top : top + self.size, left : left + self.size], frame)

        return scaled

    def across(self, count: int) -> Scaler:
        """Makes [count · size, size, 3]: squares from one end of the longer side to the other, one below another.

        A single square is the middle one.
        """
        reformatter = VideoReformatter()
        interpolation = _INTERPOLATION[self.interpolation]
        shares = np.linspace(0, 1, count) if count > 1 else np.array([0.5])

        def scaled(frame: av.VideoFrame) -> Pixels:
            width, height = self._scaled(*_in_square_pixels(frame))
            whole = _upright(_seen(frame, width, height, reformatter, interpolation), frame)
            corners = (np.array(whole.shape[:2]) - self.size) * shares[:, None]
            return np.concatenate([whole[y:][: self.size, x : x + self.size] for y, x in corners.astype(int)])

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
    """[H, W, 3] RGB as a player shows it, no side above `longest`.

    That is turned and mirrored as the container says, in square pixels, in the colours of an ordinary screen, and on
    black where it is transparent.
    """
    width, height = _within(frame, longest)
    return _upright(_seen(frame, width, height, VideoReformatter(), Interpolation.BILINEAR), frame)


def light_and_dark(*, longest: int) -> Scaler:
    """Makes frames [H, W] of lightness, upright and in square pixels, no side above `longest`; one per thread."""
    reformatter = VideoReformatter()

    def scaled(frame: av.VideoFrame) -> Pixels:
        width, height = _within(frame, longest)
        grey = reformatter.reformat(frame, width, height, "gray", interpolation=Interpolation.BILINEAR, threads=1)
        pixels: NDArray[Any] = grey.to_ndarray()
        return _upright(pixels, frame)

    return scaled


def shaped_as(first: Pixels, pixels: Pixels) -> Pixels:
    """A picture of the same film in the shape of its first: recordings and streams may change their size."""
    if pixels.shape == first.shape:
        return pixels
    height, width = first.shape[:2]
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR))


def shown_size(frame: av.VideoFrame) -> tuple[int, int]:
    """Width and height of the picture as a player shows it."""
    width, height = _in_square_pixels(frame)
    swaps, _, _ = _turned(frame)
    return (height, width) if swaps else (width, height)


def on_black(image: Image.Image) -> Image.Image:
    """A picture of Pillow's in RGB, its hidden colours black as those of a video."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    with_alpha = image.convert("RGBA")
    black = Image.new("RGB", image.size)
    black.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return black


def _in_square_pixels(frame: av.VideoFrame) -> tuple[int, int]:
    """Width and height before any turning; the number of lines stays, so that 480p is 480 high."""
    # PyAV does not tell the shape from the frame itself: whoever decodes leaves it here.
    shape = frame.opaque
    if not isinstance(shape, Fraction) or not _SHAPES[0] <= shape <= _SHAPES[1]:
        return frame.width, frame.height
    return max(1, round(frame.width * shape)), frame.height


def _within(frame: av.VideoFrame, longest: int) -> tuple[int, int]:
    """Width and height before any turning, scaled down until no side is above `longest`."""
    width, height = _in_square_pixels(frame)
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _seen(
    frame: av.VideoFrame, width: int, height: int, reformatter: VideoReformatter, interpolation: Interpolation
) -> Pixels:
    """[height, width, 3] RGB in a screen's colours, on black, not turned yet."""
    on_screen = to_screen(frame)
    # A curve that is not the screen's needs more than 8 bits.
    depth = "rgb24" if on_screen is None else "rgb48le"
    laid = _on_black(frame, depth) if _has_alpha(frame) else frame
    picture = reformatter.reformat(
        laid, width, height, depth, src_colorspace=matrix_of(laid), interpolation=interpolation, threads=1
    )
    pixels: NDArray[Any] = picture.to_ndarray()
    return pixels if on_screen is None else on_screen(pixels)


def _has_alpha(frame: av.VideoFrame) -> bool:
    return frame.format.has_palette or any(component.is_alpha for component in frame.format.components)


def _on_black(frame: av.VideoFrame, depth: str) -> av.VideoFrame:
    """RGB of the same size: before it is scaled, or hidden colours run into the edges of what is shown."""
    with_alpha = {"rgb24": "rgba", "rgb48le": "rgba64le"}[depth]
    pixels: NDArray[Any] = frame.reformat(format=with_alpha, src_colorspace=matrix_of(frame), threads=1).to_ndarray()
    rgb, alpha = np.ascontiguousarray(pixels[..., :3]), pixels[..., 3]
    most = np.iinfo(alpha.dtype).max
    if alpha.min() < most:
        for row, share in zip(rgb, alpha, strict=True):
            row[:] = row * (share[:, np.newaxis] / np.float32(most)) + np.float32(0.5)
    return av.VideoFrame.from_ndarray(rgb, format=depth)


def _upright(pixels: Pixels, frame: av.VideoFrame) -> Pixels:
    swaps, flips_x, flips_y = _turned(frame)
    if swaps:
        pixels = pixels.swapaxes(0, 1)
    return np.ascontiguousarray(pixels[:: -1 if flips_y else 1, :: -1 if flips_x else 1])


def _turned(frame: av.VideoFrame) -> tuple[bool, bool, bool]:
    """Whether its rows are to become columns, and then whether x and y run backwards: the nearest to what is wanted.

    The display matrix (ISO/IEC 14496-12, 6.2.2) puts (x, y) at (a·x + c·y, b·x + d·y).
    """
    # PyAV's types know motion vectors only.
    matrix = cast("Mapping[str, Buffer]", frame.side_data).get("DISPLAYMATRIX")
    if matrix is None:
        return False, False, False
    a, b, _, c, d = np.frombuffer(bytes(matrix), np.int32)[:5].tolist()
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return False, a < 0, d < 0
    return True, c < 0, b < 0
