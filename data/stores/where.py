"""A filter, as it travels from a request to the stores: a predicate on videos, never a list of them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Where:
    """What is asked of videos; None asks nothing. Dates are half-open, other bounds inclusive."""

    folder: bytes | None = None
    glob: str | None = None
    video_id: str | None = None
    min_duration_s: float | None = None
    max_duration_s: float | None = None
    min_height: int | None = None
    max_height: int | None = None
    taken_from: datetime | None = None
    taken_until: datetime | None = None
    indexed_from: datetime | None = None
    indexed_until: datetime | None = None
