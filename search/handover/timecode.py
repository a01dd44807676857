"""Timecode: pictures counted as hours, minutes, seconds and pictures (SMPTE ST 12), numbers dropped or not."""

import re
from dataclasses import dataclass
from fractions import Fraction

# Only of these rates numbers are dropped, so that timecode keeps pace with the clock: two or four a minute.
_DROPPED = {Fraction(30_000, 1001): 2, Fraction(60_000, 1001): 4}
_TIMECODE = re.compile(r"(\d{1,2}):(\d\d):(\d\d)([:;.,])(\d{1,3})")
_DAY_H = 24


@dataclass(frozen=True, slots=True)
class Counting:
    """How pictures of one rate are numbered."""

    rate: Fraction
    is_drop: bool

    @property
    def base(self) -> int:
        """Numbers of a second: 24 of 23.976."""
        return max(1, round(self.rate))

    def text(self, frame: int) -> str:
        """`01:00:00:00`, or `01:00:00;00` where numbers are dropped; after a day it begins anew."""
        number = frame + self._dropped_before(frame) if self.is_drop else frame
        seconds, pictures = divmod(number, self.base)
        minutes, second = divmod(seconds, 60)
        hours, minute = divmod(minutes, 60)
        width = len(str(self.base - 1))
        mark = ";" if self.is_drop else ":"
        return f"{hours % _DAY_H:02}:{minute:02}:{second:02}{mark}{pictures:0{max(2, width)}}"

    def frame(self, text: str) -> int:
        """The picture that a timecode names, whatever stands between its parts. Raises ValueError."""
        found = _TIMECODE.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no timecode")
        hours, minutes, seconds, pictures = (int(found[group]) for group in (1, 2, 3, 5))
        if hours >= _DAY_H or minutes > 59 or seconds > 59 or pictures >= self.base:
            raise ValueError(f"{text!r} is no timecode of {self.base} pictures a second")
        number = (hours * 3600 + minutes * 60 + seconds) * self.base + pictures
        dropped = _DROPPED.get(self.rate, 0) if self.is_drop else 0
        whole = hours * 60 + minutes
        return number - dropped * (whole - whole // 10)

    def _dropped_before(self, frame: int) -> int:
        """How many numbers were left out: at each minute but every tenth."""
        dropped = _DROPPED[self.rate]
        of_minute = self.base * 60 - dropped
        of_ten = self.base * 600 - 9 * dropped
        tens, rest = divmod(frame, of_ten)
        # The first minute of ten is whole.
        minutes = 0 if rest < self.base * 60 else 1 + (rest - self.base * 60) // of_minute
        return dropped * (9 * tens + minutes)


def counting_of(rate: Fraction, timecode: str | None = None) -> Counting:
    """Numbers are dropped where the rate allows it, unless the file's own timecode says otherwise."""
    said = _TIMECODE.fullmatch(timecode.strip()) if timecode else None
    return Counting(rate, rate in _DROPPED and (said is None or said[4] != ":"))


def first_frame(counting: Counting, timecode: str | None) -> int:
    """What number the first picture of a file has: 0 where its timecode is missing or none."""
    try:
        return counting.frame(timecode) if timecode else 0
    except ValueError:
        return 0
