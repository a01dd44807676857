"""Where every clip of a generation lies in time, in columns, so that no search loops over clips."""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.positions import Positions

Ids = NDArray[np.int64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ClipTable:
    """Clips by video, shot and time: neighbours in time are neighbours in row. 52 bytes a clip.

    `videos` counts into `video_ids`, `places` says where the index has each clip; all columns are [N].
    """

    video_ids: tuple[str, ...]
    ids: Ids
    videos: NDArray[np.int32]
    shots: NDArray[np.int32]
    starts_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]
    places: NDArray[np.int32]
    positions: Positions

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, ids: Ids) -> Rows:
        """Rows of these ids, in their order; every one must be here."""
        return self.positions.of(ids)

    def rows_of(self, video_id: str, start_s: float, end_s: float) -> Rows:
        """Rows of the clips of one video that overlap [start_s, end_s)."""
        number = self.number_of(video_id)
        if number is None:
            return np.empty(0, np.int64)
        return np.flatnonzero((self.videos == number) & (self.starts_s < end_s) & (self.ends_s > start_s))

    def number_of(self, video_id: str) -> int | None:
        """The number that stands for a video in `videos`; `video_ids` is sorted."""
        at = bisect_left(self.video_ids, video_id)
        return at if at < len(self.video_ids) and self.video_ids[at] == video_id else None
