"""What can be asked for: a sentence, a picture, or something like a known moment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.types import QueryError

MAX_QUERY_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """A picture, [H, W, 3] RGB."""

    pixels: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Like:
    """What a known stretch of a video looks like."""

    video_id: str
    start_s: float
    end_s: float


Query = Text | Image | Like


def parse(text: str) -> Query:
    """The query that a typed string means. Raises QueryError."""
    return Text(checked(text))


def checked(text: str) -> str:
    """`text` without surrounding space. Raises QueryError when nothing is left, or too much."""
    if not text.strip():
        raise QueryError(None, "the query is empty")
    if len(text) > MAX_QUERY_CHARS:
        raise QueryError(MAX_QUERY_CHARS, f"the query has {len(text)} characters, the limit is {MAX_QUERY_CHARS}")
    return text.strip()
