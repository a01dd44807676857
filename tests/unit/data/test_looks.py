"""A picture looks as a player shows it: for a tower, for thumbnails and for copies alike."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from data.media.excerpt import part
from data.media.pixels import Fit, Pixels, shrunk
from data.media.reading import Damage, frames_at, grid, probe
from tests import colours, media

FIT = Fit(64, "squash", "bilinear")
ORIENTATIONS: dict[str, tuple[tuple[int, int, int, int], Callable[[Pixels], Pixels]]] = {
    "as it is": ((1, 0, 0, 1), lambda p: p),
    "mirrored": ((-1, 0, 0, 1), lambda p: p[:, ::-1]),
    "upside down, mirrored": ((1, 0, 0, -1), lambda p: p[::-1]),
    "turned by 180": ((-1, 0, 0, -1), lambda p: p[::-1, ::-1]),
    "turned by 90": ((0, 1, -1, 0), lambda p: np.rot90(p, -1)),
    "turned by 270": ((0, -1, 1, 0), lambda p: np.rot90(p, 1)),
    "rows become columns": ((0, 1, 1, 0), lambda p: p.swapaxes(0, 1)),
    "rows become columns, turned": ((0, -1, -1, 0), lambda p: np.rot90(p, 2).swapaxes(0, 1)),
}
BARS = np.array([[235, 235, 235], [200, 60, 40], [60, 170, 70], [50, 70, 190], [110, 110, 110], [0, 0, 0]], np.uint8)


def thumbnail(path: Path, longest: int = 480) -> Pixels:
    pixels: Pixels = frames_at(path, [0.0], lambda frame: shrunk(frame, longest=longest)).pixels[0]
    return pixels


def seen_by_tower(path: Path, fit: Fit = FIT) -> Pixels:
    return next(grid(path, per_second=4, scaler=fit.scaler(), damage=Damage())).pixels


def copied(path: Path, into: Path) -> Pixels:
    into.write_bytes(part(path, 0.0))
    return thumbnail(into, 960)


def apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(int) - other).mean())


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_every_orientation_is_shown_as_the_container_says(tmp_path: Path, name: str) -> None:
    matrix, as_shown = ORIENTATIONS[name]
    path = media.orient(media.scenes(tmp_path / "a.mp4", duration_s=0.4), *matrix)
    expected = as_shown(media.picture(0))
    facts = probe(path)
    assert (facts.height, facts.width) == expected.shape[:2]
    assert apart(thumbnail(path), expected) < 12
    assert apart(seen_by_tower(path), FIT.picture(expected)) < 12
    assert apart(copied(path, tmp_path / "copy.mp4"), expected) < 12


def test_a_picture_turned_by_an_odd_angle_is_shown_by_the_nearest_quarter(tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "a.mp4", duration_s=0.4)
    media.orient(path, 0.1, 0.99, -0.99, 0.1)
    assert apart(thumbnail(path), np.rot90(media.picture(0), -1)) < 12


@pytest.mark.parametrize(
    ("shape", "size"), [("2/1", (320, 120)), ("1/2", (80, 120)), ("64/45", (228, 120)), ("1/1000", (160, 120))]
)
def test_pixels_that_are_not_square_are_shown_in_their_shape(tmp_path: Path, shape: str, size: tuple[int, int]) -> None:
    path = media.scenes(tmp_path / "a.mp4", duration_s=0.4, pixel_shape=Fraction(shape))
    facts = probe(path)
    assert (facts.width, facts.height) == size
    assert thumbnail(path).shape[:2] == size[::-1]
    assert copied(path, tmp_path / "copy.mp4").shape[:2] == size[::-1]


def test_a_tower_that_crops_sees_the_middle_of_the_picture_as_it_is_shown(tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "a.mp4", duration_s=0.4, pixel_shape=Fraction(2))
    crop = Fit(60, "crop", "bilinear")
    assert apart(seen_by_tower(path, crop), crop.picture(np.repeat(media.picture(0), 2, axis=1))) < 6


def test_a_turned_picture_keeps_the_shape_of_its_pixels(tmp_path: Path) -> None:
    path = media.turn(media.scenes(tmp_path / "a.mp4", duration_s=0.4, pixel_shape=Fraction(2)), 90)
    facts = probe(path)
    assert (facts.width, facts.height) == (120, 320)
    assert thumbnail(path).shape[:2] == (320, 120)


@pytest.mark.parametrize("curve", ["smpte2084", "arib-std-b67", "bt2020-10"])
@pytest.mark.parametrize("codec", ["libx265", "libsvtav1"])
def test_hdr_and_wide_gamuts_are_shown_as_the_same_picture_is_in_sdr(tmp_path: Path, curve: str, codec: str) -> None:
    bars = np.repeat(np.repeat(BARS[np.newaxis], 96, axis=0), 32, axis=1)
    path = colours.hdr(tmp_path / "a.mp4", bars, curve=curve, codec=codec)
    for shown in (thumbnail(path), copied(path, tmp_path / "copy.mp4")):
        seen = shown[48, 16::32].astype(int)
        assert np.abs(seen - BARS).max() < 10, seen.tolist()
    seen = FIT.picture(bars).astype(int) - seen_by_tower(path)
    assert np.abs(seen).mean() < 4


def test_what_is_brighter_than_white_in_hdr_stays_apart_from_it(tmp_path: Path) -> None:
    nits = np.repeat(np.repeat(np.array([100, 203, 400, 1000], float)[None, :, None], 96, axis=0), 32, axis=1)
    path = colours.hdr_of_light(tmp_path / "a.mp4", np.repeat(nits, 3, axis=2), curve="smpte2084", codec="libx265")
    grey = thumbnail(path)[48, 16::32].mean(axis=1)
    assert grey[0] < grey[1] < grey[2] < grey[3] <= 255
    assert grey[1] > 230


@pytest.mark.parametrize(("size", "matrix"), [((1280, 720), 1), ((640, 360), 5)])
def test_untagged_pictures_have_the_colours_that_players_give_them(
    tmp_path: Path, size: tuple[int, int], matrix: int
) -> None:
    path = media.scenes(tmp_path / "a.mp4", duration_s=0.2, size=size, options={"qp": "4"}, matrix=matrix)
    assert apart(thumbnail(path, 2000), media.picture(0, size)) < 2


@pytest.mark.parametrize("colorspace", ["ycgco", "bt2020c", "ictcp"])
def test_a_matrix_that_is_not_known_costs_no_file(tmp_path: Path, colorspace: str) -> None:
    options: Mapping[str, str] = {"colorspace": colorspace}
    path = media.scenes(tmp_path / "a.mkv", duration_s=0.4, options=options)
    assert thumbnail(path).shape == (120, 160, 3)


@pytest.mark.parametrize(
    ("suffix", "codec", "pixel_format"),
    [
        ("mov", "prores_ks", "yuva444p10le"),
        ("mov", "qtrle", "argb"),
        ("mkv", "ffv1", "yuva420p"),
        ("apng", "apng", "rgba"),
    ],
)
def test_what_is_hidden_under_alpha_is_black(tmp_path: Path, suffix: str, codec: str, pixel_format: str) -> None:
    pixels = np.full((96, 128, 4), 255, np.uint8)
    pixels[:, :64, 3] = 0
    path = media.stills(tmp_path / f"a.{suffix}", [pixels], codec=codec, pixel_format=pixel_format)
    for shown in (thumbnail(path), seen_by_tower(path), copied(path, tmp_path / "copy.mp4")):
        quarter = shown.shape[1] // 4
        assert shown[:, :quarter].max() < 12
        assert shown[:, -quarter:].min() > 243


def test_hidden_colours_do_not_run_into_what_is_shown(tmp_path: Path) -> None:
    """Alternate columns: white that is shown, red that is not. Shrunk, that is a grey without any red."""
    pixels = np.full((64, 128, 4), 255, np.uint8)
    pixels[:, ::2] = (255, 0, 0, 0)
    path = media.stills(tmp_path / "a.mov", [pixels], codec="qtrle", pixel_format="argb")
    shown = seen_by_tower(path, Fit(32, "squash", "bilinear"))[8:24, 8:24].reshape(-1, 3).mean(axis=0)
    assert shown == pytest.approx(np.full(3, 127.5), abs=3)


def test_a_gif_shows_black_where_nothing_was_ever_drawn(tmp_path: Path) -> None:
    path = colours.see_through_gif(tmp_path / "a.gif")
    shown = thumbnail(path)
    assert shown[:, : shown.shape[1] // 4].max() < 12
    assert shown[:, -shown.shape[1] // 4 :].min() > 243


def test_frames_held_at_once_each_know_the_shape_of_their_pixels(tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "a.mp4", duration_s=2.0, pixel_shape=Fraction(2))
    held: list[av.VideoFrame] = []
    frames_at(path, [0.2, 0.6, 1.0], lambda frame: held.append(frame) or np.zeros((1, 1, 3), np.uint8))  # type: ignore[func-returns-value]
    assert [shrunk(frame, longest=480).shape for frame in held] == [(120, 320, 3)] * 3
