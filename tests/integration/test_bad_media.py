"""Every odd file ends with a state and a reason in the ledger, and costs no other file anything."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import media
from tests.bench import Bench


def truncated(path: Path) -> Path:
    return media.truncate(media.scenes(path, duration_s=2.0), 0.5)


def cut_in_the_middle(path: Path) -> Path:
    return media.truncate(media.faststart(media.scenes(path, duration_s=12.0)), 0.5)


def one_frame(path: Path) -> Path:
    return media.scenes(path, duration_s=0.04)


def ten_bits(path: Path) -> Path:
    return media.scenes(path, duration_s=1.0, pixel_format="yuv420p10le", options=media.HDR10)


def interlaced(path: Path) -> Path:
    return media.scenes(path, duration_s=1.0, options=media.INTERLACED)


def odd_size(path: Path) -> Path:
    return media.scenes(path, duration_s=1.0, size=(97, 63), pixel_format="yuv444p")


def below_zero(path: Path) -> Path:
    return media.start_below_zero(media.scenes(path, duration_s=2.0), 1.0)


def hours_late(path: Path) -> Path:
    return media.scenes(path.with_suffix(".mkv"), duration_s=1.0, start_s=100_000.0)


def of_wrong_rate(path: Path) -> Path:
    """Two hours between pictures, as a flipped bit in an AVI's header makes it."""
    return media.scenes(path.with_suffix(".mkv"), times_s=[7200.0 * number for number in range(40)])


def turned(path: Path) -> Path:
    return media.turn(media.scenes(path, duration_s=1.0), 270)


def of_variable_rate(path: Path) -> Path:
    return media.scenes(path, times_s=[0.0, 0.04, 0.9, 1.0, 3.5])


ODD: dict[Callable[[Path], Path], tuple[str, str | None]] = {
    truncated: ("failed", "it is not a video that can be read (Invalid data"),
    cut_in_the_middle: ("partial", "read "),
    media.empty: ("failed", "the file is empty"),
    media.text: ("failed", "it is not a video that can be read (Invalid data"),
    media.audio_only: ("skipped", "no moving picture"),
    media.with_cover: ("skipped", "no moving picture"),
    media.huge_header: ("failed", "16000×16000 pixels"),
    one_frame: ("indexed", None),
    ten_bits: ("indexed", None),
    interlaced: ("indexed", None),
    odd_size: ("indexed", None),
    below_zero: ("indexed", None),
    hours_late: ("indexed", None),
    of_wrong_rate: ("partial", "read 86400.0 of"),
    turned: ("indexed", None),
    of_variable_rate: ("indexed", None),
    media.two_videos: ("indexed", None),
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    bench = Bench(tmp_path_factory.mktemp("bench"))
    for make in ODD:
        make(bench.videos / f"{make.__name__}.mp4")
    bench.run()
    return bench


@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__)
def test_an_odd_file_has_its_state_and_its_reason(bench: Bench, make: Callable[[Path], Path]) -> None:
    (location,) = [each for name, each in bench.ledger().items() if Path(name).stem == make.__name__]
    state, reason = ODD[make]
    assert (location.state, location.reason if reason is None else (location.reason or "")[: len(reason)]) == (
        state,
        reason,
    )


def test_a_library_of_odd_files_is_sound(bench: Bench) -> None:
    assert bench.problems() == []
