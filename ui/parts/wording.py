"""Numbers and times as people read them."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def clock(seconds: float) -> str:
    """`0:07`, `12:30` or `1:02:05`: the player's clock, rounded down."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def span(start_s: float, end_s: float) -> str:
    """`0:05 – 0:10`."""
    return f"{clock(start_s)} – {clock(end_s)}"


def length(hours: float) -> str:
    """`3 min` or `12.5 hours`."""
    if hours < 1:
        return f"{max(round(hours * 60), 1)} min" if hours else "0 min"
    return f"{hours:.1f} hours"


def left(seconds: float | None) -> str:
    """How long something will still take."""
    if seconds is None:
        return "time left not known yet"
    if seconds < 90:
        return "about a minute left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} minutes left"
    return f"about {round(seconds / 3600)} hours left"


def size(count: int) -> str:
    """Bytes in the unit that leaves one to three digits."""
    amount = float(count)
    for unit in ("bytes", "KB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 file`, `1,200 files`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def markdown(text: str) -> str:
    """Markdown that reads as the text."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()<>#+-.!|~$:" else letter for letter in text)


def zone() -> ZoneInfo:
    """Where the reader is, as the browser says; UTC where it says nothing that is known."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
