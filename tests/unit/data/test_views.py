from pathlib import Path

import numpy as np
import pytest

from data.media.pixels import Fit
from data.media.views import Span, view_times, views_of
from data.types import VideoError
from tests import media


def test_clips_of_their_own_length_lie_evenly_between_both_ends() -> None:
    times = view_times(10.0, Span(4, 2.0), clips=3)
    np.testing.assert_allclose(times[0], [0.25, 0.75, 1.25, 1.75])
    np.testing.assert_allclose(times[:, 0] - 0.25, [0.0, 4.0, 8.0])


def test_a_single_clip_lies_in_the_middle() -> None:
    assert view_times(10.0, Span(4, 2.0), clips=1)[0, 0] == pytest.approx(4.25)


def test_clips_over_the_whole_film_take_turns_within_its_segments() -> None:
    times = view_times(8.0, Span(4, 0), clips=2)
    np.testing.assert_allclose(times, [[0.5, 2.5, 4.5, 6.5], [1.5, 3.5, 5.5, 7.5]])


def test_views_show_what_is_there_at_their_times(tmp_path: Path) -> None:
    film = media.scenes(tmp_path / "a.mp4", cuts_s=(2.0,), duration_s=4.0)
    views = views_of(film, Span(4, 2.0), Fit(32, "crop", "bicubic"), clips=2)
    assert views.shape == (2, 4, 32, 32, 3)
    early, late = (media.picture(n)[60:].mean(axis=(0, 1)) for n in (0, 1))
    for view, colour in zip(views, (early, late), strict=True):
        np.testing.assert_allclose(view[:, 20:].mean(axis=(0, 1, 2)), colour, atol=12)


def test_crops_go_along_the_longer_side(tmp_path: Path) -> None:
    wide = np.zeros((40, 160, 3), np.uint8)
    wide[:, :40] = (250, 0, 0)
    wide[:, -40:] = (0, 0, 250)
    film = media.stills(tmp_path / "wide.mp4", [wide], codec="libx264", pixel_format="yuv420p")
    left, middle, right = views_of(film, Span(1, 0), Fit(40, "crop", "bilinear"), clips=1, crops=3)[:, 0]
    assert left[..., 0].mean() > 200 > 50 > left[..., 2].mean()
    assert middle.mean() < 20
    assert right[..., 2].mean() > 200


def test_a_film_shorter_than_a_clip_shows_its_last_picture_on(tmp_path: Path) -> None:
    film = media.scenes(tmp_path / "short.mp4", duration_s=0.4)
    views = views_of(film, Span(8, 2.0), Fit(16, "crop", "bilinear"), clips=3)
    assert views.shape == (3, 8, 16, 16, 3)
    np.testing.assert_array_equal(views[0, -1], views[2, -1])


def test_what_is_no_film_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(VideoError):
        views_of(media.text(tmp_path / "a.mp4"), Span(2, 0), Fit(16, "crop", "bilinear"), clips=1)
