"""When two clips look the same."""

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.store import Floats

# Re-encoded, scaled or slightly cut copies lie above; see docs/search.md for how this was chosen.
SAME = 0.97
# Within one video a fixed camera makes everything alike: only what repeats exactly is a repetition.
SAME_IN_VIDEO = 0.999

Videos = NDArray[np.bytes_]


def alike(cosines: Floats, videos: Videos, of_others: Videos) -> NDArray[np.bool_]:
    """[M, O]: whether clips of these `videos` [M] look like others, by their `cosines` [M, O]."""
    same = cosines >= SAME
    # Few are: only of these it matters whose they are.
    at, other = np.nonzero(same)
    same[at, other] &= (videos[at] != of_others[other]) | (cosines[at, other] >= SAME_IN_VIDEO)
    return same
