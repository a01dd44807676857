"""Drawn videos show what their motion says."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.training.pictures.drawing import CALM, Moving, Style, Thing, moving
from models.training.pictures.motion import OPPOSITE, PHRASES
from models.training.pictures.styles import SHAPES, coloured, cut_out, drawn_for_training, flat

GREY = np.full((4, 32, 32, 3), 128, np.uint8)


def black(_rng: np.random.Generator, size: int) -> NDArray[np.float32]:
    return np.zeros((size, size, 3), np.float32)


def ramp(_rng: np.random.Generator, size: int) -> NDArray[np.float32]:
    """Brighter from the left to the right."""
    return np.broadcast_to(np.linspace(0, 255, size)[:, None], (size, size, 3)).astype(np.float32)


def red(_rng: np.random.Generator) -> Thing:
    return Thing("a red square", SHAPES["square"], flat((255, 0, 0)))


def unseen(_rng: np.random.Generator) -> Thing:
    return Thing("nothing", lambda x, _y: np.zeros(x.shape, np.bool_), flat((0, 0, 0)))


def videos(style: Style, *, count: int = 56) -> list[Moving]:
    return list(moving(style, count=count, frames=5, size=48, seed=3))


def reddest(frame: NDArray[np.uint8]) -> NDArray[np.bool_]:
    seen: NDArray[np.bool_] = (frame[..., 0].astype(int) - frame[..., 2]) > 100
    return seen


def test_things_do_what_their_motion_says() -> None:
    for video in videos(Style([red], [black])):
        first, last = (np.nonzero(reddest(video.pixels[t])) for t in (0, -1))
        sizes = len(first[0]), len(last[0])
        match video.motion:
            case "left" | "right" | "up" | "down":
                middles = [part[video.motion in ("left", "right")].mean() for part in (first, last)]
                assert (middles[0] > middles[1]) == (video.motion in ("left", "up"))
            case "grows" | "appears":
                assert sizes[0] < sizes[1]
            case "shrinks" | "disappears":
                assert sizes[0] > sizes[1]
            case "enters" | "leaves":
                assert (0 in sizes) or min(sizes) < max(sizes)


def test_the_camera_goes_over_a_scene_that_may_hold_nothing() -> None:
    panned = [v for v in videos(Style([red], [ramp]), count=200) if v.motion.startswith("pans")]
    for video in panned:
        brightness = video.pixels[..., 2].mean((1, 2))
        assert (brightness[0] < brightness[-1]) == (video.motion == "pans right")
    assert 0 < sum(not reddest(v.pixels[0]).any() for v in panned) < len(panned)


def test_a_zoom_makes_everything_larger() -> None:
    zoomed = [v for v in videos(Style([unseen], [ramp])) if v.motion.startswith("zooms")]
    for video in zoomed:
        spread = video.pixels[..., 2].std((1, 2))
        assert (spread[0] > spread[-1]) == (video.motion == "zooms in")


def test_pieces_of_photographs_are_drawn_in_their_colours() -> None:
    thing = cut_out(GREY)(np.random.default_rng(0))
    x, y = np.meshgrid(np.linspace(-1.5, 1.5, 9, dtype=np.float32), np.linspace(-1.5, 1.5, 9, dtype=np.float32))
    assert 5 < thing.shape(x, y).sum() < 60
    assert (thing.paint(x, y) == 128).all()


def test_calm_clips_show_no_motion_that_has_a_name() -> None:
    calm = list(moving(Style([coloured], [ramp]), count=3, frames=4, size=32, seed=0, motions=CALM))
    assert [video.motion for video in calm] == ["still", "cut", "shake"]
    assert not set(CALM) & set(PHRASES)


def test_opposites_pair_up() -> None:
    assert all(OPPOSITE[OPPOSITE[name]] == name != OPPOSITE[name] for name in PHRASES)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_draws_the_same_videos(seed: int) -> None:
    style = drawn_for_training(GREY)
    once, twice = ([v.pixels for v in moving(style, count=3, frames=2, size=16, seed=seed)] for _ in range(2))
    np.testing.assert_array_equal(once, twice)
