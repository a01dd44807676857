"""Clips of whatever videos become vectors, one batch at a time."""

from dataclasses import dataclass

import numpy as np

from data.types import Clip
from indexer.decode import ClipFrames
from indexer.store import Growing
from models.spec import Embedded, VideoTower


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    owner: Growing
    clip: Clip
    piece: ClipFrames


class Embedder:
    """Collects clips until a batch is full, and hands each vector to the video that it belongs to."""

    def __init__(self, tower: VideoTower, batch_clips: int) -> None:
        self._tower, self._batch_clips = tower, batch_clips
        self._waiting: list[_Waiting] = []

    def add(self, owner: Growing, piece: ClipFrames) -> None:
        """Take in one clip; embeds when the batch is full."""
        self._waiting.append(_Waiting(owner, owner.announce(piece), piece))
        if len(self._waiting) == self._batch_clips:
            self.flush()

    def drop(self, owner: Growing) -> None:
        """Forget the waiting clips of a video that failed."""
        self._waiting = [each for each in self._waiting if each.owner is not owner]

    def flush(self) -> None:
        """Embed what is waiting, however few."""
        if not self._waiting:
            return
        batch, self._waiting = self._waiting, []
        embedded = self._tower.encode(np.stack([each.piece.frames.pixels for each in batch]))
        for row, each in enumerate(batch):
            frames = None if embedded.frames is None else embedded.frames[row : row + 1]
            one = Embedded(embedded.clips[row : row + 1], frames)
            each.owner.add(each.clip, each.piece.frames.times_s, one)
