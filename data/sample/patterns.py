"""Moving patterns drawn in code: what they show is known exactly."""

from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFont

from data.sample.film import FPS

SIZE = (640, 360)
_OVERSAMPLE = 2  # drawn larger and reduced, so that edges are smooth and motion is sub-pixel
_BARS = ("white", "yellow", "cyan", "lime", "magenta", "red", "blue")


def red_ball_moving_left(duration_s: float = 6.0) -> Iterator[Image.Image]:
    """A red ball crosses a white room from right to left."""
    for part in _parts(duration_s):
        canvas, draw = _canvas("white")
        x, y, radius = (1.1 - 1.2 * part) * canvas.width, canvas.height * 0.6, canvas.height * 0.15
        draw.rectangle((0, y + radius, canvas.width, canvas.height), fill="lightgrey")
        draw.circle((x, y), radius, fill="red")
        yield canvas.resize(SIZE, Image.Resampling.BOX)


def blue_square_turning(duration_s: float = 6.0) -> Iterator[Image.Image]:
    """A blue square turns once, anticlockwise, on a yellow ground."""
    for part in _parts(duration_s):
        canvas, draw = _canvas("gold")
        centre = (canvas.width / 2, canvas.height / 2)
        draw.regular_polygon((*centre, canvas.height * 0.35), 4, rotation=360 * part, fill="blue")
        yield canvas.resize(SIZE, Image.Resampling.BOX)


def colour_bars(duration_s: float = 6.0) -> Iterator[Image.Image]:
    """Television colour bars that drift to the right."""
    width = SIZE[0] * _OVERSAMPLE // len(_BARS)
    for part in _parts(duration_s):
        canvas, draw = _canvas("black")
        for n in range(-len(_BARS), len(_BARS) + 1):
            left = (n + len(_BARS) * part) * width
            draw.rectangle((left, 0, left + width, canvas.height), fill=_BARS[n % len(_BARS)])
        yield canvas.resize(SIZE, Image.Resampling.BOX)


def countdown(start: int = 8) -> Iterator[Image.Image]:
    """White figures on black, one a second, while a hand goes round as on a film leader."""
    font = ImageFont.load_default(size=SIZE[1] * _OVERSAMPLE * 0.6)
    for figure in range(start, 0, -1):
        for part in _parts(1.0):
            canvas, draw = _canvas("black")
            centre, radius = (canvas.width / 2, canvas.height / 2), canvas.height * 0.45
            draw.circle(centre, radius, outline="grey", width=6)
            box = (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
            draw.pieslice(box, -90, 360 * part - 90, fill="dimgrey")
            draw.text(centre, str(figure), fill="white", font=font, anchor="mm")
            yield canvas.resize(SIZE, Image.Resampling.BOX)


def _canvas(colour: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    canvas = Image.new("RGB", (SIZE[0] * _OVERSAMPLE, SIZE[1] * _OVERSAMPLE), colour)
    return canvas, ImageDraw.Draw(canvas)


def _parts(duration_s: float) -> Iterator[float]:
    """How far each frame is into the duration, from 0 to just below 1."""
    count = round(duration_s * FPS)
    return (n / count for n in range(count))
