"""Pictures from all over a stretch of a video, side by side in one image: made in a sandbox."""

from functools import partial
from pathlib import Path

import numpy as np

from data.media.pixels import shrunk
from data.media.reading import frames_at, key_frames_at, midpoints
from search.service.pictures.thumbnails import webp

LONGEST = 240
# Where pictures are further apart, key pictures before them do: one is found with a seek, and nothing is decoded to it.
_FAR_S = 4.0


def strip(path: Path, start_s: float, end_s: float, count: int, until_s: float) -> bytes:
    """What is shown in the middle of each of `count` parts of [start_s, end_s), all of one size, in a row, as WebP.

    After `until_s`, where the film ends, that is its last picture. Raises VideoError.
    """
    times_s = np.minimum(midpoints(start_s, end_s, count), until_s).tolist()
    find = frames_at if (end_s - start_s) / count <= _FAR_S else key_frames_at
    frames = find(path, times_s, partial(shrunk, longest=LONGEST))
    return webp(np.concatenate(list(frames.pixels), axis=1))
