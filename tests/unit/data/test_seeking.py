"""Whatever is indexed is shown, played and evaluated, though the file can't be sought in."""

import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest

from data.manifests import Item, frames_of
from data.media.excerpt import PART_S, part
from data.media.film import Film
from data.media.pixels import Fit
from data.media.reading import Damage, frames_at, frames_between, grid, key_frames_at
from data.media.sound import sound_between
from tests import media
from tests.numbered import RATE, as_it_is, evenly, number_of, write

COUNT = 100
Make = Callable[[Path], Path]


def avi(folder: Path) -> Path:
    return write(folder / "a.avi", evenly(COUNT), codec="mpeg4", reordered=True, sound="mp2", sound_s=4.0)


def flv(folder: Path) -> Path:
    return write(folder / "a.flv", evenly(COUNT), sound="aac", sound_s=4.0)


def raw_mpeg2(folder: Path) -> Path:
    return write(folder / "a.m2v", evenly(COUNT), codec="mpeg2video", reordered=True)


def raw_h264(folder: Path) -> Path:
    return write(folder / "a.h264", evenly(COUNT), reordered=True)


def raw_jpeg(folder: Path) -> Path:
    return write(folder / "a.mjpeg", evenly(COUNT), codec="mjpeg")


def without_an_early_key(folder: Path) -> Path:
    """The list of key pictures leaves out the first."""
    path = write(folder / "a.mp4", evenly(COUNT), sound="aac", sound_s=4.0, every_key=50)
    data = bytearray(path.read_bytes())
    at = data.index(b"stss") + 8
    assert struct.unpack_from(">3I", data, at) == (2, 1, 51)
    struct.pack_into(">3I", data, at, 2, 51, 51)
    path.write_bytes(data)
    return path


def of_one_key(folder: Path) -> Path:
    return write(folder / "a.mkv", evenly(COUNT), reordered=True, every_key=1000, sound="aac", sound_s=4.0)


def cut_through(folder: Path) -> Path:
    path = write(folder / "a.mkv", evenly(COUNT), reordered=True, sound="aac", sound_s=4.0)
    return media.truncate(path, 0.9)


MADE = [avi, flv, raw_mpeg2, raw_h264, raw_jpeg, without_an_early_key, of_one_key, cut_through]


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_what_is_indexed_is_shown(tmp_path: Path, make: Make) -> None:
    path = make(tmp_path)
    passed = list(grid(path, per_second=4, scaler=as_it_is, damage=Damage()))
    assert len(passed) >= 12
    for frame in passed:
        shown = frames_at(path, [frame.start_s + 0.001], as_it_is)
        assert number_of(shown.pixels[0]) == number_of(frame.pixels)


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_what_is_indexed_is_played_and_evaluated(tmp_path: Path, make: Make) -> None:
    path = make(tmp_path)
    with av.open(BytesIO(part(path, 0.0)), "r") as film:
        assert sum(1 for _ in film.decode(video=0)) >= 80
    heard = sound_between(path, 1.0, 2.0)
    assert heard is None or np.abs(heard[:, 4800:-4800]).max() > 0.01
    pictures = frames_of(Item("a", path, (), ()), Fit(112, "squash", "bilinear"), 4)
    assert [number_of(pixels) for pixels in pictures] == pytest.approx([12, 37, 62, 87], abs=8)


@pytest.mark.parametrize("make", [raw_mpeg2, without_an_early_key, of_one_key], ids=lambda make: make.__name__)
def test_part_from_the_middle_begins_with_its_picture(tmp_path: Path, make: Make) -> None:
    pixels, second = next(frames_between(make(tmp_path), 2.41, 3.0, as_it_is))
    assert number_of(pixels) == 60
    assert second == pytest.approx(2.4, abs=0.002)


