"""Near-identical moments fold under the best one: the same content in several files, repeated intros."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.store import Floats, VectorStore
from search.ranking.alike import Videos, alike
from search.ranking.candidates import Ranked
from search.ranking.free import Free

# So many copies are a wall of them, such as a fixed camera's night: the rest of it is not looked at one by one.
WALL = 32
# So many are looked at before nothing more is expected of what is full and of walls.
_LEAVE_OUT_EVERY = 64


@dataclass(slots=True)
class Group:
    """Moments that show the same: the best of them, and how many further ones were looked at."""

    best: Ranked
    copies: int = 0


def grouped(
    vectors: VectorStore,
    moments: Iterator[Ranked],
    free: Free,
    needed: int,
    *,
    per_video: int | None = None,
    fold: bool = True,
) -> list[Group]:
    """At least `needed` groups where there are so many, in the order of their best; `moments` come best first.

    A moment joins the first group whose best it looks like. One that looks like none begins a group, or is left out
    where its video has begun `per_video` of them. Without `fold` no moment looks like another. The clips of videos that
    are full, and those that look like what many have looked like before, are no longer `free`, so that nothing further
    comes of them.
    """
    groups, looked_at = _Groups(vectors, per_video=per_video, fold=fold), 0
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


def _line(moment: Ranked) -> str:
    """The words that it was found by, if by any: what looks the same may say something else."""
    return next((reason.text for reason in moment.reasons[:1] if reason.text), "")


def _say_the_same(lines: Sequence[str]) -> NDArray[np.bool_]:
    """[M, M]"""
    _, which = np.unique(np.array(lines, np.str_), return_inverse=True)
    same: NDArray[np.bool_] = which[:, np.newaxis] == which
    return same


def _multiple_above(number: int, of: int) -> int:
    return (number // of + 1) * of


class _Groups:
    """Those found so far, and what is known of their bests."""

    def __init__(self, vectors: VectorStore, *, per_video: int | None, fold: bool) -> None:
        self._vectors, self._fold = vectors, fold
        self._per_video = np.inf if per_video is None else per_video
        self.found: list[Group] = []
        # Of the best of each group; there is room for more.
        self._bests: Floats = np.empty((_LEAVE_OUT_EVERY, vectors.dim), np.float32)
        self._videos: Videos = np.empty(_LEAVE_OUT_EVERY, "S32")
        self._begun: Counter[bytes] = Counter()
        # Since `leave_out` was last called.
        self._full: list[bytes] = []
        self._walls: list[int] = []

    def add(self, moments: Sequence[Ranked]) -> None:
        """The next best. Each is compared with the bests so far, whatever else has been looked at."""
        peaks = self._vectors.vectors(np.array([moment.peak for moment in moments], np.int64))
        videos = np.array([moment.whole.video_id for moment in moments], "S32")
        under = self._under(peaks, videos)
        lines = [_line(moment) for moment in moments]
        under[[line != "" for line in lines]] = -1
        same = np.triu(self._alike(peaks, videos, peaks, videos), 1) & _say_the_same(lines)
        for place, (moment, video) in enumerate(zip(moments, videos.tolist(), strict=True)):
            if under[place] >= 0:
                self._join(int(under[place]))
            elif self._begun[video] < self._per_video:
                under[same[place] & (under < 0)] = len(self.found)
                self._begin(moment, peaks[place], video)

    def leave_out(self, free: Free) -> None:
        """What would begin no group: all clips of videos that are full, and the rest of walls."""
        free.leave_out(self._full, self._bests[self._walls], self._videos[self._walls])
        self._full, self._walls = [], []

    def _join(self, group: int) -> None:
        self.found[group].copies += 1
        if self.found[group].copies == WALL:
            self._walls.append(group)

    def _begin(self, best: Ranked, vector: Floats, video: bytes) -> None:
        group = len(self.found)
        if group == len(self._videos):
            self._bests = np.concatenate([self._bests, np.empty_like(self._bests)])
            self._videos = np.concatenate([self._videos, np.empty_like(self._videos)])
        self._bests[group], self._videos[group] = vector, video
        self.found.append(Group(best))
        self._begun[video] += 1
        if self._begun[video] == self._per_video:
            self._full.append(video)

    def _under(self, peaks: Floats, videos: Videos) -> NDArray[np.int64]:
        """[M]: the first group whose best each looks like, -1 where there is none."""
        groups = slice(len(self.found))
        same = self._alike(peaks, videos, self._bests[groups], self._videos[groups])
        return np.where(same.any(axis=1), same.argmax(axis=1), -1) if len(self.found) else np.full(len(videos), -1)

    def _alike(self, peaks: Floats, videos: Videos, others: Floats, of_others: Videos) -> NDArray[np.bool_]:
        """[M, O]: whether each looks like each of the others."""
        if not self._fold:
            return np.zeros((len(peaks), len(others)), np.bool_)
        return alike(peaks @ others.T, videos, of_others)
