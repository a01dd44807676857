import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tests import media

Times = list[float]


def decoded(path: Path) -> tuple[Times, list[int]]:
    """Every frame's time on the player's clock, and the scene it shows (-1: white)."""
    with av.open(path) as container:
        zero = (container.start_time or 0) / av.time_base
        frames = list(container.decode(container.streams.video[0]))
        return [float(f.time or 0) - zero for f in frames], [shown(upright(f)) for f in frames]


def upright(frame: av.VideoFrame) -> NDArray[np.uint8]:
    return np.rot90(frame.to_ndarray(format="rgb24"), frame.rotation // 90)


def shown(pixels: NDArray[np.uint8]) -> int:
    size = (pixels.shape[1], pixels.shape[0])
    known = {-1: media.white(size)} | {n: media.picture(n, size) for n in range(4)}
    return min(known, key=lambda n: float(np.abs(known[n].astype(int) - pixels).mean()))


def first_white(path: Path) -> float:
    times, scenes = decoded(path)
    return times[scenes.index(-1)]


@pytest.mark.parametrize(
    ("codec", "name", "suffix"),
    [
        ("libx264", "h264", "mp4"),
        ("libx264", "h264", "mkv"),
        ("libx264", "h264", "ts"),
        ("libx265", "hevc", "mp4"),
        ("libvpx-vp9", "vp9", "webm"),
        ("libvpx", "vp8", "webm"),
        ("libsvtav1", "av1", "mp4"),
        ("mpeg4", "mpeg4", "avi"),
        ("mpeg2video", "mpeg2video", "mpg"),
    ],
)
def test_scenes_change_at_the_cuts_in_every_codec(tmp_path: Path, codec: str, name: str, suffix: str) -> None:
    path = media.scenes(tmp_path / f"a.{suffix}", cuts_s=(1.0, 1.6), duration_s=2.4, codec=codec)
    with av.open(path) as container:
        assert container.streams.video[0].codec_context.codec.canonical_name == name
    times, scenes = decoded(path)
    assert times == pytest.approx([n / 25 for n in range(60)], abs=0.0011)
    assert scenes == [0] * 25 + [1] * 15 + [2] * 20


def test_flash_is_white_for_its_interval_only(tmp_path: Path) -> None:
    times, scenes = decoded(media.scenes(tmp_path / "a.mp4", flash_s=(1.0, 1.2), duration_s=2.0))
    assert [t for t, s in zip(times, scenes, strict=True) if s == -1] == pytest.approx([1.0, 1.04, 1.08, 1.12, 1.16])


def test_variable_frame_rate_keeps_every_time(tmp_path: Path) -> None:
    given = [0.0, 0.04, 0.08, 0.5, 1.5, 1.533, 3.0]
    for suffix in ("mp4", "mkv"):
        times, scenes = decoded(media.scenes(tmp_path / f"a.{suffix}", times_s=given, cuts_s=(1.5,)))
        assert times == pytest.approx(given, abs=0.0011)
        assert scenes == [0, 0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_video_that_starts_five_seconds_after_its_audio(tmp_path: Path, suffix: str) -> None:
    path = media.scenes(tmp_path / f"a.{suffix}", start_s=5.0, duration_s=2.0, flash_s=(1.0, 1.2), audio="aac")
    times, _ = decoded(path)
    assert times[0] == pytest.approx(5.0, abs=0.03)  # AAC's priming samples may come before 0
    assert first_white(path) == pytest.approx(6.0, abs=0.03)


def test_start_of_a_file_without_audio_is_the_players_zero(tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "a.mkv", start_s=5.0, duration_s=1.0, flash_s=(0.4, 0.6))
    with av.open(path) as container:
        assert container.start_time == 5 * av.time_base
    assert first_white(path) == pytest.approx(0.4)


def test_frames_can_start_below_zero(tmp_path: Path) -> None:
    path = media.start_below_zero(media.scenes(tmp_path / "a.mp4", duration_s=3.0, flash_s=(2.0, 2.2)), 1.0)
    with av.open(path) as container:
        assert container.start_time == -av.time_base
        assert next(container.decode(video=0)).time == -1.0
    assert first_white(path) == pytest.approx(2.0)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_video_is_shown_clockwise(tmp_path: Path, degrees: int) -> None:
    path = media.turn(media.scenes(tmp_path / "a.mp4", duration_s=0.4), degrees)
    with av.open(path) as container:
        pixels = upright(next(container.decode(video=0)))
    expected = np.rot90(media.picture(0), -degrees // 90)
    assert pixels.shape == expected.shape
    assert np.abs(pixels.astype(int) - expected).mean() < 12


def test_edit_list_leaves_out_the_first_second(tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "a.mp4", duration_s=4.0, cuts_s=(1.0,), flash_s=(3.0, 3.2))
    before = path.stat().st_size
    times, scenes = decoded(media.cut_by_edit_list(path, 1.0))
    assert path.stat().st_size == before
    assert times == pytest.approx([n / 25 for n in range(75)])
    assert scenes[0] == 1
    assert first_white(path) == pytest.approx(2.0)


def test_b_frames_delay_is_taken_off_by_an_edit_list(tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "a.mp4", duration_s=1.0)
    with av.open(path) as container:
        assert min(p.dts for p in container.demux(video=0) if p.dts is not None) < 0
    assert decoded(path)[0][0] == 0.0


@pytest.mark.parametrize(
    ("codec", "pixel_format", "suffix"),
    [("libx264", "yuv444p", "mp4"), ("libvpx-vp9", "yuv420p", "webm"), ("libsvtav1", "yuv420p", "mp4")],
)
def test_odd_sizes(tmp_path: Path, codec: str, pixel_format: str, suffix: str) -> None:
    size = (161, 121)
    path = media.scenes(
        tmp_path / f"a.{suffix}", duration_s=0.4, size=size, codec=codec, pixel_format=pixel_format, cuts_s=(0.2,)
    )
    with av.open(path) as container:
        frame = next(container.decode(video=0))
        assert (frame.width, frame.height, frame.format.name) == (*size, pixel_format)
    assert decoded(path)[1] == [0] * 5 + [1] * 5


@pytest.mark.parametrize("codec", ["libx264", "libx265", "libsvtav1"])
def test_ten_bits_of_hdr(tmp_path: Path, codec: str) -> None:
    path = media.scenes(
        tmp_path / "a.mkv", duration_s=0.4, codec=codec, pixel_format="yuv420p10le", options=media.HDR10
    )
    with av.open(path) as container:
        frame = next(container.decode(video=0))
    assert frame.format.name == "yuv420p10le"
    assert (frame.color_primaries, frame.color_trc, frame.colorspace) == (9, 16, 9)


def test_interlaced(tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "a.mp4", duration_s=0.4, options=media.INTERLACED)
    with av.open(path) as container:
        assert all(f.interlaced_frame for f in container.decode(video=0))


def test_several_video_streams_differ(tmp_path: Path) -> None:
    with av.open(media.two_videos(tmp_path / "a.mp4", duration_s=0.4)) as container:
        frames = [f for p in container.demux() for f in p.decode() if isinstance(f, av.VideoFrame)]
    assert {(f.width, shown(upright(f))) for f in frames} == {(160, 0), (320, 1)}


def test_cover_is_an_attached_picture(tmp_path: Path) -> None:
    with av.open(media.with_cover(tmp_path / "a.mp4")) as container:
        cover = container.streams.video[0]
        assert cover.disposition == av.stream.Disposition.attached_pic
        assert len(container.streams.audio) == 1


def test_audio_only_has_no_video_stream(tmp_path: Path) -> None:
    with av.open(media.audio_only(tmp_path / "a.mp4")) as container:
        assert [s.type for s in container.streams] == ["audio"]
        assert container.duration == pytest.approx(2 * av.time_base, rel=0.03)


def test_one_frame(tmp_path: Path) -> None:
    assert decoded(media.scenes(tmp_path / "a.mp4", times_s=[0.0])) == ([0.0], [0])


def test_what_is_no_video_cannot_be_opened(tmp_path: Path) -> None:
    lost_index = media.truncate(media.scenes(tmp_path / "cut.mp4"), 0.5)
    for path in (media.empty(tmp_path / "empty.mp4"), media.text(tmp_path / "text.mp4"), lost_index):
        with pytest.raises(av.error.InvalidDataError):
            av.open(path)


def test_truncated_video_plays_as_far_as_it_goes(tmp_path: Path) -> None:
    path = media.faststart(media.scenes(tmp_path / "a.mp4", cuts_s=(2.0, 4.0)))
    assert decoded(path)[1] == [0] * 50 + [1] * 50 + [2] * 50
    media.truncate(path, 0.7)
    with av.open(path) as container:
        assert container.duration == 6 * av.time_base
        shown_s = [float(f.time or 0) for f in _readable(container)]
    assert 0 < max(shown_s) < 5


def test_header_claims_a_huge_picture(tmp_path: Path) -> None:
    path = media.huge_header(tmp_path / "a.mp4")
    assert path.stat().st_size < 500_000
    assert path.read_bytes().count(bytes.fromhex("ffc0 0011 08 3e80 3e80")) == 25  # SOF0 of each frame (T.81, B.2.2)
    with av.open(path) as container:
        context = container.streams.video[0].codec_context
        assert (context.width, context.height) == (16_000, 16_000)


def test_canvas_decodes_to_the_size_it_claims(tmp_path: Path) -> None:
    with av.open(media.huge_canvas(tmp_path / "a.gif", side=2_000)) as container:
        frame = next(container.decode(video=0))
    assert (frame.width, frame.height) == (2_000, 2_000)


def test_ntsc_rate_is_exact(tmp_path: Path) -> None:
    with av.open(media.scenes(tmp_path / "a.mp4", duration_s=1.0, fps=30000 / 1001)) as container:
        assert container.streams.video[0].average_rate == Fraction(30000, 1001)


def _readable(container: av.container.InputContainer) -> Iterator[av.VideoFrame]:
    with contextlib.suppress(av.error.InvalidDataError):
        yield from container.decode(video=0)
