import pytest

from data.wording import counted, plain, sized, spoken


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


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nerror: all is lost.mp4", r"a\nerror: all is lost.mp4"),
        ("a\r\t\0\x1b[2J\x7f\x9b", r"a\r\t\x00\x1b[2J\x7f\x9b"),
        ("a\u2028b\u202egpj.exe", r"a\u2028b\u202egpj.exe"),
        ("a\udcff.mp4", r"a\udcff.mp4"),
        ("Füße 日本\u3000語 👩\u200d🚀.mp4", "Füße 日本\u3000語 👩\u200d🚀.mp4"),
    ],
)
def test_names_are_shown_on_one_line_and_say_nothing_to_a_terminal(name: str, shown: str) -> None:
    assert plain(name) == shown
