"""The style that training draws in; other styles, in tests and benchmarks, tell whether what was learned holds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.training.pictures.drawing import Backdrop, Paint, Picture, Plane, Shape, Style, Thing, Things

COLOURS = {
    "red": (220, 40, 30),
    "green": (40, 170, 60),
    "blue": (40, 70, 220),
    "white": (245, 245, 245),
    "black": (15, 15, 15),
    "yellow": (240, 215, 40),
}


def _disc(x: Plane, y: Plane) -> NDArray[np.bool_]:
    return x**2 + y**2 < 1


def _square(x: Plane, y: Plane) -> NDArray[np.bool_]:
    return np.maximum(abs(x), abs(y)) < 0.9


def _triangle(x: Plane, y: Plane) -> NDArray[np.bool_]:
    return (y < 0.8) & (y > 2 * abs(x) - 0.9)


def _bar(x: Plane, y: Plane) -> NDArray[np.bool_]:
    return (abs(x) < 1.2) & (abs(y) < 0.5)


SHAPES: dict[str, Shape] = {"circle": _disc, "square": _square, "triangle": _triangle, "bar": _bar}


def plain(rng: np.random.Generator, size: int) -> Picture:
    """One colour."""
    return np.broadcast_to(rng.uniform(0, 255, 3), (size, size, 3)).astype(np.float32)


def cloudy(rng: np.random.Generator, size: int) -> Picture:
    """Soft patches of random colours."""
    coarse = Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8))
    return np.asarray(coarse.resize((size, size), Image.Resampling.BICUBIC), np.float32)


def photographed(photos: NDArray[np.uint8]) -> Backdrop:
    """Backgrounds out of photographs [N, S, S, 3], enlarged where that is needed."""

    def backdrop(rng: np.random.Generator, size: int) -> Picture:
        photo = Image.fromarray(photos[int(rng.integers(len(photos)))])
        return np.asarray(photo.resize((size, size), Image.Resampling.BICUBIC), np.float32)

    return backdrop


def coloured(rng: np.random.Generator) -> Thing:
    """A shape in one colour."""
    shape, colour = str(rng.choice(list(SHAPES))), str(rng.choice(list(COLOURS)))
    return Thing(f"a {colour} {shape}", SHAPES[shape], flat(COLOURS[colour]))


def flat(colour: Sequence[float]) -> Paint:
    """One colour all over."""
    return lambda _x, _y: np.array(colour, np.float32)


def cut_out(photos: NDArray[np.uint8]) -> Things:
    """Pieces of photographs [N, S, S, 3], with outlines that are nothing in particular."""

    def thing(rng: np.random.Generator) -> Thing:
        photo = photos[int(rng.integers(len(photos)))]
        waves, phases = rng.uniform(0, 0.2, 4), rng.uniform(0, 2 * np.pi, 4)
        corner, part = rng.uniform(0, 0.5, 2), float(rng.uniform(0.3, 0.5))
        stretch = float(rng.uniform(0.7, 1.4))

        def shape(x: Plane, y: Plane) -> NDArray[np.bool_]:
            angle = np.arctan2(y, x * stretch)
            edge = 0.8 + sum(w * np.cos(n * angle + p) for n, (w, p) in enumerate(zip(waves, phases, strict=True), 1))
            inside: NDArray[np.bool_] = np.hypot(x * stretch, y) < edge
            return inside

        def paint(x: Plane, y: Plane) -> Picture:
            last = len(photo) - 1
            places = (start + part * (v.clip(-2, 2) + 2) / 4 for start, v in zip(corner, (y, x), strict=True))
            row, column = ((place * last).astype(int) for place in places)
            return photo[row, column].astype(np.float32)

        return Thing("a thing", shape, paint)

    return thing


def drawn_for_training(photos: NDArray[np.uint8]) -> Style:
    """Coloured shapes and pieces of photographs over photographs, mostly."""
    over = photographed(photos)
    return Style([coloured, cut_out(photos), cut_out(photos)], [plain, cloudy, over, over, over, over])
