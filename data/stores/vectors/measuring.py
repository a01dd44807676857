"""Measures the new clips of a generation, and looks again for what has lost its best ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from data.stores.vectors.facts import Facts, Rows
from data.stores.vectors.held import Held, Part
from data.stores.vectors.nearness import AT_ONCE, LEAST_CLIPS, Bank, Best, Sample, density_of, hub_of
from data.stores.vectors.segments import Draft
from data.stores.vectors.store import Floats, Ids


@dataclass(eq=False)
class Measuring:
    """Carries `best` from one generation to the next; `goes_on` while the bank is the same as before.

    Without the vectors of the bank all that is known is carried on and what is new stays unmeasured: the `stamp` then
    lets the next generation be measured anew.
    """

    bank: Bank
    best: Best
    lost: Rows
    goes_on: bool
    stamp: str

    @classmethod
    def begun(cls, before: Held, left: Held, bank: Bank) -> "Measuring":
        """Raises DamagedIndex, and OSError."""
        is_same = before.stamp == bank.stamp
        if not is_same and bank.vectors() is not None:
            return cls(bank, Best.of_nothing(0), np.empty(0, np.int64), goes_on=False, stamp=bank.stamp)
        best, lost = before.best.without(_gone_since(before, left))
        return cls(bank, best, lost, goes_on=True, stamp=bank.stamp if is_same else "")

    @cached_property
    def queries(self) -> Floats | None:
        """[Q, D]; asked for only where something has to be measured with them."""
        queries = self.bank.vectors()
        if queries is None:
            self.stamp = ""
        elif len(self.best.cosines) != len(queries):
            self.best = Best.of_nothing(len(queries))
        return queries

    def of(self, new: Draft, sample: Sample, total: int) -> Facts:
        """The facts of new clips, in a library of so many, with what was not known of them yet."""
        known = new.facts.hub if self.goes_on else np.full(len(new.facts), np.nan, np.float32)
        return replace(new.facts, hub=self._hub(new, known.copy()), density=_density(new, sample, total))

    def look_again(self, kept: Sequence[Part], new: Draft) -> None:
        """Find the best of the queries that lost one, among all clips."""
        if not len(self.lost) or self.queries is None:
            return
        queries, found = self.queries[self.lost], Best.of_nothing(len(self.lost))
        for part in kept:
            rows = np.flatnonzero(np.repeat(~part.gone, part.counts))
            _add(found, part.segment.mapped(), part.segment.ids(), rows, queries)
        _add(found, new.values, new.facts.ids, np.arange(len(new.facts)), queries)
        self.best.put(self.lost, found)

    def _hub(self, new: Draft, hub: Floats) -> Floats:
        for rows, values in new.pieces(AT_ONCE):
            unknown = np.isnan(hub[rows])
            if not unknown.any() or self.queries is None:
                continue
            cosines = values[unknown] @ self.queries.T
            hub[rows.start + np.flatnonzero(unknown)] = hub_of(cosines)
            self.best.add(cosines, new.facts.ids[rows][unknown])
        return hub


def _density(new: Draft, sample: Sample, total: int) -> Floats:
    density, videos = new.facts.density.copy(), new.facts.videos
    if total < LEAST_CLIPS:
        return np.zeros(len(density), np.float32)
    for rows, values in new.pieces(AT_ONCE):
        unknown = np.isnan(density[rows])
        if unknown.any():
            names = new.facts.video_ids[videos[rows][unknown]]
            density[rows.start + np.flatnonzero(unknown)] = density_of(values[unknown], names, sample)
    return density


def _add(found: Best, values: Floats, ids: Ids, rows: Rows, queries: Floats) -> None:
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        found.add(values[some] @ queries.T, ids[some])


def _gone_since(before: Held, left: Held) -> Ids:
    gone = [after.ids_gone_since(part) for part, after in zip(before.parts, left.parts, strict=True)]
    return np.concatenate([np.empty(0, np.int64), *gone])
