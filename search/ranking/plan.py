"""A query made ready for one generation: its leaves as vectors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.stores.vectors.store import Clips, Floats, VectorStore
from data.types import QueryError
from search.generation.likeness import likeness, unit
from search.generation.towers import QueryTowers
from search.query.tree import (
    MAX_LEAVES,
    And,
    Film,
    Image,
    Leaf,
    Learnt,
    Like,
    Line,
    Not,
    Or,
    Query,
    Stretch,
    Text,
    Then,
    leaves_of,
)
from search.ranking.spoken import Spoken

Listen = Callable[[Line], Spoken]


def _nothing_said(_: Line) -> Spoken:
    return Spoken(())


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """`vectors` is [L, D], a row for each leaf of `query` in the order written; `wanted` and `is_text` are [L].

    A leaf of words has no vector, but its lines in `spoken`, which is None for every other leaf.
    """

    query: Query
    vectors: Floats
    wanted: NDArray[np.bool_]
    is_text: NDArray[np.bool_]
    spoken: tuple[Spoken | None, ...] = ()

    @property
    def is_plain(self) -> bool:
        return len(self.vectors) == 1 and all(each is None for each in self.spoken)

    @property
    def is_seen(self) -> NDArray[np.bool_]:
        """[L]: whether a leaf has a vector."""
        return np.array([each is None for each in self.spoken or [None] * len(self.vectors)])

    @property
    def pointing(self) -> Floats:
        """[D], unit length: what the best second shows, nothing where only words are asked for; of a sequence, its
        first step."""
        first = self.query.steps[0] if isinstance(self.query, Then) else self.query
        leaves = slice(len(leaves_of(first)))
        mean = self.vectors[leaves][self.wanted[leaves]].mean(axis=0)
        return unit(np.asarray(mean, np.float32))

    def cosines(self, vectors: VectorStore, clips: Clips) -> Floats:
        """[L, C]; of a leaf of words, what its lines score, in deviations."""
        found = vectors.scores(self.vectors, clips.ids)
        for row, spoken in enumerate(self.spoken):
            if spoken is not None:
                found[row] = spoken.scores(clips)
        return found

    def parts(self) -> list["Plan"]:
        """A plan for each step of a sequence."""
        assert isinstance(self.query, Then)
        ends = np.cumsum([len(leaves_of(step)) for step in self.query.steps])
        mine = [slice(end - len(leaves_of(step)), end) for step, end in zip(self.query.steps, ends, strict=True)]
        steps = zip(self.query.steps, mine, strict=True)
        return [
            Plan(step, self.vectors[one], self.wanted[one], self.is_text[one], self.spoken[one]) for step, one in steps
        ]


def planned(query: Query, vectors: VectorStore, towers: QueryTowers, listen: Listen = _nothing_said) -> Plan:
    """`listen` finds the lines of a leaf of words. Raises QueryError."""
    leaves = leaves_of(query)
    if len(leaves) > MAX_LEAVES:
        raise QueryError(None, f"the query has {len(leaves)} parts, the limit is {MAX_LEAVES}")
    if isinstance(query, Not):
        raise QueryError(None, "NOT needs something to be looked for beside it")
    texts = iter(towers.texts([leaf.text for leaf in leaves if isinstance(leaf, Text)]))
    of_leaves = [next(texts) if isinstance(leaf, Text) else _vector(leaf, vectors, towers) for leaf in leaves]
    is_text = np.array([isinstance(leaf, Text) for leaf in leaves])
    spoken = tuple(listen(leaf) if isinstance(leaf, Line) else None for leaf in leaves)
    return Plan(query, np.stack(of_leaves), np.array(list(_wanted(query))), is_text, spoken)


def _vector(leaf: Leaf, vectors: VectorStore, towers: QueryTowers) -> Floats:
    match leaf:
        case Image(pixels):
            return towers.film(pixels[np.newaxis])
        case Film(frames):
            return towers.film(frames)
        case Like(stretch):
            return _indexed(vectors, stretch)
        case Learnt(vector=vector):
            return vector
        case Line():
            return np.zeros(vectors.dim, np.float32)
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
