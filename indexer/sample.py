"""The frames of a clip that its tower sees."""

import numpy as np

from data.media import GridFrame, midpoints
from data.types import Frames


def facts(count: int) -> dict[str, object]:
    """What decides which frames are seen: part of the fingerprint."""
    return {"rule": "nearest-to-midpoints-1", "count": count}


def sample(frames: list[GridFrame], count: int) -> Frames:
    """The `count` frames nearest the middles of equal segments; short clips repeat frames."""
    times_s = np.array([frame.start_s for frame in frames])
    wanted_s = midpoints(frames[0].start_s, frames[-1].end_s, count)
    nearest = np.abs(times_s[None, :] - wanted_s[:, None]).argmin(axis=1)
    return Frames(np.stack([frames[i].pixels for i in nearest]), times_s[nearest])
