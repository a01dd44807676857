"""What further moments of an answer may hold."""

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.store import Clips, Floats, VectorStore
from search.ranking.alike import Videos, alike

Mask = NDArray[np.bool_]


class Free:
    """At first every clip; then none that a moment holds, none of a video that is full, and no more of a wall."""

    def __init__(self, vectors: VectorStore) -> None:
        self._vectors = vectors
        self._taken: set[int] = set()
        self._full: set[bytes] = set()
        self._uncounted: list[bytes] = []
        self._of_full = 0
        self._walls: Floats = np.empty((0, vectors.dim), np.float32)
        self._of_walls: Videos = np.empty(0, "S32")
        self.changes = 0
        """How often something beyond the clips of moments was left out."""

    def take(self, ids: Iterable[int]) -> None:
        """A moment holds these clips from now on."""
        self._taken.update(ids)

    def leave_out(self, full: Collection[bytes], walls: Floats, of_walls: Videos) -> None:
        """All clips of the `full` videos, and what looks like the clips `walls` [W, D] of the videos `of_walls` [W]."""
        self._full.update(full)
        self._uncounted += full
        self._walls = np.concatenate([self._walls, walls])
        self._of_walls = np.concatenate([self._of_walls, of_walls])
        self.changes += bool(len(full) or len(walls))

    def is_used_up(self, vectors: VectorStore) -> bool:
        """Whether all clips that `vectors` finds are of full videos. Each video is counted once, when that is asked."""
        self._of_full += sum(len(vectors.of_video(video.decode())) for video in self._uncounted)
        self._uncounted = []
        return self._of_full >= len(vectors)

    def has_room(self, clips: Clips) -> Mask:
        """[N]: whether a clip is of a video that is not full."""
        return _none_of(clips.videos, self._full)

    def of(self, clips: Clips) -> Mask:
        """[N]: which of these clips a moment may still hold."""
        free = self.has_room(clips) & _none_of(clips.ids, self._taken)
        if len(self._walls) and free.any():
            some = clips[np.flatnonzero(free)]
            cosines = self._vectors.scores(self._walls, some.ids).T
            free[free] = ~alike(cosines, some.videos, self._of_walls).any(axis=1)
        return free


def _none_of(values: NDArray[np.int64] | Videos, known: Collection[int] | Collection[bytes]) -> Mask:
    if not known:
        return np.ones(len(values), np.bool_)
    # A hash for each is cheaper than sorting them all, however much is known.
    return ~np.fromiter(map(known.__contains__, values.tolist()), np.bool_, len(values))
