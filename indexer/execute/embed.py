"""Clips of whatever videos become vectors, one batch at a time; a clip that has none fails its own video only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.stores.shards.folder import are_unit
from data.types import Clip, VideoError
from indexer.commit.store import Growing
from indexer.execute.decode import ClipFrames
from models.spec import BrokenTower, Embedded, VideoTower

_MOST_LETTERS = 200


class _NoVectors(Exception):
    """What a tower gave is not a vector of unit length for each clip."""


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

    def add(self, owner: Growing, piece: ClipFrames) -> dict[Growing, VideoError]:
        """Take in one clip; embeds when the batch is full, as `flush` does."""
        self._waiting.append(_Waiting(owner, owner.announce(piece), piece))
        return self.flush() if len(self._waiting) >= self._batch_clips else {}

    def drop(self, owner: Growing) -> None:
        """Forget the waiting clips of a video that failed."""
        self._waiting = [each for each in self._waiting if each.owner is not owner]

    def flush(self) -> dict[Growing, VideoError]:
        """Embed what is waiting, however few; the videos of which a clip can't be. Raises BrokenTower."""
        batch, self._waiting = self._waiting, []
        failed: dict[Growing, VideoError] = {}
        for each, found in self._embedded(batch):
            if isinstance(found, VideoError):
                failed.setdefault(each.owner, found)
            elif each.owner not in failed:
                each.owner.add(each.clip, each.piece.frames.times_s, found)
        return failed

    def _embedded(self, batch: Sequence[_Waiting]) -> Iterator[tuple[_Waiting, Embedded | VideoError]]:
        """Each with its vectors; where a batch as a whole gives none, its halves tell which clip is to blame."""
        if not batch:
            return
        try:
            embedded = self._encoded(np.stack([each.piece.frames.pixels for each in batch]))
        except Exception as error:  # noqa: BLE001  a tower may raise anything, over one clip or for lack of memory
            if len(batch) == 1:
                self._check_tower(batch[0].piece.frames.pixels.shape)
                stage = "memory" if isinstance(error, MemoryError) else "embed"
                yield batch[0], VideoError(batch[0].owner.found.file, stage, _in_short(error))
                return
        else:
            yield from zip(batch, embedded, strict=True)
            return
        half = len(batch) // 2
        halves = [*self._embedded(batch[:half]), *self._embedded(batch[half:])]
        if all(isinstance(found, Embedded) for _, found in halves):
            # No clip was to blame: so many at once are too many.
            self._batch_clips = min(self._batch_clips, len(batch) - half)
        yield from halves

    def _encoded(self, pixels: NDArray[np.uint8]) -> list[Embedded]:
        """The vectors of each clip; raises whatever the tower does."""
        dim, embedded = self._tower.spec.dim, self._tower.encode(pixels)
        _check("clips", embedded.clips, (len(pixels), dim))
        if embedded.frames is not None:
            _check("frames", embedded.frames, (*pixels.shape[:2], dim))
        return [_row(embedded, row) for row in range(len(pixels))]

    def _check_tower(self, shape: tuple[int, ...]) -> None:
        """Where not even noise gets a vector, no video is to blame."""
        try:
            self._encoded(np.random.default_rng(0).integers(0, 256, (1, *shape), np.uint8))
        except Exception as error:
            raise BrokenTower(f"{self._tower.spec.name} gives no vectors: {_in_short(error)}") from error


def _check(name: str, values: NDArray[Any], shape: tuple[int, ...]) -> None:
    if values.shape != shape:
        raise _NoVectors(f"the tower gave {name} of shape {values.shape}, not {shape}")
    if not np.isfinite(values).all():
        raise _NoVectors(f"the tower gave {name} that are not finite")
    if not are_unit(values):
        raise _NoVectors(f"the tower gave {name} that are not of unit length")


def _row(embedded: Embedded, row: int) -> Embedded:
    one = slice(row, row + 1)
    return Embedded(embedded.clips[one], None if embedded.frames is None else embedded.frames[one])


def _in_short(error: Exception) -> str:
    said = " ".join(str(error).split())[:_MOST_LETTERS]
    kind = "" if isinstance(error, _NoVectors) else type(error).__name__
    return ": ".join(filter(None, (kind, said)))
