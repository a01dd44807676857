"""One segment in memory: its vectors, its facts, and the ways to them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.stores.vectors.facts import Facts, Mask, Rows
from data.stores.vectors.faiss_file import MOST_ON_GPU, OnGpu, has_gpu
from data.stores.vectors.nearness import bias_of
from data.stores.vectors.passes import best, products
from data.stores.vectors.positions import Positions
from data.stores.vectors.store import Clips, Floats

# Of fewer candidates than one in so many, only their vectors are read: copying one costs as much as several products.
_FEW = 16


class Loaded:
    """Never changed; generations that list the segment share it. 4·D + 64 bytes a clip."""

    def __init__(self, name: str, facts: Facts, values: Floats) -> None:
        self.name = name
        self.facts, self.values = facts, np.ascontiguousarray(values)
        self.videos = facts.videos
        self.bias = bias_of(facts.hub, facts.density)
        self.positions = Positions(facts.ids)

    @cached_property
    def gpu(self) -> OnGpu | None:
        return OnGpu(self.values) if has_gpu() and len(self.values) else None

    def clips(self, rows: Rows) -> Clips:
        """In the order of `rows`."""
        facts = self.facts
        return Clips(
            ids=facts.ids[rows],
            videos=facts.video_ids[self.videos[rows]],
            numbers=facts.numbers[rows],
            shots=facts.shots[rows],
            starts_s=facts.starts_s[rows],
            ends_s=facts.ends_s[rows],
            bias=self.bias[rows],
        )

    def rows_of(self, video: int) -> slice:
        """The clips of the video at that place."""
        return slice(int(self.facts.firsts[video]), int(self.facts.firsts[video + 1]))

    def place_of(self, video_id: bytes) -> int | None:
        """Where a video is in `facts.video_ids`."""
        at = int(np.searchsorted(self.facts.video_ids, video_id))
        return at if at < len(self.facts.video_ids) and self.facts.video_ids[at] == video_id else None


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Rows [K] of a segment and their cosines [K], best first by what they are ranked by."""

    rows: Rows
    cosines: Floats


@dataclass(frozen=True, eq=False)
class View:
    """A loaded segment, of which only some videos can be found: those `allowed` [V]."""

    loaded: Loaded
    allowed: Mask

    @classmethod
    def of_all(cls, loaded: Loaded) -> "View":
        """Without any filter."""
        return cls(loaded, np.ones(len(loaded.facts.video_ids), np.bool_))

    @cached_property
    def is_whole(self) -> bool:
        """Whether everything in it can be found."""
        return bool(self.allowed.all())

    @cached_property
    def rows(self) -> Rows:
        """The clips that can be found, ascending."""
        found: Rows = np.flatnonzero(self.allowed[self.loaded.videos])
        return found

    @cached_property
    def count(self) -> int:
        """How many they are."""
        return int(np.diff(self.loaded.facts.firsts)[self.allowed].sum())

    def cosines(self, query: Floats) -> Floats:
        """[count], in the order of `rows`."""
        values = self.loaded.values
        if self.is_whole:
            return products(query, values)
        if _FEW * self.count < len(values):
            return products(query, values[self.rows])
        return products(query, values)[self.rows]

    @property
    def is_exact(self) -> bool:
        """Whether everything that can be found is compared, one by one."""
        return True

    def near(self, query: Floats, k: int, *, less_bias: bool) -> Near:
        """The `k` best that can be found, by their cosines, less their bias where that is asked for."""
        return self._best_of(self.rows, self.cosines(query), k, less_bias=less_bias)

    def _best_of(self, rows: Rows, cosines: Floats, k: int, *, less_bias: bool) -> Near:
        scores = cosines - self.loaded.bias[rows] if less_bias else cosines
        at = best(scores, k, lambda places: self.loaded.facts.ids[rows[places]])
        return Near(rows[at], cosines[at])

    def may_use_gpu(self, k: int) -> bool:
        """Whether the GPU can answer for `k`: it can't filter."""
        return self.is_whole and 0 < min(k, self.count) <= MOST_ON_GPU and self.loaded.gpu is not None
