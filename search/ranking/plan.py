"""A query made ready for one generation: its leaves as vectors, and how scores of clips are joined.

Scores of a plain query are cosines less the calibration's bias. In a composed query each leaf counts in standard
deviations above the library's mean, so that sentences and pictures weigh alike: AND takes half the weighted mean and
half the worst, OR the best; NOT subtracts what lies more than half a deviation above the mean.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.store import Floats
from data.types import QueryError
from search.generation.adapter import VectorIndex
from search.generation.calibration import Calibration, Evidence
from search.generation.table import ClipTable, Rows
from search.generation.towers import QueryTowers
from search.query.tree import MAX_LEAVES, And, Film, Image, Leaf, Like, Not, Or, Query, Text, Then, leaves_of

NOT_FROM = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """`vectors` is [L, D], a row for each leaf of `query` in the order written; `wanted` and `is_text` are [L]."""

    query: Query
    vectors: Floats
    wanted: NDArray[np.bool_]
    is_text: NDArray[np.bool_]

    @property
    def is_plain(self) -> bool:
        return len(self.vectors) == 1

    @property
    def pointing(self) -> Floats:
        """[D], unit length: what the best second shows; of a sequence, its first step."""
        first = self.query.steps[0] if isinstance(self.query, Then) else self.query
        mean = self.vectors[: len(leaves_of(first))][self.wanted[: len(leaves_of(first))]].mean(axis=0)
        return unit(np.asarray(mean, np.float32))

    def part(self, step: int) -> "Plan":
        """The plan of one step of a sequence."""
        assert isinstance(self.query, Then)
        counts = [len(leaves_of(one)) for one in self.query.steps]
        mine = slice(sum(counts[:step]), sum(counts[: step + 1]))
        return Plan(self.query.steps[step], self.vectors[mine], self.wanted[mine], self.is_text[mine])

    def scores(self, cosines: Floats, rows: Rows, calibration: Calibration) -> Floats:
        """[C] scores of the clips at `rows` from their `cosines` [L, C]."""
        if self.is_plain:
            return np.asarray(self._debiased(cosines, calibration.bias[rows])[0])
        return self.standard_scores(cosines, rows, calibration)

    def standard_scores(self, cosines: Floats, rows: Rows, calibration: Calibration) -> Floats:
        """The same in deviations above the library's mean, also for a plain query, so that steps compare."""
        usual = self._debiased(self.vectors @ calibration.reference.T, calibration.reference_bias)
        spread = np.maximum(usual.std(axis=1, keepdims=True), 1e-6)
        plain = self._debiased(cosines, calibration.bias[rows])
        joined: Floats = _joined(self.query, iter((plain - usual.mean(axis=1, keepdims=True)) / spread))
        return joined

    def mean_score(self, calibration: Calibration) -> float:
        """What an arbitrary clip scores."""
        if not self.is_plain:
            return 0.0
        return float(self.vectors[0] @ calibration.mean - self.is_text[0] * calibration.mean_bias)

    def chances(self, cosines: Floats, rows: Rows, calibration: Calibration) -> Evidence | None:
        """[C], how sure each clip at `rows` is, None when no sentence is asked for; `cosines` hold the nearest."""
        if not (self.is_text & self.wanted).any():
            return None
        unknown = np.full(cosines.shape[1], np.nan)
        each = zip(cosines, self._debiased(cosines, calibration.bias[rows]), self.is_text, strict=True)
        chances: list[Evidence] = [calibration.sureness(c, s).chance(s) if text else unknown for c, s, text in each]
        sure = _surest(self.query, iter(chances))
        return None if sure is None else np.nan_to_num(sure)

    def _debiased(self, cosines: Floats, bias: Floats) -> Floats:
        # The bias is measured with sentences: pictures are near to other things.
        debiased: Floats = cosines - self.is_text[:, np.newaxis].astype(np.float32) * bias
        return debiased


