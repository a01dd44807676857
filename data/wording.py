"""Counts, times and sizes as people say them."""

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
