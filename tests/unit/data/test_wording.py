import pytest

from data.wording import plain


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
