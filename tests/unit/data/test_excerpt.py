"""Parts that browsers can play show what the file shows, when it shows it."""

from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest

from data.media.excerpt import PART_S, cut, part
from data.media.pixels import shrunk
from data.media.reading import frames_at
from data.media.sound import sound_between
from tests.media import picture, scenes, stills

CUTS_S = (1.0, 4.5, 5.6, 8.0)


def _pictures(data: bytes) -> list[tuple[float, np.ndarray]]:
    with av.open(BytesIO(data), "r") as film:
        return [(frame.time, frame.to_ndarray(format="rgb24")) for frame in film.decode(video=0)]


def _sound(data: bytes) -> np.ndarray:
    with av.open(BytesIO(data), "r") as film:
        return np.concatenate([frame.to_ndarray() for frame in film.decode(audio=0)], axis=1)


@pytest.mark.parametrize("start_s", [0.0, 2.5])
def test_parts_show_each_scene_at_its_second(tmp_path: Path, start_s: float) -> None:
    path = scenes(tmp_path / "a.mkv", codec="libx265", cuts_s=CUTS_S, duration_s=9.0, fps=20, start_s=start_s)
    for number in range(2):
        times_s, pictures = zip(*_pictures(part(path, number * PART_S)), strict=True)
        assert times_s[0] == 0
        for time_s in (0.3, 2.0, 3.3):
            shown = pictures[np.searchsorted(times_s, time_s, side="right") - 1]
            wanted = frames_at(path, [number * PART_S + time_s], lambda frame: shrunk(frame, longest=960)).pixels[0]
            assert np.abs(shown.astype(int) - wanted.astype(int)).mean() < 12


def test_part_is_h264_of_even_sides_and_lasts_to_the_next(tmp_path: Path) -> None:
    path = scenes(tmp_path / "a.mp4", codec="mpeg4", duration_s=3.0, size=(162, 90), audio="aac")
    with av.open(BytesIO(part(path, 0.0)), "r") as film:
        assert (film.streams.video[0].codec_context.name, film.streams.audio[0].codec_context.name) == ("h264", "aac")
        assert film.streams.video[0].width % 2 == film.streams.video[0].height % 2 == 0
        ends_s = [
            float((packet.pts + packet.duration) * packet.time_base)
            for packet in film.demux(video=0)
            if packet.pts is not None and packet.duration is not None
        ]
        assert ends_s[-1] == pytest.approx(PART_S, abs=0.001)


def test_sound_goes_on_from_part_to_part_and_is_silent_after_its_end(tmp_path: Path) -> None:
    path = scenes(tmp_path / "a.mp4", codec="mpeg4", duration_s=8.0, audio="aac")
    first, second = _sound(part(path, 0.0)), _sound(part(path, PART_S))
    assert first.shape == second.shape == (2, round(PART_S * 48_000))
    loud = np.sqrt((first**2).mean())
    assert loud > 0.01
    assert np.sqrt((second[:, : 2 * 48_000] ** 2).mean()) == pytest.approx(loud, rel=0.2)
    assert np.abs(second[:, 3 * 48_000 :]).max() < loud / 100


def test_silent_film_has_no_sound(tmp_path: Path) -> None:
    with av.open(BytesIO(part(scenes(tmp_path / "a.mp4", duration_s=1.0), 0.0)), "r") as film:
        assert not film.streams.audio


@pytest.mark.parametrize("size", [(1, 1), (15, 1)])
def test_part_of_the_smallest_pictures_is_made(tmp_path: Path, size: tuple[int, int]) -> None:
    path = stills(tmp_path / "a.mkv", [picture(0, size)], codec="ffv1", pixel_format="bgr0")
    _, pixels = _pictures(part(path, 0.0))[0]
    assert min(pixels.shape[:2]) == 2


def test_a_stretch_is_cut_to_the_frame_in_its_full_size_with_its_sound(tmp_path: Path) -> None:
    path = scenes(tmp_path / "a.mp4", cuts_s=(1.0, 2.0, 3.0), duration_s=4.0, fps=20, audio="aac")
    beats: list[None] = []
    cut(path, 0.5, 3.25, tmp_path / "cut.mp4", beat=lambda: beats.append(None))
    data = (tmp_path / "cut.mp4").read_bytes()
    times_s, pictures = zip(*_pictures(data), strict=True)
    assert (times_s[0], len(beats)) == (0, len(pictures))
    for time_s in (0.1, 0.45, 0.55, 1.4, 1.6, 2.7):
        shown = pictures[np.searchsorted(times_s, time_s, side="right") - 1]
        wanted = frames_at(path, [0.5 + time_s], lambda frame: shrunk(frame, longest=960)).pixels[0]
        assert shown.shape == wanted.shape
        assert np.abs(shown.astype(int) - wanted.astype(int)).mean() < 8
    with av.open(tmp_path / "cut.mp4") as film:
        assert film.duration is not None
        assert film.duration / av.time_base == pytest.approx(2.75, abs=0.03)
    heard, played = sound_between(path, 0.5, 3.25), sound_between(tmp_path / "cut.mp4", 0.0, 2.75)
    assert heard is not None
    assert played is not None
    assert np.corrcoef(heard[0], played[0])[0, 1] > 0.9
