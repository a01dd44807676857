"""A query made ready for one generation: its leaves as vectors, and what clips score by it.

Scores of a plain query are cosines less the clip's bias. In a composed query each leaf counts in standard deviations
above the library's mean, so that sentences and pictures weigh alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.store import Clips, Floats, VectorStore
from data.types import QueryError
from search.generation.towers import QueryTowers
from search.query.tree import MAX_LEAVES, And, Film, Image, Leaf, Like, Not, Or, Query, Stretch, Text, Then, leaves_of
from search.ranking.confidence import Calibration, Confidences
from search.ranking.joining import joined, surest


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
        leaves = slice(len(leaves_of(first)))
        mean = self.vectors[leaves][self.wanted[leaves]].mean(axis=0)
        return unit(np.asarray(mean, np.float32))

    def parts(self) -> list["Plan"]:
        """A plan for each step of a sequence."""
        assert isinstance(self.query, Then)
        ends = np.cumsum([len(leaves_of(step)) for step in self.query.steps])
        mine = [slice(end - len(leaves_of(step)), end) for step, end in zip(self.query.steps, ends, strict=True)]
        steps = zip(self.query.steps, mine, strict=True)
        return [Plan(step, self.vectors[one], self.wanted[one], self.is_text[one]) for step, one in steps]

    def scores(self, cosines: Floats, bias: Floats, calibration: Calibration) -> Floats:
        """[C], of clips with these `cosines` [L, C] and `bias` [C]."""
        if self.is_plain:
            return np.asarray(self._debiased(cosines, bias)[0])
        return self.standard_scores(cosines, bias, calibration)

    def standard_scores(self, cosines: Floats, bias: Floats, calibration: Calibration) -> Floats:
        """The same in deviations above the library's mean, also for a plain query, so that steps compare."""
        mean, spread = self._usual(calibration)
        return joined(self.query, iter((self._debiased(cosines, bias) - mean) / spread))

    def deviations(self, score: float, calibration: Calibration) -> float:
        """What a score is in deviations above the library's mean."""
        if not self.is_plain:
            return score
        mean, spread = self._usual(calibration)
        return float((score - mean[0, 0]) / spread[0, 0])

    def mean_score(self, calibration: Calibration) -> float:
        """What an arbitrary clip scores."""
        if not self.is_plain:
            return 0.0
        return float(self.vectors[0] @ calibration.mean - self.is_text[0] * calibration.mean_bias)

    def least_bias(self, calibration: Calibration) -> np.float32:
        """What is taken from every cosine at least."""
        return np.float32(calibration.least_bias if self.is_text[0] else 0)

    def confidences(self, cosines: Floats, bias: Floats, calibration: Calibration) -> Confidences | None:
        """[C], of clips among which the nearest are; None when no sentence is asked for."""
        if not (self.is_text & self.wanted).any():
            return None
        unknown = np.full(cosines.shape[1], np.nan)
        each = zip(cosines, self._debiased(cosines, bias), self.is_text, strict=True)
        found: list[Confidences] = [calibration.scale(c, s).confidences(s) if text else unknown for c, s, text in each]
        sure = surest(self.query, iter(found))
        return None if sure is None else np.nan_to_num(sure)

    def _usual(self, calibration: Calibration) -> tuple[Floats, Floats]:
        """[L, 1] mean and standard deviation of what each leaf scores with the sample."""
        usual = self._debiased(self.vectors @ calibration.sample.T, calibration.sample_bias)
        return usual.mean(axis=1, keepdims=True), np.maximum(usual.std(axis=1, keepdims=True), 1e-6)

    def _debiased(self, cosines: Floats, bias: Floats) -> Floats:
        # The bias is measured with sentences: pictures are near to other things.
        debiased: Floats = cosines - self.is_text[:, np.newaxis].astype(np.float32) * bias
        return debiased


def planned(query: Query, vectors: VectorStore, towers: QueryTowers) -> Plan:
    """Raises QueryError."""
    leaves = leaves_of(query)
    if len(leaves) > MAX_LEAVES:
        raise QueryError(None, f"the query has {len(leaves)} parts, the limit is {MAX_LEAVES}")
    if isinstance(query, Not):
        raise QueryError(None, "NOT needs something to be looked for beside it")
    texts = iter(towers.texts([leaf.text for leaf in leaves if isinstance(leaf, Text)]))
    of_leaves = [next(texts) if isinstance(leaf, Text) else _vector(leaf, vectors, towers) for leaf in leaves]
    is_text = np.array([isinstance(leaf, Text) for leaf in leaves])
    return Plan(query, np.stack(of_leaves), np.array(list(_wanted(query))), is_text)


def unit(vector: Floats) -> Floats:
    """The same direction at length 1."""
    scaled: Floats = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return scaled


def likeness(vectors: VectorStore, stretch: Stretch) -> Floats | None:
    """[D]: the clips of a stretch, each by how much of it it holds; None where nothing is indexed."""
    clips = vectors.of_video(stretch.video_id, stretch.start_s, stretch.end_s)
    return unit(_shared_s(clips, stretch) @ vectors.vectors(clips.ids)) if len(clips) else None


def _shared_s(clips: Clips, stretch: Stretch) -> Floats:
    shared_s = np.minimum(clips.ends_s, stretch.end_s) - np.maximum(clips.starts_s, stretch.start_s)
    return shared_s.astype(np.float32)


def _vector(leaf: Leaf, vectors: VectorStore, towers: QueryTowers) -> Floats:
    match leaf:
        case Image(pixels):
            return towers.film(pixels[np.newaxis])
        case Film(frames):
            return towers.film(frames)
        case Like(stretch):
            return _indexed(vectors, stretch)
    raise TypeError(f"not a leaf: {leaf!r}")


def _indexed(vectors: VectorStore, stretch: Stretch) -> Floats:
    vector = likeness(vectors, stretch)
    if vector is None:
        span = f"{stretch.start_s:g} to {stretch.end_s:g} s"
        raise QueryError(None, f"nothing is indexed of video {stretch.video_id!r} from {span}")
    return vector


def _wanted(query: Query, wanted: bool = True) -> Iterator[bool]:
    match query:
        case And(parts=parts) | Or(parts=parts) | Then(steps=parts):
            for part in parts:
                yield from _wanted(part, wanted)
        case Not(part=part):
            yield from _wanted(part, not wanted)
        case _:
            yield wanted
