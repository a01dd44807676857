"""What the page makes of its address."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.parts import address
from ui.parts.wording import clock, span

VIDEO = "0123456789abcdef" * 2
_TIMES = st.floats().map(repr) | st.sampled_from(["1e400", "-0", "1_0", "٣", " 5 ", "0x1"]) | st.text(max_size=8)
_IDS = st.sampled_from([VIDEO, VIDEO.upper(), VIDEO + "\n", "../status", ""]) | st.text(max_size=40)


@given(video=_IDS, time=_TIMES)
def test_whatever_opens_a_moment_can_be_asked_for_and_shown(video: str, time: str) -> None:
    found = address.opened(video, time)
    assert (found is not None) == (video == VIDEO)
    if found:
        assert 0 <= found[1] <= 1e7
        assert clock(found[1])


@given(video=_IDS, start=_TIMES, end=_TIMES)
def test_whatever_others_are_to_be_like_can_be_asked_for_and_shown(video: str, start: str, end: str) -> None:
    found = address.alike(f"{video}:{start}:{end}")
    if found:
        assert found[0] == VIDEO
        assert 0 <= found[1] < found[2] <= 1e7
        assert span(*found[1:])


@pytest.mark.parametrize(
    "like", ["", ":", "::", "a:nan:inf", f"{VIDEO}:2:1", f"{VIDEO}:1", f"{VIDEO}:1:2:3", f"{VIDEO}:nan:2"]
)
def test_what_names_no_stretch_is_as_if_it_were_not_there(like: str) -> None:
    assert address.alike(like) is None


def test_links_of_the_page_are_read() -> None:
    assert address.alike(f"{VIDEO}:1.500:2.250") == (VIDEO, 1.5, 2.25)
    assert address.opened(VIDEO, "12.5") == (VIDEO, 12.5)
    assert address.opened(VIDEO, None) == (VIDEO, 0.0)
    assert address.opened(None, None) is None


@pytest.mark.parametrize(
    ("read", "text", "meant"),
    [
        (address.day, "2024-05-17", date(2024, 5, 17)),
        (address.day, "2024-13-01", None),
        (address.second, "12.5", "12.5"),
        (address.second, "nan", None),
        (address.some_of("each", "dense"), "dense,<script>,each", ["each", "dense"]),
        (address.some_of("each"), "", []),
        (address.one_of("time", otherwise="relevance"), "size", "relevance"),
        (address.token, "3392976d4e6441148e7e09b12e404909", "3392976d4e6441148e7e09b12e404909"),
        (address.token, "../../status", None),
    ],
)
def test_what_an_address_says_is_read_or_left(read: address.Read, text: str, meant: object) -> None:
    assert read(text) == meant
