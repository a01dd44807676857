"""Videos of things that move, drawn in code: what photographs and four frames a video can't teach."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Picture = NDArray[np.float32]
# Whether points, in units of the thing's radius around its middle, lie in it.
Shape = Callable[[Plane, Plane], NDArray[np.bool_]]

# Each motion with how people put it; {thing} is what moves.
PHRASES: dict[str, tuple[str, ...]] = {
    "left": ("{thing} moves left", "{thing} moving to the left", "{thing} slides left"),
    "right": ("{thing} moves right", "{thing} moving to the right", "{thing} slides right"),
    "up": ("{thing} moves up", "{thing} rises", "{thing} going upwards"),
    "down": ("{thing} moves down", "{thing} falls", "{thing} going downwards"),
    "grows": ("{thing} grows", "{thing} gets bigger", "{thing} becomes larger"),
    "shrinks": ("{thing} shrinks", "{thing} gets smaller", "{thing} becomes smaller"),
    "appears": ("{thing} appears", "{thing} becomes visible", "{thing} fades in"),
    "disappears": ("{thing} disappears", "{thing} vanishes", "{thing} fades out"),
    "enters": ("{thing} enters the picture", "{thing} comes into view", "{thing} moves into the frame"),
    "leaves": ("{thing} leaves the picture", "{thing} goes out of view", "{thing} moves out of the frame"),
    "zooms in": ("the camera zooms in", "the camera zooms in on {thing}", "zooming in on {thing}"),
    "zooms out": ("the camera zooms out", "the camera zooms out from {thing}", "zooming out from {thing}"),
    "pans left": ("the camera pans left", "the camera pans to the left past {thing}", "the camera turns left"),
    "pans right": ("the camera pans right", "the camera pans to the right past {thing}", "the camera turns right"),
}
OPPOSITE = {a: b for pair in zip(list(PHRASES)[::2], list(PHRASES)[1::2], strict=True) for a, b in (pair, pair[::-1])}
# Each pair of opposites is one axis; its first motion lies at +1.
AXES = tuple(list(PHRASES)[::2])
# What a mirrored video shows instead; other motions stay.
MIRRORED = {"left": "right", "right": "left", "pans left": "pans right", "pans right": "pans left"}


@dataclass(frozen=True, slots=True)
class Look:
    """What things can look like: shapes by name, colours by name, and backgrounds [S, S, 3] in 0 to 1."""

    shapes: Mapping[str, Shape]
    colours: Mapping[str, tuple[int, int, int]]
    backgrounds: Sequence[Callable[[np.random.Generator, int], Picture]]


def _disc(x: Plane, y: Plane) -> NDArray[np.bool_]:
    return x**2 + y**2 < 1


def _square(x: Plane, y: Plane) -> NDArray[np.bool_]:
    return np.maximum(abs(x), abs(y)) < 0.9


def _triangle(x: Plane, y: Plane) -> NDArray[np.bool_]:
    return (y < 0.8) & (y > 2 * abs(x) - 0.9)


def _bar(x: Plane, y: Plane) -> NDArray[np.bool_]:
    return (abs(x) < 1.2) & (abs(y) < 0.5)


def plain(rng: np.random.Generator, size: int) -> Picture:
    """One colour."""
    return np.broadcast_to(rng.uniform(0, 1, 3), (size, size, 3)).astype(np.float32)


def cloudy(rng: np.random.Generator, size: int) -> Picture:
    """Soft patches of random colours."""
    coarse = rng.uniform(0, 1, (9, 9, 3))
    ticks = np.linspace(0, 7.999, size)
    low, part = ticks.astype(int), (ticks % 1)[:, None, None]
    rows = coarse[low] * (1 - part) + coarse[low + 1] * part
    columns = rows.transpose(1, 0, 2)
    return (columns[low] * (1 - part) + columns[low + 1] * part).transpose(1, 0, 2).astype(np.float32)


def photographed(photos: NDArray[np.uint8]) -> Callable[[np.random.Generator, int], Picture]:
    """Backgrounds cut from photographs [N, S, S, 3], enlarged where that is needed."""

    def backdrop(rng: np.random.Generator, size: int) -> Picture:
        photo = photos[int(rng.integers(len(photos)))]
        ticks = np.arange(size) * photo.shape[0] // size
        return (photo[ticks][:, ticks] / 255).astype(np.float32)

    return backdrop


SHAPES = {"circle": _disc, "square": _square, "triangle": _triangle, "bar": _bar}
COLOURS = {
    "red": (220, 40, 30),
    "green": (40, 170, 60),
    "blue": (40, 70, 220),
    "white": (245, 245, 245),
    "black": (15, 15, 15),
    "yellow": (240, 215, 40),
}


def looks(photos: NDArray[np.uint8]) -> Look:
    """What is drawn for training; tests draw other shapes, colours and backgrounds."""
    return Look(SHAPES, COLOURS, [plain, cloudy, photographed(photos), photographed(photos)])


@dataclass(frozen=True, slots=True)
class Moving:
    """`pixels` uint8 [T, S, S, 3], the `motion` as PHRASES has it, and the name of what moves."""

    pixels: NDArray[np.uint8]
    motion: str
    thing: str


def moving(look: Look, *, count: int, frames: int, size: int, seed: int) -> Iterator[Moving]:
    """`count` videos, the motions in turn; the same for the same seed."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        yield _video(look, list(PHRASES)[number % len(PHRASES)], frames, size, rng)


