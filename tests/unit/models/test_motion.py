"""The shipped pair tells motions apart; shapes, colours and backgrounds are none that training drew."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models import vlc_lite
from models.training.motion import COLOURS, OPPOSITE, PHRASES, SHAPES, Look, Moving, moving
from models.vlc_lite import LiteTextTower, LiteVideoTower, read_spec

Plane = NDArray[np.float32]


def star(x: Plane, y: Plane) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = np.hypot(x, y) < 0.55 + 0.45 * np.cos(5 * np.arctan2(y, x))
    return inside


def cross(x: Plane, y: Plane) -> NDArray[np.bool_]:
    return ((abs(x) < 0.35) & (abs(y) < 1)) | ((abs(y) < 0.35) & (abs(x) < 1))


def ring(x: Plane, y: Plane) -> NDArray[np.bool_]:
    return (np.hypot(x, y) < 1) & (np.hypot(x, y) > 0.55)


def stripes(rng: np.random.Generator, size: int) -> NDArray[np.float32]:
    bands = (np.arange(size) * int(rng.integers(6, 20)) // size) % 2
    picture = np.where(bands[:, None, None] == 1, rng.uniform(0, 1, 3), rng.uniform(0, 1, 3))
    picture = np.broadcast_to(picture, (size, size, 3))
    return (picture if rng.random() < 0.5 else picture.transpose(1, 0, 2)).astype(np.float32)


def gradient(rng: np.random.Generator, size: int) -> NDArray[np.float32]:
    part = np.linspace(0, 1, size)[:, None, None]
    sweep = rng.uniform(0, 1, 3) * part + rng.uniform(0, 1, 3) * (1 - part)
    return np.clip(sweep + rng.normal(0, 0.04, (size, size, 1)), 0, 1).astype(np.float32)


UNSEEN = Look(
    {"star": star, "cross": cross, "ring": ring},
    {"orange": (250, 140, 20), "purple": (130, 40, 170), "pink": (250, 130, 180), "grey": (120, 120, 120)},
    [stripes, gradient],
)


def told_apart(videos: list[Moving], video: LiteVideoTower, text: LiteTextTower) -> float:
    clips = video.encode(np.stack([v.pixels for v in videos])).clips
    right, wrong = (
        text.encode([PHRASES[name(v)][0].format(thing=v.thing) for v in videos])
        for name in (lambda v: v.motion, lambda v: OPPOSITE[v.motion])
    )
    return float(np.mean((clips * (right - wrong)).sum(axis=1) > 0))


def test_nothing_drawn_here_was_drawn_for_training() -> None:
    assert not set(UNSEEN.shapes) & set(SHAPES)
    assert not set(UNSEEN.colours) & set(COLOURS)


@pytest.mark.slow
def test_left_is_told_from_right() -> None:
    spec = read_spec()
    towers = LiteVideoTower(vlc_lite.FOLDER, spec), LiteTextTower(vlc_lite.FOLDER, spec)
    drawn = moving(UNSEEN, count=14 * 12, frames=spec.frames_per_clip, size=spec.image_size, seed=5)
    sideways = [v for v in drawn if v.motion in ("left", "right")]
    assert len(sideways) == 24
    assert told_apart(sideways, *towers) >= 0.85
