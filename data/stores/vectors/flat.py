"""The engine that is always there: exact inner products over the segments of a generation, in memory."""

from collections.abc import Iterator

import numpy as np

from data.stores.vectors.addressed import Addressed
from data.stores.vectors.facts import Rows
from data.stores.vectors.passes import best
from data.stores.vectors.store import Floats, Hits, Ids

# Each piece of a long reading is so many times as long as the one before.
_MORE = 4


class FlatVectors(Addressed):
    """Compares a query with every clip."""

    is_exact = True

    def search(self, queries: Floats, k: int) -> list[Hits]:
        """One pass for each query; on a GPU where it may be asked."""
        if self._may_use_gpu(k):
            return self._on_gpu(queries, k)
        return [next(self._pieces(query, k)) for query in queries]

    def nearest(self, query: Floats, first: int, *, less_bias: bool = False) -> Iterator[Hits]:  # noqa: ARG002  bounded
        """One pass however far it is read; only the first piece comes from a GPU, which gives no more."""
        if not self._may_use_gpu(first):
            yield from (hits for hits in self._pieces(query, first) if len(hits))
            return
        (hits,) = self._on_gpu(query[np.newaxis], first)
        yield hits
        if len(hits) < len(self):
            yield from self._pieces(query, first * _MORE, self._rows(hits.clips.ids))

    def _pieces(self, query: Floats, size: int, given: Rows | None = None) -> Iterator[Hits]:
        """All but the rows that are given already; the first piece is there even when it is empty."""
        cosines = [view.cosines(query) for view in self._found]
        scores = cosines[0] if len(cosines) == 1 else np.concatenate([np.empty(0, np.float32), *cosines])
        left = len(scores)
        if given is not None:  # where all can be found, rows and places are the same
            scores[given], left = -np.inf, left - len(given)
        while True:
            at = best(scores, min(size, left), lambda places: self._clips(self._rows_at(places)).ids)
            yield Hits(self._clips(self._rows_at(at)), scores[at])
            scores[at], left, size = -np.inf, left - len(at), size * _MORE
            if not left:
                return

    def _rows_at(self, places: Ids) -> Rows:
        """The rows of clips by their places among those that can be found."""
        bases = np.cumsum([0, *(view.count for view in self._found)])
        whose = np.searchsorted(bases, places, side="right") - 1
        rows = np.empty(len(places), np.int64)
        for number in np.unique(whose).tolist():
            mine, view = whose == number, self._found[number]
            own = places[mine] - bases[number]
            rows[mine] = self._bases[number] + (own if view.is_whole else view.rows[own])
        return rows

    def _may_use_gpu(self, k: int) -> bool:
        return bool(self._found) and all(view.may_use_gpu(k) for view in self._found)

    def _on_gpu(self, queries: Floats, k: int) -> list[Hits]:
        queries = np.ascontiguousarray(queries, np.float32)
        each: list[tuple[Floats, Rows]] = []
        for view, base in zip(self._found, self._bases.tolist(), strict=False):
            assert view.loaded.gpu is not None
            scores, rows = view.loaded.gpu.search(queries, min(k, view.count))
            each.append((scores, rows + base))
        scores, rows = (np.concatenate(some, axis=1) for some in zip(*each, strict=True))
        return [self._hits(some, at, k) for some, at in zip(scores, rows, strict=True)]

    def _hits(self, scores: Floats, rows: Rows, k: int) -> Hits:
        clips = self._clips(rows)
        at = best(scores, k, lambda places: clips.ids[places])
        return Hits(clips[at], scores[at])
