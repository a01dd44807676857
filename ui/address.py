"""What the page's address names. Anybody may have written it: what can't be meant is as if it were not there."""

import re
from collections.abc import Mapping

_VIDEO = re.compile(r"[0-9a-f]{32}")
_LATEST_S = 1e7


def opened(address: Mapping[str, str]) -> tuple[str, float] | None:
    """The video that is to be opened, and at which second."""
    video_id = address.get("v", "")
    if not _VIDEO.fullmatch(video_id):
        return None
    return video_id, _seconds(address.get("t", "")) or 0.0


def alike(address: Mapping[str, str]) -> tuple[str, float, float] | None:
    """The video and its seconds, from and to, that others are to be like."""
    video_id, _, stretch = address.get("like", "").partition(":")
    start_s, end_s = map(_seconds, stretch.partition(":")[::2])
    if not _VIDEO.fullmatch(video_id) or start_s is None or end_s is None or start_s >= end_s:
        return None
    return video_id, start_s, end_s


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    # Of NaN neither is true.
    return seconds if 0 <= seconds <= _LATEST_S else None