def planned(query: Query, index: VectorIndex, clips: ClipTable, towers: QueryTowers) -> Plan:
    """Raises QueryError."""
    leaves = leaves_of(query)
    if len(leaves) > MAX_LEAVES:
        raise QueryError(None, f"the query has {len(leaves)} parts, the limit is {MAX_LEAVES}")
    if isinstance(query, Not):
        raise QueryError(None, "NOT needs something to be looked for beside it")
    texts = iter(towers.texts([leaf.text for leaf in leaves if isinstance(leaf, Text)]))
    vectors = [next(texts) if isinstance(leaf, Text) else _vector(leaf, index, clips, towers) for leaf in leaves]
    is_text = np.array([isinstance(leaf, Text) for leaf in leaves])
    return Plan(query, np.stack(vectors), np.array(list(_wanted(query))), is_text)


def unit(vector: Floats) -> Floats:
    """The same direction at length 1."""
    scaled: Floats = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return scaled


def likeness(clips: ClipTable, index: VectorIndex, video_id: str, start_s: float, end_s: float) -> Floats:
    """[D]: the clips of a stretch, each by how much of it it holds. Raises QueryError where nothing is indexed."""
    rows = clips.rows_of(video_id, start_s, end_s)
    if not len(rows):
        raise QueryError(None, f"nothing is indexed of video {video_id!r} from {start_s:g} to {end_s:g} s")
    shared_s = np.minimum(clips.ends_s[rows], end_s) - np.maximum(clips.starts_s[rows], start_s)
    return unit(shared_s.astype(np.float32) @ index.vectors(clips.ids[rows]))


def _vector(leaf: Leaf, index: VectorIndex, clips: ClipTable, towers: QueryTowers) -> Floats:
    match leaf:
        case Image(pixels):
            return towers.film(pixels[np.newaxis])
        case Film(frames):
            return towers.film(frames)
        case Like(video_id, start_s, end_s):
            return likeness(clips, index, video_id, start_s, end_s)
    raise TypeError(f"not a leaf: {leaf!r}")


def _wanted(query: Query, wanted: bool = True) -> Iterator[bool]:
    match query:
        case And(parts=parts) | Or(parts=parts) | Then(steps=parts):
            for part in parts:
                yield from _wanted(part, wanted)
        case Not(part=part):
            yield from _wanted(part, not wanted)
        case _:
            yield wanted


def _joined(query: Query, values: Iterator[Floats]) -> Floats:
    match query:
        case And(parts, weights):
            return _all(parts, weights, [_joined(part, values) for part in parts])
        case Or(parts, weights):
            found = [_joined(part, values) for part in parts]
            best: Floats = np.max([np.where(v > 0, v * w, v) for v, w in zip(found, weights, strict=True)], axis=0)
            return best
        case Not(part):
            return _joined(part, values)
    return next(values)


def _all(parts: Sequence[Query], weights: Sequence[float], values: Sequence[Floats]) -> Floats:
    wanted = [(value, w) for part, value, w in zip(parts, values, weights, strict=True) if not isinstance(part, Not)]
    stacked = np.stack([value for value, _ in wanted])
    score: Floats = (np.average(stacked, axis=0, weights=[w for _, w in wanted]) + stacked.min(axis=0)) / 2
    for part, value, weight in zip(parts, values, weights, strict=True):
        if isinstance(part, Not):
            score = score - weight * np.maximum(value - NOT_FROM, 0)
    return score


def _surest(query: Query, chances: Iterator[Evidence]) -> Evidence | None:
    match query:
        case And(parts=parts) | Or(parts=parts):
            found = [_surest(part, chances) for part in parts]
            kept = [chance for chance in found if chance is not None]
            join = np.fmax if isinstance(query, Or) else np.fmin
            return join.reduce(kept) if kept else None
        case Not(part):
            _surest(part, chances)
            return None
    return next(chances)
