"""The shipped pair tells motions apart in a style that training never drew in."""

import numpy as np
import pytest

from benchmarks.motion import striped, stripes, told_apart
from models import vlc_lite
from models.registry import open_embedded
from models.training.pictures.drawing import Moving, drawn_over, framed
from models.training.pictures.motion import Course


@pytest.mark.slow
def test_left_is_told_from_right() -> None:
    pair = open_embedded(vlc_lite.FOLDER)
    videos = [sideways(seed, pair.spec.frames_per_clip, pair.spec.image_size) for seed in range(24)]
    assert np.mean(told_apart(pair, videos)) >= 0.7


def sideways(seed: int, frames: int, size: int) -> Moving:
    """A large thing that goes to the left or to the right all the time."""
    rng = np.random.default_rng(seed)
    thing, backdrop = striped(rng), stripes(rng, 2 * size)
    course = Course(x=0.5, y=0.5, radius=0.2, extent=0.5, begins=0, ends=1, about=(0.5, 0.5))
    motion = ("left", "right")[seed % 2]
    states = [course.at(motion, float(time)) for time in np.linspace(0, 1, frames)]
    pictures = [drawn_over(framed(backdrop, state, size), thing, state) for state in states]
    return Moving(np.stack(pictures).astype(np.uint8), motion, thing.name)
