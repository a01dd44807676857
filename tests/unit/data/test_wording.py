import pytest

from data.wording import counted, sized, spoken


def test_one_of_something_is_singular() -> None:
    assert [counted(count, "clip") for count in (0, 1, 2)] == ["0 clips", "1 clip", "2 clips"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (59.6, "1 min 0 s"), (198.9, "3 min 19 s"), (3600, "1 h 0 min"), (90_061, "25 h 1 min")],
)
def test_times_are_said_in_their_two_largest_units(seconds: float, said: str) -> None:
    assert spoken(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_999, "1.0 MB"),
        (60_240_000, "60.2 MB"),
        (3 * 10**15, "3000.0 TB"),
    ],
)
def test_sizes_are_said_in_the_unit_that_fits(count: int, said: str) -> None:
    assert sized(count) == said
