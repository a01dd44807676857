"""One large segment: its codes in memory, its vectors as half floats on the disk."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.stores.vectors.coded import rules
from data.stores.vectors.coded.building import Halves
from data.stores.vectors.coded.codes import Among, Codes
from data.stores.vectors.facts import Facts, Rows
from data.stores.vectors.loaded import Loaded, Near, View
from data.stores.vectors.nearness import asking
from data.stores.vectors.passes import products
from data.stores.vectors.store import Floats

# So many half floats become floats at once.
_AT_ONCE = 8192


class Coded(Loaded):
    """Its codes and 64 bytes a clip are in memory; `values` are half floats that are read where they are looked at."""

    def __init__(self, name: str, facts: Facts, values: Halves, codes: Codes) -> None:
        super().__init__(name, facts, values)
        self.codes = codes


@dataclass(frozen=True, eq=False)
class CodedView(View):
    """Of such a segment."""

    loaded: Coded

    @property
    def is_exact(self) -> bool:
        """Whether all that can be found is compared one by one."""
        return self.count <= rules.FEW

    def near(self, query: Floats, k: int, *, less_bias: bool) -> Near:
        """As `View.near`, about."""
        rows = self._candidates(query, k, less_bias=less_bias)
        return self._best_of(rows, self._cosines_of(rows, query), k, less_bias=less_bias)

    def _candidates(self, query: Floats, k: int, *, less_bias: bool) -> Rows:
        codes = self.loaded.codes
        probes = rules.probes_for(k, codes.lists, count=len(self.loaded.facts), found=self.count)
        if self.is_exact or probes == codes.lists:
            return self.rows
        wanted = min(rules.candidates_for(k), self.count)
        return codes.nearest(asking(query, less_bias=less_bias), wanted, probes=probes, among=self._among)

    @cached_property
    def _among(self) -> Among | None:
        if self.is_whole:
            return None
        return Among(np.repeat(self.allowed, np.diff(self.loaded.facts.firsts)))

    def _cosines_of(self, rows: Rows, query: Floats) -> Floats:
        pieces = (rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE))
        each = [products(query, self.loaded.values[some].astype(np.float32)) for some in pieces]
        return np.concatenate([np.empty(0, np.float32), *each])
