"""Videos of things that move and of cameras that do, drawn in code: what photographs can't teach."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.training.pictures.motion import CAMERA, PHRASES, Course, State

Plane = NDArray[np.float32]
Picture = NDArray[np.float32]
# Whether points, in units of the thing's radius around its middle, lie in it.
Shape = Callable[[Plane, Plane], NDArray[np.bool_]]
# The colours [..., 3] from 0 to 255 of such points.
Paint = Callable[[Plane, Plane], Picture]

# Kinds of clips that show no motion one could name.
CALM = ("still", "cut", "shake")


@dataclass(frozen=True, slots=True)
class Thing:
    """What moves: its name, its outline and its surface."""

    name: str
    shape: Shape
    paint: Paint


Things = Callable[[np.random.Generator], Thing]
Backdrop = Callable[[np.random.Generator, int], Picture]


@dataclass(frozen=True, slots=True)
class Style:
    """What videos can look like: how things are drawn, and backgrounds [S, S, 3] in 0 to 255."""

    things: Sequence[Things]
    backdrops: Sequence[Backdrop]


@dataclass(frozen=True, slots=True)
class Moving:
    """`pixels` uint8 [T, S, S, 3], the `motion` as PHRASES has it or one of CALM, and the name of what moves."""

    pixels: NDArray[np.uint8]
    motion: str
    thing: str


def moving(
    style: Style, *, count: int, frames: int, size: int, seed: int, motions: Sequence[str] = tuple(PHRASES)
) -> Iterator[Moving]:
    """`count` videos, the motions in turn; the same for the same seed."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        yield _video(style, motions[number % len(motions)], frames, size, rng)


def _video(style: Style, motion: str, frames: int, size: int, rng: np.random.Generator) -> Moving:
    # A margin around the picture is what the camera pans and zooms over.
    scene, other = (style.backdrops[int(rng.integers(len(style.backdrops)))](rng, 2 * size) for _ in range(2))
    thing, bystander = (style.things[int(rng.integers(len(style.things)))](rng) for _ in range(2))
    # What the camera does needs no thing; what a thing does may have others around it.
    shown = [thing] if motion not in CAMERA + CALM or rng.random() < 0.5 else []
    course, stands = Course.drawn(rng), Course.drawn(rng)
    cut = frames * rng.uniform(0.2, 0.8)
    with_bystander = rng.random() < 0.3
    worn = worn_by(rng)
    pictures = []
    for number, time in enumerate(np.linspace(0, 1, frames)):
        state = _calm(motion, course, rng) if motion in CALM else course.at(motion, float(time))
        backdrop = other if motion == "cut" and number > cut else scene
        picture = framed(backdrop, state, size)
        if with_bystander:
            still = replace(state, x=stands.x, y=stands.y, radius=0.7 * stands.radius, opacity=1.0)
            picture = drawn_over(picture, bystander, still)
        for each in shown:
            picture = drawn_over(picture, each, state)
        pictures.append(worn(picture))
    return Moving(np.stack(pictures), motion, thing.name)


def _calm(motion: str, course: Course, rng: np.random.Generator) -> State:
    shaken = float(rng.normal(0, 0.02)) if motion == "shake" else 0.0
    return State(course.x, course.y, course.radius, camera_x=shaken)


def _ticks(state: State, size: int) -> tuple[Plane, Plane]:
    """Where in the scene each point of the picture lies."""
    ticks = (np.arange(size) + 0.5) / size
    (x, y), shift = state.about, state.camera_x
    xs, ys = np.meshgrid((ticks - x) / state.zoom + x + shift, (ticks - y) / state.zoom + y)
    return xs.astype(np.float32), ys.astype(np.float32)


def framed(backdrop: Picture, state: State, size: int) -> Picture:
    """What the camera sees of a backdrop [2 S, 2 S, 3], whose inner half is the scene at rest."""
    xs, ys = _ticks(state, size)
    rows = ((ys + 0.5) * size).astype(int).clip(0, 2 * size - 1)
    columns = ((xs + 0.5) * size).astype(int).clip(0, 2 * size - 1)
    seen: Picture = backdrop[rows, columns]
    return seen


def drawn_over(picture: Picture, thing: Thing, state: State) -> Picture:
    """The picture with the thing in front."""
    xs, ys = _ticks(state, len(picture))
    x, y = ((along - middle) / state.radius for along, middle in ((xs, state.x), (ys, state.y)))
    cover = (thing.shape(x, y) * state.opacity)[..., None].astype(np.float32)
    if not cover.any():
        return picture
    return picture * (1 - cover) + thing.paint(x, y) * cover


def worn_by(rng: np.random.Generator) -> Callable[[Picture], NDArray[np.uint8]]:
    """How one camera and one encoder wear all pictures of a video: blur, noise, light, compression."""
    blur, quality = int(rng.choice([1, 1, 1, 2, 3])), int(rng.integers(20, 96))
    noise, light = (float(rng.uniform(0, most)) for most in (10, 6))

    def worn(picture: Picture) -> NDArray[np.uint8]:
        lit = picture + rng.normal(0, light) + rng.normal(0, noise, (*picture.shape[:2], 1))
        image = Image.fromarray(lit.clip(0, 255).astype(np.uint8))
        if blur > 1:
            image = image.reduce(blur).resize(image.size, Image.Resampling.BILINEAR)
        file = io.BytesIO()
        image.save(file, "jpeg", quality=quality)
        return np.asarray(Image.open(file))

    return worn
