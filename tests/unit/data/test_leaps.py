"""Where a file joins recordings, the second that is indexed is the second that is shown; a still is no leap."""

from pathlib import Path

import numpy as np
import pytest

from data.media import joins
from data.media.container import open_container
from data.media.reading import Damage, frames_at, frames_between, grid, probe
from data.media.sound import sound_between
from tests.numbered import RATE, as_it_is, evenly, number_of, write

HALF = 50
KINDS = {
    "a.ts": ("mpegts", "libx264"),
    "b.ts": ("mpegts", "mpeg2video"),
    "a.vob": ("vob", "mpeg2video"),
    "a.flv": ("flv", "libx264"),
}


def joined(folder: Path, name: str, *starts_s: float, sound: bool = False) -> Path:
    container, codec = KINDS[name]
    parts = []
    for number, start_s in enumerate(starts_s):
        path = write(
            folder / f"{number}-{name}",
            evenly(HALF, start_s=start_s),
            codec=codec,
            reordered=True,
            container=container,
            first=number * HALF,
            sound=("aac" if container == "flv" else "mp2") if sound else None,
            sound_s=HALF / RATE,
        )
        # Joined FLVs have one header of 13 bytes.
        parts.append(path.read_bytes()[13 if container == "flv" and number else 0 :])
    (folder / name).write_bytes(b"".join(parts))
    return folder / name


def numbers_and_seconds(path: Path) -> tuple[list[int], list[float]]:
    shown = [(number_of(pixels), second) for pixels, second in frames_between(path, 0.0, 1e6, as_it_is)]
    return [number for number, _ in shown], [second for _, second in shown]


@pytest.mark.parametrize("sound", [False, True])
@pytest.mark.parametrize("starts_s", [(0.0, 0.0), (100.0, 0.2), (0.0, 3600.0)])
@pytest.mark.parametrize("name", KINDS)
def test_second_recording_follows_the_first(
    tmp_path: Path, name: str, starts_s: tuple[float, float], sound: bool
) -> None:
    path = joined(tmp_path, name, *starts_s, sound=sound)
    numbers, seconds = numbers_and_seconds(path)
    assert numbers == list(range(2 * HALF))
    assert np.diff(seconds) == pytest.approx(np.full(2 * HALF - 1, 1 / RATE), abs=0.002)

    damage = Damage()
    passed = list(grid(path, per_second=8, scaler=as_it_is, damage=damage))
    assert damage.count == 0
    assert damage.reached_s == pytest.approx(2 * HALF / RATE, abs=0.15)
    assert passed[-1].end_s == pytest.approx(2 * HALF / RATE, abs=0.1)
    for frame in passed[::5]:
        # One by one, so that each is sought.
        sought = frames_at(path, [frame.start_s + 0.001], as_it_is)
        assert number_of(sought.pixels[0]) == number_of(frame.pixels)
    assert (probe(path).duration_s or 0.0) < 5.0


def test_many_recordings_follow_one_another(tmp_path: Path) -> None:
    path = joined(tmp_path, "b.ts", 50.0, 7000.0, 3.0)
    numbers, seconds = numbers_and_seconds(path)
    # The bits of a number are seven: 150 pictures wrap round.
    assert numbers == [number % 128 for number in range(3 * HALF)]
    assert seconds == pytest.approx(evenly(3 * HALF), abs=0.002)


@pytest.mark.parametrize("name", ["a.ts", "a.vob", "a.flv"])
def test_sound_of_the_second_recording_is_heard_at_its_pictures(tmp_path: Path, name: str) -> None:
    path = joined(tmp_path, name, 0.0, 900.0, sound=True)
    heard = sound_between(path, 2.5, 3.5)
    assert heard is not None
    assert np.abs(heard).max(axis=0).reshape(10, -1).max(axis=1).min() > 0.01


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4", "a.mov", "a.flv"])
def test_still_of_minutes_is_no_leap(tmp_path: Path, name: str) -> None:
    times_s = [0.0, 0.04, 0.08, 200.0, 200.04, 200.08]
    path = write(tmp_path / name, times_s)
    numbers, seconds = numbers_and_seconds(path)
    assert numbers == list(range(6))
    assert seconds == pytest.approx(times_s, abs=0.002)
    shown = frames_at(path, [120.0, 200.05], as_it_is)
    assert [number_of(pixels) for pixels in shown.pixels] == [2, 4]


def test_pictures_that_pause_while_the_sound_goes_on_leap_nowhere(tmp_path: Path) -> None:
    times_s = [*evenly(5), *evenly(5, start_s=30.0)]
    path = write(tmp_path / "slides.ts", times_s, sound="mp2", sound_s=30.5)
    numbers, seconds = numbers_and_seconds(path)
    assert numbers == list(range(10))
    assert np.diff(seconds).max() == pytest.approx(30.0 - 0.16, abs=0.01)


def test_large_file_is_read_as_a_whole_only_when_its_clock_is_uneven(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joins, "_LARGE_BYTES", 0)
    path = joined(tmp_path, "b.ts", 0.0, 3600.0)
    assert numbers_and_seconds(path)[1][-1] == pytest.approx(evenly(2 * HALF)[-1], abs=0.002)
    assert number_of(frames_at(path, [3.01], as_it_is).pixels[0]) == 75
    plain = write(tmp_path / "plain.ts", evenly(100), codec="mpeg2video")
    with open_container(plain) as container:
        assert joins.marks_of(plain, container) == ()


def test_stream_that_comes_up_on_the_way_ends_nothing(tmp_path: Path) -> None:
    parts = [
        write(tmp_path / f"{first}.ogv", evenly(HALF), codec="libvpx", first=first, sound="libopus", sound_s=2.0)
        for first in (0, HALF)
    ]
    path = tmp_path / "chained.ogv"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    assert numbers_and_seconds(path)[0][:HALF] == list(range(HALF))
    assert number_of(frames_at(path, [99.0], as_it_is).pixels[0]) >= HALF - 1
