"""A store of vectors that is nothing but arrays, and what ranking needs beside it: plans and a calibration."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.store import Clips, Floats, Hits, Ids
from data.stores.where import Where
from search.generation.confidence import Calibration
from search.query.tree import Text
from search.ranking.candidates import Asked, Ranked, ranked
from search.ranking.free import Free
from search.ranking.plan import Plan
from search.ranking.scoring import Scoring

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class MemoryVectors:
    """`all` [N] come by video and number, `values` [N, D] belong to them; `only` is the video that can be found."""

    all: Clips
    values: Floats
    is_exact: bool = True
    only: bytes | None = None

    @property
    def dim(self) -> int:
        return int(self.values.shape[1])

    def __len__(self) -> int:
        return len(np.flatnonzero(self._can_be_found))

    def within(self, where: Where) -> "MemoryVectors":
        assert replace(where, video_id=None) == Where(), "only ids are known here"
        return replace(self, only=where.video_id.encode() if where.video_id else None)

    def search(self, queries: Floats, k: int) -> list[Hits]:
        return [self._nearest(query, k) for query in queries]

    def nearest(self, query: Floats, first: int, *, less_bias: bool = False) -> Iterator[Hits]:
        hits, begin, count = self._nearest(query, len(self)), 0, first
        while begin < len(hits):
            some = slice(begin, begin + count)
            yield Hits(hits.clips[some], hits.cosines[some])
            begin, count = begin + count, 2 * count

    def clips(self, ids: Ids) -> Clips:
        return self.all[self._places(ids)]

    def around(self, clips: Clips, reach: int) -> Clips:
        places = self._places(clips.ids)
        near = np.clip(places[:, np.newaxis] + np.arange(-reach, reach + 1), 0, len(self.all) - 1)
        return self.all[np.unique(near[self.all.videos[near] == self.all.videos[places][:, np.newaxis]])]

    def of_video(self, video_id: str, start_s: float = 0.0, end_s: float = np.inf) -> Clips:
        mine = self.all.videos == video_id.encode()
        return self.all[mine & (self.all.starts_s < end_s) & (self.all.ends_s > start_s)]

    def vectors(self, ids: Ids) -> Floats:
        return self.values[self._places(ids)]

    def scores(self, queries: Floats, ids: Ids) -> Floats:
        scores: Floats = queries @ self.vectors(ids).T
        return scores

    @property
    def _can_be_found(self) -> NDArray[np.bool_]:
        return np.ones(len(self.all), np.bool_) if self.only is None else self.all.videos == self.only

    def _nearest(self, query: Floats, k: int) -> Hits:
        places = np.flatnonzero(self._can_be_found)
        cosines = self.values[places] @ query
        best = np.lexsort((self.all.ids[places], -cosines))[:k]
        return Hits(self.all[places[best]], cosines[best])

    def _places(self, ids: Ids) -> Places:
        order = np.argsort(self.all.ids)
        at = np.minimum(np.searchsorted(self.all.ids[order], ids), len(order) - 1)
        if (self.all.ids[order[at]] != ids).any():
            raise KeyError(ids)
        return order[at]


@dataclass(frozen=True, eq=False)
class Counted(MemoryVectors):
    """Remembers how many hits it gave for a query."""

    given: list[int] = field(default_factory=list)

    def nearest(self, query: Floats, first: int, *, less_bias: bool = False) -> Iterator[Hits]:
        for hits in super().nearest(query, first, less_bias=less_bias):
            self.given.append(len(hits))
            yield hits


def units(values: NDArray[np.floating[Any]]) -> Floats:
    """The same directions at length 1."""
    scaled: Floats = (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def video_id(number: int) -> str:
    return f"{number:032x}"


def clips_of(counts: Sequence[int], *, seed: int = 0) -> Clips:
    """Videos of so many clips of 10 s, one after the other in shots of three; ids and biases at random."""
    rng, total = np.random.default_rng(seed), sum(counts)
    numbers = np.concatenate([np.arange(count, dtype=np.int32) for count in counts])
    return Clips(
        ids=rng.permutation(total) + 1,
        videos=np.repeat(np.array([video_id(number) for number in range(len(counts))], "S32"), counts),
        numbers=numbers,
        shots=numbers // 3,
        starts_s=numbers * 10.0,
        ends_s=numbers * 10.0 + 10,
        bias=rng.uniform(0.2, 0.3, total).astype(np.float32),
    )


def vectors_of(videos: Sequence[Floats], *, seed: int = 0) -> MemoryVectors:
    """Videos whose clips have these vectors [N, D]."""
    return MemoryVectors(clips_of([len(each) for each in videos], seed=seed), np.concatenate(list(videos)))


def sentence(vector: Floats) -> Plan:
    """A plan of one sentence that lies at `vector` [D]."""
    return Plan(Text("anything"), units(vector[np.newaxis]), np.array([True]), np.array([True]))


def calibration_of(vectors: MemoryVectors) -> Calibration:
    """With the first clips as the sample, and everyday queries that find all sorts of evidence."""
    sample, bias = vectors.values[:50], vectors.all.bias[:50]
    everyday = np.linspace(0, 1, 100, dtype=np.float32)
    least_bias = float(vectors.all.bias.min())
    return Calibration(everyday, sample, bias, sample.mean(axis=0), float(bias.mean()), least_bias)


def asked(vectors: MemoryVectors, plan: Plan, *, expected: int = 1, least_confidence: float = 0.0) -> Asked:
    """Everything is free."""
    return Asked(vectors, Scoring(plan, calibration_of(vectors)), Free(vectors), least_confidence, expected)


def all_moments(vectors: MemoryVectors, plan: Plan) -> list[Ranked]:
    return list(ranked(asked(vectors, plan, expected=len(vectors))))
