"""What a recogniser of speech is asked, whatever runs behind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
Voice = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heard:
    """A word as it is written, with the space before it where there is one, at seconds of the sound."""

    text: str
    start_s: float
    end_s: float


class Recogniser(Protocol):
    """Of sound [samples] in mono at `RATE`."""

    def voiced(self, sound: Voice) -> Sequence[tuple[float, float]]:
        """Where somebody speaks, in seconds and in order; cheap."""
        ...

    def heard(self, sound: Voice, language: str | None) -> tuple[str | None, Iterator[list[Heard]]]:
        """The language, and the words, a sentence or so at a time; `language` where it is known already."""
        ...
