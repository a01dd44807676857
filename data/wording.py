"""Counts, times and sizes as people say them, and names as a terminal may show them."""

import re

# What ends a line, moves the cursor, speaks to the terminal or turns the direction of reading; and what is no text.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNITS = ("kB", "MB", "GB", "TB")


def counted(count: int, noun: str) -> str:
    """1 file, 2 files."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def spoken(seconds: float) -> str:
    """The two largest units: 1 h 5 min, 3 min 19 s, 12 s."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def sized(count: int) -> str:
    """Bytes in powers of 1000, as disks are sold: 812 bytes, 4.1 kB, 60.2 MB."""
    if count < 1000:
        return counted(count, "byte")
    size, unit = count / 1000, 0
    # 999.95 would be rounded to 1000.0 of the smaller unit.
    while size >= 999.95 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.1f} {_UNITS[unit]}"


def plain(text: str) -> str:
    """On one line, whatever a file is called: what can't be shown is written as an escape."""
    return _UNSHOWN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
