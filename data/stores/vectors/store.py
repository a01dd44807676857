"""What the vectors of a generation can be asked, whatever engine holds them.

A hit brings everything about its clip that ranking needs, so that nobody has to hold all clips of a library.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from data.stores.where import Where

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
Rows = NDArray[np.intp] | NDArray[np.bool_] | slice


class DamagedIndex(Exception):
    """A file of a generation or of one of its segments is missing or not whole."""


class VectorsUnavailable(Exception):
    """Who keeps the vectors can't be asked now, or has not all of them yet."""


class VectorsGone(Exception):
    """They have been removed: another generation is published already."""


def damaged(path: Path) -> DamagedIndex:
    """With the way out."""
    return DamagedIndex(f"{path} can't be read: `sceneseek verify --repair` builds it anew")


@dataclass(frozen=True, slots=True, eq=False)
class Clips:
    """Clips as columns, each [N]: whose they are, where they lie in time, and what is taken from their cosines.

    `videos` are ids of videos; `numbers` count the clips of one video in time order, so that those of neighbours differ
    by one. `bias` is what a clip scores with whatever sentence.
    """

    ids: Ids
    videos: NDArray[np.bytes_]
    numbers: NDArray[np.int32]
    shots: NDArray[np.int32]
    starts_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]
    bias: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, rows: Rows) -> Self:
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))


NO_CLIPS = Clips(
    ids=np.empty(0, np.int64),
    videos=np.empty(0, "S32"),
    numbers=np.empty(0, np.int32),
    shots=np.empty(0, np.int32),
    starts_s=np.empty(0, np.float64),
    ends_s=np.empty(0, np.float64),
    bias=np.empty(0, np.float32),
)
"""None at all."""


def joined_clips(parts: Sequence[Clips]) -> Clips:
    """All of them, one part after the other."""
    if len(parts) < 2:
        return parts[0] if parts else NO_CLIPS
    return Clips(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Clips)))


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Clips [N] and their cosines [N], nearest first; of equals the one with the smaller id."""

    clips: Clips
    cosines: Floats

    def __len__(self) -> int:
        return len(self.cosines)


class VectorStore(Protocol):
    """The clips of one published generation. May be asked from many threads."""

    @property
    def dim(self) -> int: ...

    @property
    def is_exact(self) -> bool:
        """Whether what a search left out is no nearer than the last that it gave."""
        ...

    def __len__(self) -> int:
        """How many clips can be found."""
        ...

    def within(self, where: Where) -> "VectorStore":
        """The same store, that finds only clips of present videos that are as asked; the predicate is the engine's to
        answer. What it is asked of single clips (`around`, `vectors`, …) it answers for all."""
        ...

    def search(self, queries: Floats, k: int) -> list[Hits]:
        """The `k` nearest clips (or all there are) for each of the queries [Q, D]."""
        ...

    def nearest(self, query: Floats, first: int, *, less_bias: bool = False) -> Iterator[Hits]:
        """All clips for one query [D], nearest first, in pieces, none of them empty: `first`, then more at a time.

        An engine that is not exact chooses each piece by cosines `less_bias` where these are to be ranked, since
        nobody could bound what it left out; within a piece the nearest come first all the same.
        """
        ...

    def clips(self, ids: Ids) -> Clips:
        """In the order of `ids`. Raises KeyError for one that is not here."""
        ...

    def around(self, clips: Clips, reach: int) -> Clips:
        """These and up to `reach` clips before and after each in its video; by video and number, each once."""
        ...

    def of_video(self, video_id: str, start_s: float = 0.0, end_s: float = np.inf) -> Clips:
        """The clips of one video that overlap [start_s, end_s), in time order; none of a video that is not here."""
        ...

    def vectors(self, ids: Ids) -> Floats:
        """[N, D], in the order of `ids`. Raises KeyError for one that is not here."""
        ...

    def scores(self, queries: Floats, ids: Ids) -> Floats:
        """[Q, N] cosines of queries [Q, D] with these clips. Raises KeyError for one that is not here."""
        ...
