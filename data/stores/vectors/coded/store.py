"""A generation of which some segments are searched by codes; small ones are compared in memory, clip by clip."""

from collections.abc import Iterator

import numpy as np

from data.stores.vectors.addressed import Addressed
from data.stores.vectors.store import Floats, Hits

# Each piece of a long reading is so many times as long as the one before.
_MORE = 4


class CodedVectors(Addressed):
    """Cosines are those of half floats: true to four digits, whatever chose the clips."""

    @property
    def is_exact(self) -> bool:
        """So it is where a filter leaves few clips of each segment with codes."""
        return all(view.is_exact for view in self._found)

    def search(self, queries: Floats, k: int) -> list[Hits]:
        return [self._best(query, k, less_bias=False) for query in queries]

    def nearest(self, query: Floats, first: int, *, less_bias: bool = False) -> Iterator[Hits]:
        """Each piece is looked for with all before it, more thoroughly; what was given already is left out."""
        given, size, takes_off = np.empty(0, np.int64), first, less_bias and not self.is_exact
        while len(given) < len(self):
            hits = self._best(query, min(len(given) + size, len(self)), less_bias=takes_off)
            fresh = ~np.isin(hits.clips.ids, given)
            if fresh.any():
                yield Hits(hits.clips[fresh], hits.cosines[fresh])
            given, size = np.union1d(given, hits.clips.ids), size * _MORE

    def _best(self, query: Floats, k: int, *, less_bias: bool) -> Hits:
        """Of each segment the best, of those the best; the nearest of them first."""
        each = [
            (view.near(query, k, less_bias=less_bias), base)
            for view, base in zip(self._found, self._bases.tolist(), strict=False)
        ]
        rows = np.concatenate([np.empty(0, np.int64), *(near.rows + base for near, base in each)])
        cosines = np.concatenate([np.empty(0, np.float32), *(near.cosines for near, _ in each)])
        clips = self._clips(rows)
        scores = cosines - clips.bias if less_bias else cosines
        chosen = np.lexsort((clips.ids, -scores))[:k]
        chosen = chosen[np.lexsort((clips.ids[chosen], -cosines[chosen]))]
        return Hits(clips[chosen], cosines[chosen])