def _video(look: Look, motion: str, frames: int, size: int, rng: np.random.Generator) -> Moving:
    shape, colour = str(rng.choice(list(look.shapes))), str(rng.choice(list(look.colours)))
    # A margin around the picture is what the camera pans and zooms over.
    backdrop = look.backgrounds[int(rng.integers(len(look.backgrounds)))](rng, 2 * size)
    place, radius = rng.uniform(0.3, 0.7, 2), rng.uniform(0.1, 0.2)
    extent = rng.uniform(0.35, 0.6)
    pictures = []
    for time in np.linspace(0, 1, frames):
        state = _state(motion, float(time), place, radius, extent)
        pictures.append(_drawn(look.shapes[shape], look.colours[colour], backdrop, state, size))
    return Moving(np.stack(pictures), motion, f"a {colour} {shape}")


@dataclass(frozen=True, slots=True)
class _State:
    """Where the thing is (in picture sides), its radius and opacity, and the camera's centre and zoom."""

    x: float
    y: float
    radius: float
    opacity: float = 1.0
    camera_x: float = 0.0
    zoom: float = 1.0


def _state(motion: str, time: float, place: NDArray[np.float64], radius: float, extent: float) -> _State:
    x, y = float(place[0]), float(place[1])
    along = 0.5 + extent * (time - 0.5)
    match motion:
        case "left" | "right":
            return _State(along if motion == "right" else 1 - along, y, radius)
        case "up" | "down":
            return _State(x, along if motion == "down" else 1 - along, radius)
        case "grows" | "shrinks":
            part = time if motion == "grows" else 1 - time
            return _State(x, y, radius * (0.5 + 1.5 * part))
        case "appears" | "disappears":
            part = time if motion == "appears" else 1 - time
            return _State(x, y, radius, opacity=float(np.clip(2 * part - 0.5, 0, 1)))
        case "enters" | "leaves":
            part = 1 - time if motion == "enters" else time
            return _State(x + (1.2 if x > 0.5 else -1.2) * part * (extent + 0.3), y, radius)
        case "zooms in" | "zooms out":
            part = time if motion == "zooms in" else 1 - time
            return _State(x, y, radius, zoom=1.0 + (0.6 + extent) * part)
        case _:
            return _State(x, y, radius, camera_x=(time - 0.5) * extent * (1 if motion == "pans right" else -1))


def _drawn(
    shape: Shape,
    colour: tuple[int, int, int],
    backdrop: Picture,
    state: _State,
    size: int,
) -> NDArray[np.uint8]:
    ticks = ((np.arange(size) + 0.5) / size - 0.5) / state.zoom + 0.5
    xs, ys = np.meshgrid(ticks + state.camera_x, ticks)
    rows = ((ys + 0.5) * size).astype(int).clip(0, 2 * size - 1)
    columns = ((xs + 0.5) * size).astype(int).clip(0, 2 * size - 1)
    picture = backdrop[rows, columns]
    inside = shape(
        ((xs - state.x) / state.radius).astype(np.float32), ((ys - state.y) / state.radius).astype(np.float32)
    )
    cover = (inside * state.opacity)[..., None]
    return (255 * picture * (1 - cover) + np.array(colour) * cover).astype(np.uint8)
