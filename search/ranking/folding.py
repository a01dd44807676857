"""Near-identical moments fold under the best one: the same content in several files, repeated intros."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.store import Floats
from search.generation.opened import OpenGeneration
from search.ranking.candidates import Ranked
from search.ranking.moments import Free

# Re-encoded, scaled or slightly cut copies lie above; see docs/search.md for how this was chosen.
SAME = 0.97
# Within one video a fixed camera makes everything alike: only what repeats exactly is a repetition.
SAME_IN_VIDEO = 0.999
# So many copies are a wall of them, such as a fixed camera's night: the rest of it is not looked at one by one.
WALL = 32
# So many are looked at before nothing more is expected of what is full and of walls.
_LEAVE_OUT_EVERY = 64

Videos = NDArray[np.int32]


@dataclass(slots=True)
class Group:
    """Moments that show the same: the best of them, and how many further ones were looked at."""

    best: Ranked
    copies: int = 0


def grouped(
    generation: OpenGeneration, moments: Iterator[Ranked], free: Free, needed: int, *, per_video: int | None, fold: bool
) -> list[Group]:
    """At least `needed` groups where there are so many, in the order of their best; `moments` come best first.

    A moment joins the first group whose best it looks like. One that looks like none begins a group, or is left out
    where its video has begun `per_video` of them. Without `fold` no moment looks like another. The clips of videos that
    are full, and those that look like what many have looked like before, are taken from `free`, so that nothing
    further comes of them.
    """
    groups, looked_at = _Groups(generation, per_video=per_video, fold=fold), 0
    while True:
        # What is left out changes at fixed places of the ranking, so that pages fit together whatever their size.
        until = min(_multiple_above(looked_at, needed), _multiple_above(looked_at, _LEAVE_OUT_EVERY))
        fresh = list(islice(moments, until - looked_at))
        looked_at += len(fresh)
        groups.add(fresh)
        if looked_at < until or (looked_at % needed == 0 and len(groups.found) >= needed):
            return groups.found
        if looked_at % _LEAVE_OUT_EVERY == 0:
            groups.leave_out(free)


def _multiple_above(number: int, of: int) -> int:
    return (number // of + 1) * of


class _Groups:
    """Those found so far, and what is known of their bests."""

    def __init__(self, generation: OpenGeneration, *, per_video: int | None, fold: bool) -> None:
        self._generation, self._fold = generation, fold
        self._per_video = np.inf if per_video is None else per_video
        self.found: list[Group] = []
        # Of the best of each group; there is room for more.
        self._vectors: Floats = np.empty((_LEAVE_OUT_EVERY, generation.index.dim), np.float32)
        self._videos: Videos = np.empty(_LEAVE_OUT_EVERY, np.int32)
        self._begun: Counter[int] = Counter()
        # Since `leave_out` was last called.
        self._full: list[int] = []
        self._walls: list[int] = []

    def add(self, moments: Sequence[Ranked]) -> None:
        """The next best. Each is compared with the bests so far, whatever else has been looked at."""
        peaks = [moment.peak for moment in moments]
        vectors = self._generation.index.vectors(self._generation.clips.ids[peaks])
        videos = self._generation.clips.videos[peaks]
        under = self._under(vectors, videos)
        alike = np.triu(self._alike(vectors, videos, vectors, videos), 1)
        for place, moment in enumerate(moments):
            if under[place] >= 0:
                self._join(int(under[place]))
            elif self._begun[int(videos[place])] < self._per_video:
                under[alike[place] & (under < 0)] = len(self.found)
                self._begin(moment, vectors[place], int(videos[place]))

    def leave_out(self, free: Free) -> None:
        """Take from `free` what would begin no group: all clips of videos that are full, and the rest of walls."""
        for video in self._full:
            free[slice(*np.searchsorted(self._generation.clips.videos, [video, video + 1]))] = False
        for group in self._walls:
            free &= ~self._wall(group)
        self._full, self._walls = [], []

    def _join(self, group: int) -> None:
        self.found[group].copies += 1
        if self.found[group].copies == WALL:
            self._walls.append(group)

    def _begin(self, best: Ranked, vector: Floats, video: int) -> None:
        group = len(self.found)
        if group == len(self._videos):
            self._vectors = np.concatenate([self._vectors, np.empty_like(self._vectors)])
            self._videos = np.concatenate([self._videos, np.empty_like(self._videos)])
        self._vectors[group], self._videos[group] = vector, video
        self.found.append(Group(best))
        self._begun[video] += 1
        if self._begun[video] == self._per_video:
            self._full.append(video)

    def _under(self, vectors: Floats, videos: Videos) -> NDArray[np.int64]:
        """[M]: the first group whose best each looks like, -1 where there is none."""
        groups = slice(len(self.found))
        alike = self._alike(vectors, videos, self._vectors[groups], self._videos[groups])
        return np.where(alike.any(axis=1), alike.argmax(axis=1), -1) if len(self.found) else np.full(len(videos), -1)

    def _alike(self, vectors: Floats, videos: Videos, others: Floats, of_others: Videos) -> NDArray[np.bool_]:
        """[M, O]: whether each looks like each of the others."""
        if not self._fold:
            return np.zeros((len(vectors), len(others)), np.bool_)
        cosines = vectors @ others.T
        alike = cosines >= SAME
        # Few are: only of these it matters whose they are.
        at, other = np.nonzero(alike)
        alike[at, other] &= (videos[at] != of_others[other]) | (cosines[at, other] >= SAME_IN_VIDEO)
        return alike

    def _wall(self, group: int) -> NDArray[np.bool_]:
        """[N] by row: whether a clip looks like the best of the group."""
        clips, index = self._generation.clips, self._generation.index
        needed = np.where(clips.videos == self._videos[group], np.float32(SAME_IN_VIDEO), np.float32(SAME))
        return index.products(self._vectors[group])[clips.places] >= needed
