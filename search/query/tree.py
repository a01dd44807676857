"""What can be asked for: sentences, pictures, known moments, and how they are joined."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.types import QueryError

By = Literal["seen", "said", "shown", "tagged"]
BYS: tuple[By, ...] = ("seen", "said", "shown")
Kind = Literal["speech", "subtitles", "screen", "action"]
KINDS: tuple[Kind, ...] = ("speech", "subtitles", "screen")
SAID: tuple[Kind, ...] = ("speech", "subtitles")
SHOWN: tuple[Kind, ...] = ("screen",)
TAGGED: tuple[Kind, ...] = ("action",)
"""Not words of anybody's, so that no sentence is looked for in them."""

MAX_QUERY_CHARS = 2000
MAX_LEAVES = 16
MAX_DEPTH = 32
MAX_WEIGHT = 10.0
MAX_NAME_CHARS = 100


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence: seen, or held by a line that is said or shown, in a language where one is named."""

    text: str
    by: tuple[By, ...] = BYS
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Words that a line of one of these kinds holds all, in the form of `data.terms.terms_of`."""

    words: str
    kinds: tuple[Kind, ...] = KINDS
    language: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """A picture, [H, W, 3] RGB."""

    pixels: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """Pictures of a video in time order, [T, H, W, 3] RGB."""

    frames: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a video."""

    video_id: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Like:
    """What a known stretch looks like."""

    stretch: Stretch


@dataclass(frozen=True, slots=True)
class Concept:
    """What is called so, as somebody showed by examples; `position` is where it was typed."""

    name: str
    position: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """A concept as its examples show it in one generation, [D], unit length."""

    name: str
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class And:
    """All of these; those that are `Not` lower what they name. `weights` say how much each counts."""

    parts: tuple["Query", ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these; a part of more weight wins more easily."""

    parts: tuple["Query", ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A part of `And` that is not wanted."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class Then:
    """One after the other in one video, each at most `within_s` after the end of the one before (None: any time)."""

    steps: tuple["Query", ...]
    within_s: tuple[float | None, ...]


Leaf: TypeAlias = Text | Line | Image | Film | Like | Concept | Learnt
Query: TypeAlias = Leaf | And | Or | Not | Then


def checked(text: str) -> str:
    """`text` without surrounding space. Raises QueryError when nothing is left, or too much."""
    if not text.strip():
        raise QueryError(None, "the query is empty")
    if len(text) > MAX_QUERY_CHARS:
        raise QueryError(MAX_QUERY_CHARS, f"the query has {len(text)} characters, the limit is {MAX_QUERY_CHARS}")
    return text.strip()


def leaves_of(query: Query) -> list[Leaf]:
    """Every leaf, in the order written."""
    match query:
        case And(parts=parts) | Or(parts=parts) | Then(steps=parts):
            return [leaf for part in parts for leaf in leaves_of(part)]
        case Not(part=part):
            return leaves_of(part)
        case _:
            return [query]


def with_leaves(query: Query, changed: Callable[[Leaf], Leaf]) -> Query:
    """The same, joined of other leaves."""
    match query:
        case And(parts=parts) | Or(parts=parts):
            return replace(query, parts=tuple(with_leaves(part, changed) for part in parts))
        case Then(steps=steps):
            return replace(query, steps=tuple(with_leaves(step, changed) for step in steps))
        case Not(part=part):
            return Not(with_leaves(part, changed))
        case _:
            return changed(query)
