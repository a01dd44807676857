"""What a segment knows of its clips beside their vectors, in columns."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.store import Floats, Ids

Rows = NDArray[np.int64]
Names = NDArray[np.bytes_]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Clips [N] by (video, number); the clips of video v are the rows `firsts[v]` to `firsts[v + 1]`.

    `video_ids` [V] is sorted, `firsts` is [V + 1]. `hub` and `density` (nearness.py) are NaN until they are measured.
    """

    video_ids: Names
    firsts: Rows
    ids: Ids
    numbers: NDArray[np.int32]
    shots: NDArray[np.int32]
    starts_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]
    hub: Floats
    density: Floats

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def videos(self) -> NDArray[np.int32]:
        """[N]: the place of each clip's video in `video_ids`."""
        return np.repeat(np.arange(len(self.video_ids), dtype=np.int32), np.diff(self.firsts))

    def are_whole(self) -> bool:
        """Whether the columns fit one another: false for a file that was put together from two."""
        columns = [getattr(self, name) for name in CLIP_COLUMNS]
        return bool(
            all(column.shape == (len(self),) for column in columns)
            and self.firsts.shape == (len(self.video_ids) + 1,)
            and self.firsts[0] == 0
            and self.firsts[-1] == len(self)
            and (np.diff(self.firsts) > 0).all()
            and (self.video_ids[:-1] < self.video_ids[1:]).all()
        )


CLIP_COLUMNS = tuple(field.name for field in fields(Facts) if field.name not in ("video_ids", "firsts"))
"""Those with a value for each clip."""


def order_by_video(each: list[tuple[Names, Rows, Mask]]) -> tuple[Names, Rows, Rows]:
    """Videos of several segments (ids, firsts, which to take) in one order: their ids, firsts and clips' rows.

    Rows count through all segments, one after the other. A video must not be taken from two of them.
    """
    bases = np.cumsum([0, *(int(firsts[-1]) for _, firsts, _ in each[:-1])])
    video_ids = np.concatenate([names[taken] for names, _, taken in each])
    begins = np.concatenate([firsts[:-1][taken] + base for (_, firsts, taken), base in zip(each, bases, strict=True)])
    counts = np.concatenate([np.diff(firsts)[taken] for _, firsts, taken in each])
    order = np.argsort(video_ids, kind="stable")
    begins, counts = begins[order], counts[order]
    firsts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    rows = np.arange(firsts[-1]) + np.repeat(begins - firsts[:-1], counts)
    return video_ids[order], firsts, rows


def among(video_ids: Names, names: Names) -> Mask:
    """[V]: whether each of `video_ids`, which are sorted, is one of `names`: nothing of a whole library is sorted."""
    mask = np.zeros(len(video_ids), np.bool_)
    if len(video_ids) and len(names):
        at = np.minimum(np.searchsorted(video_ids, names), len(video_ids) - 1)
        mask[at[video_ids[at] == names]] = True
    return mask
