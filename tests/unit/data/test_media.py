from pathlib import Path

import numpy as np
import pytest

from data.media.pixels import Fit
from data.media.reading import MAX_PIXELS, Damage, GridFrame, NoPicture, frames_at, grid, midpoints, probe
from data.types import VideoError
from tests import media

FIT = Fit(32, "squash", "bilinear")


def passed(path: Path, per_second: float = 4) -> tuple[list[GridFrame], Damage]:
    damage = Damage()
    return list(grid(path, per_second=per_second, scaler=FIT.scaler(), damage=damage)), damage


def brightness(frames: list[GridFrame]) -> np.ndarray:
    return np.array([frame.pixels.mean() for frame in frames])


def test_grid_frames_follow_one_another_without_a_gap(tmp_path: Path) -> None:
    frames, damage = passed(media.scenes(tmp_path / "a.mp4", duration_s=3.0))
    assert [frame.start_s for frame in frames] == pytest.approx(np.arange(0, 3, 0.25))
    assert [frame.end_s for frame in frames[:-1]] == [frame.start_s for frame in frames[1:]]
    assert frames[-1].end_s == pytest.approx(3.0)
    assert damage.count == 0


def test_a_still_of_a_slow_video_fills_every_tick(tmp_path: Path) -> None:
    frames, _ = passed(media.scenes(tmp_path / "slow.mp4", duration_s=4.0, fps=1))
    assert len(frames) == 16


def test_a_video_of_one_frame_gives_one_grid_frame(tmp_path: Path) -> None:
    frames, _ = passed(media.scenes(tmp_path / "one.mp4", duration_s=0.04))
    assert len(frames) == 1


@pytest.mark.parametrize("codec", ["libx264", "libx265", "libvpx-vp9", "libsvtav1"])
def test_a_flash_is_seen_at_its_time_in_every_codec(tmp_path: Path, codec: str) -> None:
    path = media.scenes(tmp_path / "flash.mp4", duration_s=3.0, flash_s=(1.48, 1.6), codec=codec)
    frames, _ = passed(path)
    assert frames[int(brightness(frames).argmax())].start_s == pytest.approx(1.5, abs=0.04)


def test_times_are_the_players_when_pictures_begin_after_sound(tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "late.mkv", duration_s=3.0, flash_s=(1.48, 1.6), start_s=5.0, audio="aac")
    frames, _ = passed(path)
    assert frames[0].start_s == pytest.approx(5.0, abs=0.05)
    assert frames[int(brightness(frames).argmax())].start_s == pytest.approx(6.5, abs=0.05)


def test_a_turned_video_is_upright(tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "turned.mp4", duration_s=1.0)
    plain = probe(path)
    corner_dark = dark_corner(path)
    media.turn(path, 90)
    turned = probe(path)
    assert (turned.width, turned.height) == (plain.height, plain.width)
    assert corner_dark == "top left"
    assert dark_corner(path) == "top right"


def dark_corner(path: Path) -> str:
    pixels = passed(path)[0][0].pixels.mean(axis=2)
    half = pixels.shape[0] // 2
    quarters = {
        "top left": pixels[:half, :half],
        "top right": pixels[:half, half:],
        "bottom left": pixels[half:, :half],
        "bottom right": pixels[half:, half:],
    }
    return min(quarters, key=lambda name: float(quarters[name].mean()))


def test_frames_at_gives_the_picture_shown_then(tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "cuts.mp4", cuts_s=(1.0, 2.0), duration_s=3.0)
    frames, _ = passed(path)
    shown = frames_at(path, [0.5, 1.5, 2.5], FIT.scaler())
    assert shown.times_s == pytest.approx([0.48, 1.48, 2.48], abs=0.041)
    for pixels, tick in zip(shown.pixels, (2, 6, 10), strict=True):
        assert np.abs(pixels.astype(int) - frames[tick].pixels).mean() < 3


def test_frames_at_a_time_before_the_first_picture_gives_the_first(tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "late.mkv", duration_s=1.0, start_s=5.0, audio="aac")
    assert frames_at(path, [0.0], FIT.scaler()).times_s[0] == pytest.approx(5.0, abs=0.05)


def test_midpoints_are_the_middles_of_equal_segments() -> None:
    assert midpoints(2.0, 6.0, 4) == pytest.approx([2.5, 3.5, 4.5, 5.5])


def test_damage_in_the_middle_is_counted_and_passed_over(tmp_path: Path) -> None:
    path = media.faststart(media.scenes(tmp_path / "a.mp4", duration_s=6.0))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    path.write_bytes(data)
    frames, damage = passed(path)
    assert damage.count > 0
    assert frames[-1].end_s > 5.0


@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".gif", ".y4m", ".m4v"])
def test_what_is_no_video_is_refused_with_stage_and_reason(tmp_path: Path, ending: str) -> None:
    with pytest.raises(VideoError, match=r"no\.\w+: probe: the file is empty$"):
        probe(media.empty(tmp_path / f"no{ending}"))
    with pytest.raises(VideoError, match=r"no\.\w+: probe: (it is not a video that can be read \(|the size of its)"):
        probe(media.text(tmp_path / f"no{ending}"))


@pytest.mark.parametrize("make", [media.audio_only, media.with_cover])
def test_sound_without_moving_picture_is_told_apart_from_failure(tmp_path: Path, make: object) -> None:
    with pytest.raises(NoPicture):
        probe(make(tmp_path / "song.mp4"))  # type: ignore[operator]


def test_a_header_that_claims_too_many_pixels_is_refused_before_decoding(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=str(MAX_PIXELS)):
        probe(media.huge_header(tmp_path / "huge.mp4"))
