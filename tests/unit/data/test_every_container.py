"""The right picture at the right second in every container, with and without B frames, of constant and variable rate.

What can't be is not in the matrix. Codecs without B frames: FLV1, WMV2, VP8, VP9, JPEG, RealVideo 1. Without a variable
rate: MPEG-1 and -2, raw streams, MXF, H.264 in a program stream (whose packets share times), VP8 in Ogg (whose clock
counts pictures). AVI and ASF hold decoding times only: with B frames and a variable rate the k-th picture has the k-th
of those, and nothing in the file tells what was meant.
"""

from pathlib import Path

import av
import numpy as np
import pytest

from data.media.reading import Damage, frames_at, frames_between, grid
from tests.numbered import as_it_is, evenly, number_of, unevenly, write

COUNT = 40

B_FRAMES = {
    "a.avi": ("mpeg4", "libx264"),
    "a.mp4": ("libx264", "mpeg4"),
    "a.mkv": ("libx264", "mpeg2video"),
    "a.ts": ("libx264", "mpeg2video"),
    "a.mpg": ("mpeg1video",),
    "a.vob": ("mpeg2video",),
    "a.flv": ("libx264",),
    "a.wmv": ("mpeg4", "libx264"),
    "a.3gp": ("libx264",),
    "a.mov": ("mpeg4",),
    "a.mxf": ("libx264",),
    "a.nut": ("libx264",),
    "a.m2v": ("mpeg2video",),
    "a.m4v": ("mpeg4",),
    "a.h264": ("libx264",),
}
NO_B_FRAMES = {
    **B_FRAMES,
    "b.flv": ("flv",),
    "b.wmv": ("wmv2",),
    "a.ogv": ("libvpx",),
    "a.webm": ("libvpx", "libvpx-vp9"),
    "a.mjpeg": ("mjpeg",),
}
VARIABLE = ("a.avi", "a.mp4", "a.mkv", "a.ts", "a.flv", "a.wmv", "a.3gp", "a.mov", "a.nut", "a.webm", "b.flv", "b.wmv")
DECODING_TIMES_ONLY = ("a.avi", "a.wmv")


def matrix() -> list[tuple[str, str, bool, bool]]:
    cases = [(name, codec, True, False) for name, codecs in B_FRAMES.items() for codec in codecs]
    cases += [(name, codec, False, False) for name, codecs in NO_B_FRAMES.items() for codec in codecs]
    uneven = [(name, codec, has_b, True) for name, codec, has_b, _ in cases if name in VARIABLE]
    return cases + [case for case in uneven if case[1] not in ("mpeg1video", "mpeg2video")]


def decoding_times_s(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(p.dts * p.time_base) for p in container.demux(video=0) if p.dts is not None and p.time_base]


@pytest.mark.parametrize(("name", "codec", "has_b", "is_uneven"), matrix())
def test_each_picture_is_indexed_and_shown_at_its_second(
    tmp_path: Path, name: str, codec: str, has_b: bool, is_uneven: bool
) -> None:
    times_s = unevenly(COUNT) if is_uneven else evenly(COUNT)
    container = "vob" if name.endswith(".mpg") else None
    path = write(tmp_path / name, times_s, codec=codec, reordered=has_b, container=container)
    if has_b and is_uneven and name in DECODING_TIMES_ONLY:
        times_s = decoding_times_s(path)

    between = list(frames_between(path, 0.0, 1e6, as_it_is))
    assert [number_of(pixels) for pixels, _ in between] == list(range(COUNT))
    assert [second for _, second in between] == pytest.approx(times_s, abs=0.002)

    damage = Damage()
    passed = list(grid(path, per_second=100, scaler=as_it_is, damage=damage))
    assert damage.count == 0
    first_seen_s: dict[int, float] = {}
    for frame in passed:
        first_seen_s.setdefault(number_of(frame.pixels), frame.start_s)
    assert [first_seen_s[number] for number in range(COUNT)] == pytest.approx(times_s, abs=0.012)

    wanted = [30, 3, 17]
    for numbers in (sorted(wanted), *([number] for number in wanted)):
        shown = frames_at(path, [times_s[number] + 0.01 for number in numbers], as_it_is)
        assert [number_of(pixels) for pixels in shown.pixels] == numbers
        assert shown.times_s == pytest.approx(np.array(times_s)[numbers], abs=0.002)


@pytest.mark.parametrize(("name", "codec"), [("a.avi", "mpeg4"), ("a.avi", "libx264"), ("a.mp4", "libx264")])
def test_film_of_eight_pictures_loses_none(tmp_path: Path, name: str, codec: str) -> None:
    path = write(tmp_path / name, evenly(8), codec=codec, reordered=True)
    damage = Damage()
    passed = grid(path, per_second=25, scaler=as_it_is, damage=damage)
    assert [number_of(frame.pixels) for frame in passed] == list(range(8))
    assert damage.count == 0


@pytest.mark.parametrize("threads", [1, 4])
def test_threads_of_the_decoder_change_no_second(tmp_path: Path, threads: int) -> None:
    path = write(tmp_path / "a.avi", evenly(COUNT), reordered=True)
    passed = grid(path, per_second=25, scaler=as_it_is, damage=Damage(), threads=threads)
    assert [number_of(frame.pixels) for frame in passed] == list(range(COUNT))
