"""How near clips are to everyday queries and to other clips: what is taken from their cosines, and what is chance.

A generation differs little from the one before it. How near a clip is to the everyday queries (the bank) depends on
nothing else; how near it is to others depends on the sample that stands for them, which stays until the library has
outgrown it; and which clips are best for a query of the bank changes only by what came and what went.

Two terms are taken from the cosine of a sentence and a clip (hubs: Radovanović et al. 2010; the form follows CSLS,
Conneau et al. 2018, and QB-Norm, Bogolin et al. 2022).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np

from data.stores.vectors.facts import Facts, Mask, Names, Rows
from data.stores.vectors.positions import Positions
from data.stores.vectors.store import Floats, Ids

NEAREST = 10
# Enough to tell how dense a place of the space is; more would cost memory and time.
SAMPLE_CLIPS = 4096
# How these were chosen: docs/search.md, and `python -m benchmarks.calibration` for another pair.
HUB_WEIGHT = 0.2
DENSITY_WEIGHT = 0.2
# In fewer clips than this there is no density to speak of.
LEAST_CLIPS = 40
# Scores of so many clips with the bank or the sample stay in the processor's cache.
AT_ONCE = 512
# A sample stands for a library that has grown less than so many times, and of which it has lost less than that share.
_MAY_GROW, _MAY_LOSE = 2, 1 / 8


@dataclass(frozen=True, slots=True)
class Bank:
    """Everyday queries in the space of one pair: `stamp` names both, `vectors` gives [Q, D] and may take seconds.

    None where the pair is not at hand: then nothing can be measured now.
    """

    stamp: str
    vectors: Callable[[], Floats | None]


def stamp_of(weights_sha256: str, bank_digest: str) -> str:
    """Names what nearness is measured with: another pair, other weights or another bank make another."""
    facts = (weights_sha256, NEAREST, SAMPLE_CLIPS, bank_digest)
    return blake2b(f"nearness {facts}".encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Clips that stand for a library of `drawn_from`: `ids` [R], `values` [R, D] and the `videos` [R] they are of.

    `bias` [R] is NaN until they are measured.
    """

    ids: Ids
    values: Floats
    videos: Names
    bias: Floats
    drawn_from: int

    def stands_for(self, count: int, here: Mask) -> bool:
        """Whether it still does for so many clips, where `here` [R] says which of its own are left."""
        return (
            self.drawn_from > SAMPLE_CLIPS
            and count < _MAY_GROW * self.drawn_from
            and float(here.sum()) > (1 - _MAY_LOSE) * len(self.ids)
        )

    def only(self, here: Mask) -> "Sample":
        """Those of its clips."""
        return replace(
            self, ids=self.ids[here], values=self.values[here], videos=self.videos[here], bias=self.bias[here]
        )

    def measured(self, facts: Facts) -> "Sample":
        """With the bias of its clips; `facts` are those that it was drawn from."""
        rows = Positions(facts.ids).find(self.ids)
        return replace(self, bias=bias_of(facts.hub[rows], facts.density[rows]))


def drawn(facts: Facts, values: Floats) -> Sample:
    """A sample of these clips."""
    # Ids are hashes: every nth of them in order is a fair sample, the same every time.
    step = max(1, len(facts) // SAMPLE_CLIPS)
    rows = np.sort(np.argsort(facts.ids)[::step][:SAMPLE_CLIPS])
    return Sample(
        ids=facts.ids[rows],
        values=np.array(values[rows]),
        videos=facts.video_ids[facts.videos[rows]],
        bias=np.full(len(rows), np.nan, np.float32),
        drawn_from=len(facts),
    )


def bias_of(hub: Floats, density: Floats) -> Floats:
    """[N]: what clips score with whatever sentence; nothing is taken from one that is not measured."""
    bias = HUB_WEIGHT * hub + DENSITY_WEIGHT * density
    return np.nan_to_num(bias).astype(np.float32)


def with_bias(values: Floats, bias: Floats) -> Floats:
    """[N, D + 1]: with their bias as one more number, so that a query can have it taken off."""
    return np.concatenate([values, bias[:, np.newaxis]], axis=1)


def asking(query: Floats, *, less_bias: bool) -> Floats:
    """[D + 1]: a query of such vectors."""
    return np.append(query, np.float32(-1 if less_bias else 0)).astype(np.float32)


def hub_of(cosines: Floats) -> Floats:
    """[C]: the mean cosine of each clip with the queries of the bank that are nearest to it, of `cosines` [C, Q]."""
    hub: Floats = highest(cosines).mean(axis=1)
    return hub


def density_of(values: Floats, videos: Names, sample: Sample) -> Floats:
    """[C]: the mean cosine of each clip [C, D] with the nearest clips of the sample that are of other videos."""
    cosines = values @ sample.values.T
    # A long scene is not a hub for being like itself.
    cosines[videos[:, np.newaxis] == sample.videos] = -np.inf
    return _mean_of_finite(highest(cosines))


def highest(cosines: Floats) -> Floats:
    """[Q, at most NEAREST]: the largest of each row, in no order."""
    if cosines.shape[1] <= NEAREST:
        return cosines
    return np.partition(cosines, -NEAREST, axis=1)[:, -NEAREST:]


class Best:
    """The highest cosines of each query that were found so far, [Q, NEAREST], and with which clips; -inf for none."""

    def __init__(self, cosines: Floats, ids: Ids) -> None:
        self.cosines, self.ids = cosines, ids

    @classmethod
    def of_nothing(cls, count: int) -> "Best":
        """Of so many queries that were not looked for yet."""
        return cls(np.full((count, NEAREST), -np.inf, np.float32), np.zeros((count, NEAREST), np.int64))

    def add(self, cosines: Floats, ids: Ids) -> None:
        """Those of further clips, [C, Q]."""
        some = np.flatnonzero((cosines > self.cosines.min(axis=1)).any(axis=0))
        both = np.concatenate([self.cosines[some], cosines[:, some].T], axis=1)
        of_both = np.concatenate([self.ids[some], np.broadcast_to(ids, (len(some), len(ids)))], axis=1)
        at = np.argpartition(both, -NEAREST, axis=1)[:, -NEAREST:]
        self.cosines[some] = np.take_along_axis(both, at, axis=1)
        self.ids[some] = np.take_along_axis(of_both, at, axis=1)

    def without(self, gone: Ids) -> tuple["Best", Rows]:
        """What is left of it without these clips, and the queries that lost one."""
        lost = np.isin(self.ids, gone) & np.isfinite(self.cosines)
        left = Best(np.where(lost, -np.inf, self.cosines).astype(np.float32), np.where(lost, 0, self.ids))
        return left, np.flatnonzero(lost.any(axis=1))

    def put(self, queries: Rows, found: "Best") -> None:
        """What was found anew for some queries."""
        self.cosines[queries], self.ids[queries] = found.cosines, found.ids


def _mean_of_finite(cosines: Floats) -> Floats:
    """[N] means of each row; 0 where nothing counts."""
    counted = np.isfinite(cosines)
    sums: Floats = np.where(counted, cosines, 0).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    return sums
