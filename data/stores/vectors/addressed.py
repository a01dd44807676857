"""What an engine over the segments of a generation is asked of single clips, whatever way it searches them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Self

import numpy as np

from data.stores.catalog import Catalog, views
from data.stores.vectors.facts import Rows, among
from data.stores.vectors.loaded import View
from data.stores.vectors.store import Clips, Floats, Ids, joined_clips
from data.stores.where import Where


class Addressed:
    """Segments one after the other; a row counts through all of them.

    `here` says which videos are part of the generation, `found` which of these can be found.
    """

    def __init__(
        self, here: Sequence[View], dim: int, catalog: Catalog, fingerprint: str, found: Sequence[View] | None = None
    ) -> None:
        self._here, self._found = list(here), list(here if found is None else found)
        self._dim, self._catalog, self._fingerprint = dim, catalog, fingerprint
        self._bases = np.cumsum([0, *(len(view.loaded.values) for view in self._here)])

    @property
    def dim(self) -> int:
        return self._dim

    @property
    def views(self) -> list[View]:
        """The segments as they are part of the generation."""
        return list(self._here)

    def __len__(self) -> int:
        return sum(view.count for view in self._found)

    def within(self, where: Where) -> Self:
        """Asks the catalogue once."""
        wanted = views.matching_videos(self._catalog, self._fingerprint, where)
        names = np.array(sorted(name.encode() for name in wanted), "S32")
        found = [replace(view, allowed=view.allowed & among(view.loaded.facts.video_ids, names)) for view in self._here]
        return type(self)(self._here, self._dim, self._catalog, self._fingerprint, found)

    def clips(self, ids: Ids) -> Clips:
        return self._clips(self._rows(ids))

    def around(self, clips: Clips, reach: int) -> Clips:
        near: list[Rows] = []
        rows = self._rows(clips.ids)
        for view, base, mine in self._by_view(rows):
            facts, own = view.loaded.facts, rows[mine] - base
            videos = view.loaded.videos[own]
            each = own[:, np.newaxis] + np.arange(-reach, reach + 1)
            inside = (each >= facts.firsts[videos, np.newaxis]) & (each < facts.firsts[videos + 1, np.newaxis])
            near.append(np.unique(each[inside]) + base)
        found = self._clips(np.concatenate([np.empty(0, np.int64), *near]))
        return found[np.lexsort((found.numbers, found.videos))]

    def of_video(self, video_id: str, start_s: float = 0.0, end_s: float = np.inf) -> Clips:
        for view, base in zip(self._here, self._bases.tolist(), strict=False):
            at = view.loaded.place_of(video_id.encode())
            if at is not None and view.allowed[at]:
                rows, facts = view.loaded.rows_of(at), view.loaded.facts
                inside = (facts.starts_s[rows] < end_s) & (facts.ends_s[rows] > start_s)
                return self._clips(base + rows.start + np.flatnonzero(inside))
        return self._clips(np.empty(0, np.int64))

    def vectors(self, ids: Ids) -> Floats:
        rows = self._rows(ids)
        values = np.empty((len(rows), self._dim), np.float32)
        for view, base, mine in self._by_view(rows):
            values[mine] = view.loaded.values[rows[mine] - base]
        return values

    def scores(self, queries: Floats, ids: Ids) -> Floats:
        scores: Floats = queries @ self.vectors(ids).T
        return scores

    def _rows(self, ids: Ids) -> Rows:
        rows = np.full(len(ids), -1, np.int64)
        for view, base in zip(self._here, self._bases.tolist(), strict=False):
            found = view.loaded.positions.find(np.asarray(ids, np.int64))
            here = (found >= 0) & view.allowed[view.loaded.videos[found]] if len(view.loaded.videos) else found >= 0
            rows[here] = found[here] + base
        if (missing := int((rows < 0).sum())) > 0:
            raise KeyError(f"{missing} of {len(ids)} clips are not in this generation")
        return rows

    def _by_view(self, rows: Rows) -> Iterator[tuple[View, int, Rows]]:
        """Each segment that holds some of the rows, where it begins, and at which places those are."""
        whose = np.searchsorted(self._bases, rows, side="right") - 1
        for number in np.unique(whose).tolist():
            yield self._here[number], int(self._bases[number]), np.flatnonzero(whose == number)

    def _clips(self, rows: Rows) -> Clips:
        each = [(view.loaded.clips(rows[mine] - base), mine) for view, base, mine in self._by_view(rows)]
        if len(each) == 1:
            return each[0][0]
        back = np.argsort(np.concatenate([np.empty(0, np.int64), *(mine for _, mine in each)]))
        return joined_clips([clips for clips, _ in each])[back]
