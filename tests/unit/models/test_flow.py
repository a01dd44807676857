"""The part of the video tower that sees motion, and how it learns to."""

import numpy as np
import pytest
import torch

from models.training.pictures.flow import Motion
from models.training.pictures.motion import AXES, PHRASES, SIDEWAYS
from models.training.pictures.moves import Drawn, Moves, learn_motion, wanted_of


def motion() -> Motion:
    """Three axes of eight directions, and sentences that say nothing along the last."""
    torch.manual_seed(0)
    part = Motion(3, 8, sideways=[0]).eval()
    part.aim(torch.eye(3, 8), torch.randn(50, 8) * torch.tensor([1.0] * 7 + [0.01]))
    return part


@pytest.mark.parametrize("frames", [1, 2, 8])
def test_nothing_is_added_to_what_does_not_move(frames: int) -> None:
    still = torch.randn(2, 1, 112, 14, 14).expand(2, frames, 112, 14, 14)
    assert motion()(still).abs().max() < 1e-5


def test_what_is_played_backwards_or_mirrored_lies_the_other_way_round() -> None:
    part, maps = motion(), torch.randn(1, 2, 112, 14, 14)
    # Two frames: of more, the last is compared with itself, and not the first.
    found = part(maps)
    assert found.abs().min() > 1e-4
    torch.testing.assert_close(part(maps.flip(1)), -found, atol=1e-5, rtol=0)
    torch.testing.assert_close(part(maps.flip(4)), found * torch.tensor([-1.0, 1.0, 1.0]), atol=1e-5, rtol=0)


def test_motion_turns_a_clip_along_its_axes_and_takes_nothing_from_what_it_shows() -> None:
    part, clips = motion(), torch.nn.functional.normalize(torch.randn(2, 8), dim=-1)
    moved, still = part.moved(3 * clips, 5 * torch.randn(2, 8, 112, 14, 14)).detach(), part.still(3 * clips)
    for found in (moved, still):
        torch.testing.assert_close(found.norm(dim=-1), torch.ones(2))
    assert still[:, :3].abs().max() < 1e-6
    assert moved[:, :3].abs().max() > 1e-3
    # Four directions are left for content; the sentences' own are theirs, up to what `idle` leans towards them.
    torch.testing.assert_close(moved[:, 3:7], still[:, 3:7], atol=0.01, rtol=0)


def test_a_clip_in_motion_is_as_near_as_a_calm_one_to_sentences_that_name_no_motion() -> None:
    part = motion()
    clip, sentence = torch.randn(1, 8), torch.cat([torch.zeros(3), torch.randn(5)])
    sentence = sentence - (sentence @ part.idle) * part.idle
    moved, still = part.moved(clip, 5 * torch.randn(1, 8, 112, 14, 14)), part.still(clip)
    torch.testing.assert_close(moved @ sentence, still @ sentence)


def test_nothing_is_said_where_calm_clips_lie() -> None:
    part = motion()
    torch.testing.assert_close(part.idle.abs()[7], torch.tensor(1.0), atol=1e-3, rtol=0)
    torch.testing.assert_close(part.idle @ part.axes.T, torch.zeros(3))


def test_oblique_axes_do_not_answer_for_one_another() -> None:
    part = Motion(2, 4).eval()
    part.aim(torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.6, 0.8, 0.0, 0.0]]), torch.randn(9, 4))
    torch.testing.assert_close(part.axes @ part.dual[:-1].T, torch.eye(2))
    torch.testing.assert_close(part.dual[-1], part.idle)


def sliding() -> torch.Tensor:
    """Maps of something that goes to the left over a pattern that stays."""
    torch.manual_seed(1)
    maps, thing = torch.randn(112, 14, 14).repeat(8, 1, 1, 1), torch.randn(112, 3, 3)
    for time in range(8):
        maps[time, :, 5:8, 9 - time : 12 - time] = thing
    return maps[None]


def test_motion_is_learned_from_drawn_videos_and_not_seen_in_real_ones() -> None:
    maps = sliding()
    torch.manual_seed(0)
    part = Motion(7, 16, dropout=0.0, sideways=[AXES.index(axis) for axis in SIDEWAYS])
    real = torch.randn(4, 1, 112, 14, 14).expand(4, 8, 112, 14, 14)
    lines: list[str] = []
    learn_motion(
        part,
        Drawn(maps.half(), ["left"]),
        real.half(),
        Moves(steps=50, batch=2, rate=0.003, calm=1.0, seed=0),
        lines.append,
    )
    assert len(lines) == 1
    assert part(maps)[0, 0] > 0.5
    assert part(maps.flip(-1))[0, 0] < -0.5
    assert part(maps.flip(1))[0, 0] < -0.5


def test_opposites_lie_at_the_two_ends_of_their_axis_and_calm_in_the_middle() -> None:
    wanted = wanted_of([*PHRASES, "still"])
    np.testing.assert_array_equal(wanted[:-1:2], np.eye(7))
    np.testing.assert_array_equal(wanted[1:-1:2], -np.eye(7))
    assert not wanted[-1].any()
