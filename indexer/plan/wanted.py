"""Which of the files that are there need work, and what of them."""

import os
import time
from collections.abc import Mapping

from data.sources.choose import Chosen
from data.sources.source import Entry
from data.types import VideoError

# Failures whose cause may go away while the file stays as it is: these are always tried again.
PASSING_STAGES = frozenset({"read", "settle", "exclude", "memory"})

Embedded = Mapping[str, Mapping[str, str]]
"""By modality, what was lost ("" for nothing) of each video that the library has of it."""


def why_not_now(entry: Entry, chosen: Chosen, settle_s: float) -> VideoError | None:
    """None when the file is wanted, and old enough."""
    reason = chosen.why_not(entry.path or os.path.basename(entry.root))
    if reason is not None:
        return VideoError(entry.address, "exclude", reason)
    age_s = time.time() - entry.stamp.mtime_ns / 1e9
    # What lies in the future is another clock's, not a file that is still written.
    if 0 <= age_s < settle_s:
        return VideoError(entry.address, "settle", "it is still new")
    return None


def wanted_of(entry: Entry, embedded: Embedded, *, retries: bool) -> tuple[str, ...]:
    """The modalities that are to be made of it, none when it is as it was; `retries` also what failed before."""
    known = entry.known
    if known is not None and entry.is_as_indexed:
        missing = tuple(name for name, videos in embedded.items() if known.video_id not in videos)
        if not missing:
            return ()
    else:
        missing = tuple(embedded)
    return () if known is not None and entry.is_untouched and _is_settled(entry, retries=retries) else missing


def _is_settled(entry: Entry, *, retries: bool) -> bool:
    """Whether the last look found nothing to index, and another would find the same."""
    known = entry.known
    assert known is not None
    is_done = known.state == "skipped" or (known.state == "failed" and not retries)
    return is_done and known.stage not in PASSING_STAGES
