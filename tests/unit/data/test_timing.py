"""Which pictures a stretch begins and ends with, told from films whose pictures carry their number."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from data.media.reading import frames_between
from data.media.timing import Timing, measured
from tests.counted import film, unevenly
from tests.numbered import as_it_is, number_of
from tests.numbered import write as write_at

NTSC = {base: Fraction(1000 * base, 1001) for base in (24, 30, 60)}


def seen(path: Path, start_s: float, end_s: float) -> list[int]:
    return [number_of(pixels) for pixels, _ in frames_between(path, start_s, end_s, as_it_is)]


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "ts"])
@pytest.mark.parametrize("rate", [NTSC[24], Fraction(25), NTSC[30], NTSC[60]])
def test_pictures_of_a_stretch_are_those_that_a_player_shows(tmp_path: Path, rate: Fraction, ending: str) -> None:
    path = film(tmp_path / f"a.{ending}", rate, 100, bframes=2)
    stretches = [(0.0, 0.5), (0.511, 0.93), (0.9, 0.9001), (1.2, 1.59)]
    timing, spans = measured(path, stretches)
    assert timing == Timing(rate, False, None)
    for (start_s, end_s), span in zip(stretches, spans, strict=True):
        numbers = seen(path, start_s, end_s)
        assert (span.first, span.end) == (numbers[0], numbers[-1] + 1)
        assert seen(path, span.start_s + 1e-6, span.end_s - 0.5 / float(rate)) == numbers


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_a_second_that_is_a_pictures_own_begins_with_it_and_ends_before_it(tmp_path: Path, ending: str) -> None:
    path = film(tmp_path / f"a.{ending}", NTSC[30], 100)
    with av.open(str(path)) as opened:
        edges_s = [frame.time for frame in opened.decode(video=0)][1:90:7]
    _, spans = measured(path, [(edge_s, edge_s + 0.2) for edge_s in edges_s])
    assert [span.first for span in spans] == list(range(1, 90, 7))
    _, spans = measured(path, [(0.0, edge_s) for edge_s in edges_s])
    assert [span.end for span in spans] == list(range(1, 90, 7))


def test_uneven_pictures_are_counted_at_a_nominal_rate(tmp_path: Path) -> None:
    times = unevenly(80)
    path = film(tmp_path / "a.mp4", 25, 80, times_s=times)
    timing, (span,) = measured(path, [(float(times[10]) + 0.001, float(times[20]))])
    assert timing.is_variable
    assert (span.first, span.end) == (round(times[10] * timing.rate), round(times[20] * timing.rate))
    assert seen(path, span.start_s + 1e-6, span.end_s - 4e-5) == list(range(10, 20))


def test_counting_begins_with_the_first_picture_of_a_file_whose_sound_comes_earlier(tmp_path: Path) -> None:
    path = write_at(tmp_path / "a.mkv", [2.0 + number / 25 for number in range(50)], sound="flac", sound_s=1.0)
    _, (span,) = measured(path, [(0.4, 0.8)])
    assert (span.first, span.end) == (10, 20)


def test_pictures_that_are_stored_without_times_are_counted_too(tmp_path: Path) -> None:
    path = write_at(tmp_path / "a.avi", [number / 25 for number in range(50)], codec="mpeg4", reordered=True)
    _, (span,) = measured(path, [(0.41, 0.8)])
    assert (span.first, span.end) == (10, 20)


@pytest.mark.parametrize("said", ["10:20:30:05", "00:00:58;12"])
def test_the_start_timecode_is_that_of_the_file(tmp_path: Path, said: str) -> None:
    path = film(tmp_path / "a.mov", NTSC[30], 30, metadata={"timecode": said})
    assert measured(path, [(0.0, 0.5)])[0].timecode == said


def test_a_stretch_beyond_the_end_is_the_last_picture(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", 25, 20)
    _, spans = measured(path, [(0.5, 99.0), (50.0, 60.0)])
    assert [(span.first, span.end) for span in spans] == [(12, 20), (19, 20)]
