"""A flash is found at its time on the player's clock, to within a frame, whatever the file does with time."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from data.media.pixels import Fit
from data.media.reading import Damage, frames_at, grid
from tests import media

CODECS = {
    "h264": {"codec": "libx264"},
    "hevc": {"codec": "libx265", "options": {"x265-params": "log-level=none"}},
    "vp9": {"codec": "libvpx-vp9"},
    "av1": {"codec": "libsvtav1", "options": {"preset": "12", "svtav1-params": "loglevel=0"}},
}
FRAME_S = 1 / 25
TOLERATED_S = FRAME_S + 0.001  # containers round to milliseconds
Scenes = Callable[..., Path]
Made = tuple[Path, float]


def plain(path: Path, scenes: Scenes) -> Made:
    return scenes(path, flash_s=(1.48, 1.8)), 1.48


def of_variable_rate(path: Path, scenes: Scenes) -> Made:
    times_s = [0.0, 0.04, 0.5, 1.0, 1.48, 1.52, 1.7, 2.5, 2.54]
    return scenes(path, times_s=times_s, flash_s=(1.48, 2.5)), 1.48


def after_its_sound(path: Path, scenes: Scenes) -> Made:
    return scenes(path, start_s=5.0, audio="aac", flash_s=(1.48, 1.8)), 6.48


def with_a_start_of_its_own(path: Path, scenes: Scenes) -> Made:
    return scenes(path.with_suffix(".mkv"), start_s=3.0, flash_s=(1.48, 1.8)), 1.48


def turned(path: Path, scenes: Scenes) -> Made:
    return media.turn(scenes(path, flash_s=(1.48, 1.8)), 90), 1.48


def cut_by_an_edit_list(path: Path, scenes: Scenes) -> Made:
    return media.cut_by_edit_list(scenes(path, flash_s=(1.48, 1.8)), 1.0), 0.48


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(
    "make", [plain, of_variable_rate, after_its_sound, with_a_start_of_its_own, turned, cut_by_an_edit_list]
)
def test_a_flash_is_at_its_time(tmp_path: Path, make: Callable[[Path, Scenes], Made], codec: str) -> None:
    scenes = partial(media.scenes, duration_s=3.0, size=(96, 64), **CODECS[codec])  # type: ignore[arg-type]
    path, flash_s = make(tmp_path / "a.mp4", scenes)
    scaler = Fit(16, "squash", "bilinear").scaler()
    shown = frames_at(path, [flash_s - FRAME_S, flash_s + FRAME_S / 2], scaler)
    assert _is_white(shown.pixels).tolist() == [False, True]
    assert shown.times_s[1] == pytest.approx(flash_s, abs=TOLERATED_S)
    passed = list(grid(path, per_second=25.0, scaler=scaler, damage=Damage()))
    first = next(frame for frame in passed if _is_white(frame.pixels[np.newaxis])[0])
    assert first.start_s == pytest.approx(flash_s, abs=TOLERATED_S)


def _is_white(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    white: NDArray[np.bool_] = pixels.mean(axis=(1, 2, 3)) > 220
    return white
