"""What speaks for a clip: not black, not one colour, not a blur, as long as there is anything else."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from data.media.reading import GridFrame
from indexer.modalities.sample import LEAST_DETAIL, detail_of, sampled, speaking
from indexer.modalities.segment import Piece, segment
from tests import media

Picture = NDArray[np.uint8]
SIZE = (224, 224)
BLACK = np.full((*SIZE, 3), 3, np.uint8)
RED = np.full((*SIZE, 3), (200, 30, 30), np.uint8)
SCENE, OTHER = media.picture(0, SIZE), media.picture(1, SIZE)


def shown(*pictures: tuple[Picture, float]) -> list[GridFrame]:
    """Each picture for so many seconds, four times a second."""
    all_of_them = [pixels for pixels, seconds in pictures for _ in range(round(seconds * 4))]
    return [GridFrame(n / 4, (n + 1) / 4, pixels) for n, pixels in enumerate(all_of_them)]


def clips(*pictures: tuple[Picture, float]) -> list[tuple[float, float, list[float]]]:
    """Start, end and the times of the frames of each clip."""
    frames = shown(*pictures)
    return [(piece.start_s, piece.end_s, seen.times_s.tolist()) for piece, seen in sampled(lambda: segment(frames), 4)]


def faded(pixels: Picture, share: float) -> Picture:
    return (pixels * share).astype(np.uint8)


def blurred(pixels: Picture, radius: float) -> Picture:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


def night(lamps: int) -> Picture:
    """Dark all over but for some lamps of four pixels."""
    pixels = faded(SCENE, 0.06)
    for n in range(lamps):
        pixels[100 + 20 * n : 104 + 20 * n, 60:64] = 220
    return pixels


@pytest.mark.parametrize(
    "dull", [BLACK, faded(SCENE, 0.05), faded(SCENE, 0.15), blurred(SCENE, 8), blurred(SCENE, 16), RED]
)
def test_black_faded_blurred_and_flat_frames_are_passed_over(dull: Picture) -> None:
    frames = speaking(shown((dull, 1), (SCENE, 3), (dull, 1)), 8)
    assert frames is not None
    assert (frames.pixels == SCENE).all()
    assert frames.times_s.min() == 1.0
    assert frames.times_s.max() == 3.75


def test_frames_that_all_speak_are_those_nearest_the_midpoints() -> None:
    frames = speaking(shown((SCENE, 8)), 4)
    assert frames is not None
    assert frames.times_s.tolist() == [1.0, 3.0, 5.0, 7.0]


def test_a_small_sharp_thing_in_an_empty_sky_speaks_beside_a_busy_picture() -> None:
    sky = np.full((*SIZE, 3), (120, 160, 210), np.uint8)
    sky[100:108, 90:120] = 240
    frames = speaking(shown((sky, 2), (SCENE, 2)), 8)
    assert frames is not None
    assert frames.times_s.min() < 1


def test_a_night_scene_speaks() -> None:
    assert detail_of(night(lamps=4)) > LEAST_DETAIL
    assert detail_of(night(lamps=0)) < LEAST_DETAIL


def test_a_white_wall_and_fog_do_not_speak_but_a_title_does() -> None:
    title = np.zeros((*SIZE, 3), np.uint8)
    title[100:116, 60:160:8] = 255
    assert detail_of(title) > LEAST_DETAIL
    assert detail_of(np.full((*SIZE, 3), 240, np.uint8)) < LEAST_DETAIL
    assert detail_of(blurred(faded(SCENE, 0.3) + np.uint8(150), 6)) < LEAST_DETAIL


@pytest.mark.parametrize("side", [16, 112, 224, 336, 384])
def test_detail_is_told_at_every_size_of_tower(side: int) -> None:
    small = np.asarray(Image.fromarray(SCENE).resize((side, side), Image.Resampling.BICUBIC))
    assert detail_of(small) > 2 * LEAST_DETAIL
    assert detail_of(faded(small, 0.05)) < LEAST_DETAIL


def test_black_between_two_shots_belongs_to_the_one_before() -> None:
    found = clips((SCENE, 3), (BLACK, 2), (OTHER, 4))
    assert [(start, end) for start, end, _ in found] == [(0, 5), (5, 9)]
    assert max(found[0][2]) < 3


def test_black_at_the_beginning_belongs_to_the_first_shot_and_at_the_end_to_the_last() -> None:
    ((start, end, times_s),) = clips((BLACK, 25), (SCENE, 4), (BLACK, 30))
    assert (start, end) == (0, 59)
    assert min(times_s) >= 25
    assert max(times_s) < 29


def test_no_second_of_a_video_is_lost() -> None:
    found = clips((RED, 2), (SCENE, 12), (BLACK, 11), (OTHER, 3), (RED, 1), (SCENE, 1))
    assert found[0][0] == 0
    assert found[-1][1] == 30
    assert all(one[1] == two[0] for one, two in pairwise(found))


def test_a_video_in_which_nothing_speaks_is_taken_as_it_is() -> None:
    assert [(start, end) for start, end, _ in clips((RED, 3), (BLACK, 14))] == [(0, 3), (3, 10), (10, 17)]


def test_hours_of_black_are_not_kept_in_memory() -> None:
    alive: set[int] = set()
    most = 0

    class Counted(list[GridFrame]):
        def __init__(self, number: int, pixels: Picture) -> None:
            super().__init__([GridFrame(10.0 * number, 10.0 * number + 10, pixels)])
            alive.add(number)
            self.number = number

        def __del__(self) -> None:
            alive.discard(self.number)

    def pieces() -> Iterator[Piece]:
        nonlocal most
        for number in range(2000):
            yield Piece(number, 10.0 * number, 10.0 * number + 10, Counted(number, SCENE if number == 1000 else BLACK))
            most = max(most, len(alive))

    assert [(piece.start_s, piece.end_s) for piece, _ in sampled(pieces, 8)] == [(0, 20_000)]
    assert most < 5
