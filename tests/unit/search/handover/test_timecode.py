from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime, to_timecode

from search.handover.timecode import Counting, counting_of, first_frame

NTSC = {base: Fraction(1000 * base, 1001) for base in (24, 30, 60)}
RATES = [NTSC[24], Fraction(24), Fraction(25), NTSC[30], Fraction(30), Fraction(50), NTSC[60], Fraction(60)]


@given(st.sampled_from(RATES), st.booleans(), st.integers(0, 24 * 3600 * 50))
def test_a_timecode_names_the_picture_that_it_was_made_of(rate: Fraction, wants_drop: bool, frame: int) -> None:
    counting = Counting(rate, wants_drop and rate in (NTSC[30], NTSC[60]))
    frame %= round(rate * 24 * 3600) - 10
    text = counting.text(frame)
    assert counting.frame(text) == frame
    assert (";" in text) == counting.is_drop


@given(st.sampled_from([NTSC[30], NTSC[60]]), st.integers(0, 2_500_000))
def test_dropped_numbers_keep_pace_with_the_clock(rate: Fraction, frame: int) -> None:
    text = Counting(rate, True).text(frame)
    hours, minutes, seconds = (int(part) for part in text.replace(";", ":").split(":")[:3])
    clock_s = float(frame / rate)
    # Within a minute it falls behind by two pictures, and catches up at the next.
    assert abs((hours * 3600 + minutes * 60 + seconds) - clock_s) < 1.1


@given(st.sampled_from([NTSC[30], NTSC[60]]), st.integers(0, 2_500_000))
def test_others_count_the_same(rate: Fraction, frame: int) -> None:
    assert Counting(rate, True).text(frame) == to_timecode(RationalTime(frame, float(rate)), float(rate), True)


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (1799, "00:00:59;29"),
        (1800, "00:01:00;02"),
        (17981, "00:09:59;29"),
        (17982, "00:10:00;00"),
        (107892, "01:00:00;00"),
    ],
)
def test_numbers_are_left_out_at_each_minute_but_every_tenth(frame: int, text: str) -> None:
    assert Counting(NTSC[30], True).text(frame) == text
    assert Counting(NTSC[30], True).frame(text) == frame


def test_numbers_are_dropped_only_where_rates_allow_it_and_files_do_not_say_otherwise() -> None:
    assert [counting_of(rate).is_drop for rate in RATES] == [rate in (NTSC[30], NTSC[60]) for rate in RATES]
    assert not counting_of(NTSC[30], "01:00:00:00").is_drop
    assert counting_of(NTSC[30], "01:00:00;00").is_drop
    assert counting_of(NTSC[30], "nonsense").is_drop


@pytest.mark.parametrize("wrong", ["", "1", "aa:bb:cc:dd", "00:61:00:00", "00:00:00:25", "25:00:00:00", "00:00:00"])
def test_what_is_no_timecode_counts_from_nothing(wrong: str) -> None:
    counting = Counting(Fraction(25), False)
    with pytest.raises(ValueError, match="no timecode"):
        counting.frame(wrong)
    assert first_frame(counting, wrong) == 0
    assert first_frame(counting, None) == 0
