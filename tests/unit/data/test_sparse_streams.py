"""MPEG streams that say little: pictures without a time, a late beginning, a single picture."""

from pathlib import Path

import pytest

from data.media.film import Damage, Film
from data.media.reading import frames_at, probe, readable_s
from tests import media
from tests.numbered import as_it_is

_RATE = 25


@pytest.fixture(scope="module")
def mostly_still(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Changes at first with each picture; those of the long still are so small that several begin in one piece."""
    path = tmp_path_factory.mktemp("films") / "still.mpg"
    return media.scenes(
        path,
        cuts_s=[n / _RATE for n in range(1, 40)],
        duration_s=16.0,
        codec="mpeg2video",
        audio="mp2",
        size=(320, 240),
    )


def test_pictures_that_share_a_piece_of_a_program_stream_are_all_shown(mostly_still: Path) -> None:
    with Film(mostly_still) as film:
        own = [packet for packet in film.packets() if packet.stream is film.stream and packet.size]
        assert film.clock.tells_all
        assert any(packet.pts is None for packet in own)
    damage = Damage()
    with Film(mostly_still) as film:
        seconds = [second for _, second in film.pictures(damage)]
    assert damage.count == 0
    assert len(seconds) == len(own)
    assert seconds == pytest.approx([seconds[0] + n / _RATE for n in range(len(own))], abs=0.001)


def test_pictures_that_share_a_piece_are_found_by_their_time(mostly_still: Path) -> None:
    with Film(mostly_still) as film:
        first_s = next(film.pictures()).second
    shown_s = [first_s + n / _RATE for n in range(60, 380, 37)]
    wanted_s = [second + 0.001 for second in shown_s]
    assert frames_at(mostly_still, wanted_s, as_it_is).times_s == pytest.approx(shown_s, abs=0.001)


@pytest.mark.parametrize(("kind", "codec"), [("ts", "libx264"), ("ts", "mpeg2video"), ("mpg", "mpeg2video")])
def test_pictures_that_begin_long_after_the_sound_are_seen(tmp_path: Path, kind: str, codec: str) -> None:
    path = tmp_path / f"late.{kind}"
    media.scenes(path, start_s=9.0, duration_s=1.0, codec=codec, audio="mp2", size=(96, 64))
    assert (probe(path).width, probe(path).height) == (96, 64)
    assert frames_at(path, [0.0], as_it_is).times_s == pytest.approx([9.0], abs=0.1)


@pytest.mark.parametrize("kind", ["ts", "mpg"])
def test_single_picture_is_at_the_beginning(tmp_path: Path, kind: str) -> None:
    path = media.scenes(tmp_path / f"one.{kind}", duration_s=0.04, codec="mpeg2video")
    assert frames_at(path, [0.0], as_it_is).times_s == pytest.approx([0.0], abs=0.001)
    assert readable_s(path) == pytest.approx(0.04, abs=0.001)
