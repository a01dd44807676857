"""Which pictures a strip shows, and how large they are."""

from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.media.pixels import Pixels
from search.service.pictures.strips import LONGEST, strip
from tests import media
from tests.numbered import RATE, evenly, number_of, write


def _pictures(data: bytes, count: int) -> list[Pixels]:
    whole = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    return np.split(whole, count, axis=1)


def test_neighbours_are_the_pictures_shown_in_the_middle_of_each_part(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", evenly(100), reordered=True, every_key=40)
    shown = _pictures(strip(path, 0.81, 3.61, 7, 4.0), 7)
    assert [number_of(pixels) for pixels in shown] == [25, 35, 45, 55, 65, 75, 85]


def test_far_from_one_another_they_are_key_pictures(tmp_path: Path) -> None:
    times_s = [number / 2 for number in range(100)]
    path = write(tmp_path / "a.mp4", times_s, every_key=8)
    shown = _pictures(strip(path, 0.0, 50.0, 10, 50.0), 10)
    assert [number_of(pixels) for pixels in shown] == [0, 8, 24, 32, 40, 48, 64, 72, 80, 88]


def test_after_the_end_there_is_the_last_picture(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", evenly(50), reordered=True)
    shown = _pictures(strip(path, 1.5, 3.0, 3, 50 / RATE), 3)
    assert [number_of(pixels) for pixels in shown] == [43, 49, 49]


@pytest.mark.parametrize(("degrees", "size"), [(180, (240, 135)), (90, (135, 240))])
def test_pictures_are_upright_and_no_longer_than_allowed(tmp_path: Path, degrees: int, size: tuple[int, int]) -> None:
    path = media.turn(media.scenes(tmp_path / "a.mp4", duration_s=2.0, size=(640, 360)), degrees)
    (width, height) = Image.open(BytesIO(strip(path, 0.0, 2.0, 4, 2.0))).size
    assert (width, height) == (4 * size[0], size[1])
    assert max(size) == LONGEST


def test_pictures_of_another_size_take_the_size_of_the_first(tmp_path: Path) -> None:
    path, second = tmp_path / "a.ts", tmp_path / "b.ts"
    make = partial(media.scenes, duration_s=2.0, codec="mpeg2video")
    make(path, size=(160, 120))
    make(second, size=(128, 128))
    path.write_bytes(path.read_bytes() + second.read_bytes())
    assert Image.open(BytesIO(strip(path, 0.0, 4.0, 4, 4.0))).size == (4 * 160, 120)