def test_seek_that_fails_costs_no_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Film, "seek", lambda *_: False)
    path = write(tmp_path / "a.mp4", evenly(COUNT), sound="aac", sound_s=4.0)
    shown = frames_at(path, [3.01, 0.21, 2.01], as_it_is)
    assert [number_of(pixels) for pixels in shown.pixels] == [75, 5, 50]
    heard = sound_between(path, 1.0, 2.0)
    assert heard is not None
    assert np.abs(heard).max() > 0.01


def test_where_key_pictures_are_far_apart_the_next_second_is_reached_by_going_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sought: list[float] = []
    seek = Film.seek

    def counted(film: Film, second: float) -> bool:
        sought.append(second)
        return seek(film, second)

    monkeypatch.setattr(Film, "seek", counted)
    path = write(tmp_path / "a.mp4", evenly(COUNT), reordered=True, every_key=1000)
    shown = frames_at(path, [1.51, 2.01, 2.81, 3.61], as_it_is)
    assert [number_of(pixels) for pixels in shown.pixels] == [37, 50, 70, 90]
    assert len(sought) == 1


def test_no_picture_is_left_out_of_what_follows_a_far_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", evenly(COUNT), reordered=True, every_key=1000)
    for second in (0.45, 0.49, 0.53, 1.9):
        shown = frames_at(path, [3.9, second], as_it_is)
        assert [number_of(pixels) for pixels in shown.pixels] == [97, int(second * RATE)]


def test_picture_left_out_on_the_way_is_shown_when_it_stays_on_the_screen(tmp_path: Path) -> None:
    # Every third picture is referred to by none of the others; the film stops at each in turn.
    for still in (7, 8, 9):
        times_s = [number / RATE + (30.0 if number > still else 0.0) for number in range(20)]
        path = write(tmp_path / f"{still}.mp4", times_s, reordered=True, every_key=1000)
        shown = frames_at(path, [20.0, 30.0 + 15.5 / RATE, 99.0], as_it_is)
        assert [number_of(pixels) for pixels in shown.pixels] == [still, 15, 19]


def test_part_after_the_end_shows_the_last_picture(tmp_path: Path) -> None:
    path = without_an_early_key(tmp_path)
    ((pixels, _),) = frames_between(path, PART_S, 2 * PART_S, as_it_is)
    assert number_of(pixels) == COUNT - 1


def test_key_pictures_lie_at_or_before_the_seconds_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", evenly(COUNT), reordered=True, every_key=20, sound="aac", sound_s=4.0)
    shown = key_frames_at(path, [0.01, 0.9, 1.61, 1.62, 3.9, 99.0], as_it_is)
    assert [number_of(pixels) for pixels in shown.pixels] == [0, 20, 40, 40, 80, 80]
    assert shown.times_s.tolist() == pytest.approx([0.0, 0.8, 1.6, 1.6, 3.2, 3.2], abs=0.002)


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_pictures_far_apart_are_found_in_whatever_is_indexed(tmp_path: Path, make: Make) -> None:
    shown = key_frames_at(make(tmp_path), [0.5, 2.1, 3.0, 99.0], as_it_is)
    numbers = [number_of(pixels) for pixels in shown.pixels]
    assert numbers == sorted(numbers)
    assert all(0 <= number < COUNT for number in numbers)


def test_where_no_time_can_be_sought_the_picture_itself_is_shown(tmp_path: Path) -> None:
    shown = key_frames_at(raw_h264(tmp_path), [0.41, 2.01, 3.61], as_it_is)
    assert [number_of(pixels) for pixels in shown.pixels] == [10, 50, 90]


def test_pictures_far_apart_are_decoded_to_once_where_a_seek_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Film] = []
    reopen = Film.reopen

    def counted(film: Film) -> None:
        opened.append(film)
        reopen(film)

    monkeypatch.setattr(Film, "reopen", counted)
    monkeypatch.setattr(Film, "seek", lambda *_: False)
    shown = key_frames_at(write(tmp_path / "a.mp4", evenly(COUNT)), [1.21, 2.01, 3.61], as_it_is)
    assert [number_of(pixels) for pixels in shown.pixels] == [30, 50, 90]
    assert len(opened) <= 2
