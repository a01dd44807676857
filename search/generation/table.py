"""Where every clip of a generation lies in time, in columns, so that no search loops over clips."""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.stores.catalog import Catalog, views
from data.stores.vectors.flat import DamagedIndex
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


def clip_table(catalog: Catalog, fingerprint: str, served: Ids) -> ClipTable:
    """The clips of one generation. Raises DamagedIndex when the catalogue lacks one of them."""
    columns = views.clip_columns(catalog, fingerprint)
    kept = np.isin(columns.ids, served)
    if int(kept.sum()) != len(served):
        lacking = f"{len(served) - int(kept.sum())} of {len(served)} clips are not in the catalogue"
        raise DamagedIndex(f"{lacking}: `sceneseek verify --repair`")
    video_ids, videos = np.unique(columns.video_ids[kept], return_inverse=True)
    starts_s, shots = columns.starts_s[kept], columns.shots[kept]
    order = np.lexsort((starts_s, shots, videos))
    ids = columns.ids[kept][order]
    return ClipTable(
        video_ids=tuple(name.decode() for name in video_ids),
        ids=ids,
        videos=videos[order].astype(np.int32),
        shots=shots[order],
        starts_s=starts_s[order],
        ends_s=columns.ends_s[kept][order],
        places=Positions(served).of(ids).astype(np.int32),
        positions=Positions(ids),
    )
