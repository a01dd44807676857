"""What every modality is asked; another one is a file and a line in `registry.py`.

decoding process:  pictures of a file ─▶ Reader.read ─▶ spans with the pictures that speak for them
indexing process:  spans of many files ─▶ Maker.make ─▶ a vector or words for each
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from data.media.pixels import Scaler
from data.media.reading import GridFrame
from data.types import Frames
from models.spec import Embedded

_MOST_LETTERS = 200

Passes = Callable[[], Iterator[GridFrame]]
"""Gives a file's pictures from the first to the last; the file is decoded anew for each further pass."""


@dataclass(frozen=True, slots=True, eq=False)
class ClipFrames:
    """A span that one modality found, and the pictures in it that it wants to look at."""

    modality: str
    shot_number: int
    start_s: float
    end_s: float
    frames: Frames


class NoVectors(Exception):
    """What a tower gave is not a vector of unit length for each clip."""


class Reader(Protocol):
    """Picks spans out of a file's pictures. It is sent to the decoding processes."""

    def scaler(self) -> Scaler:
        """How it wants each picture; one for each file."""
        ...

    def read(self, passes: Passes) -> Iterator[ClipFrames]:
        """In time order; holds so many pictures at most, whatever the length of the file."""
        ...


class Maker(Protocol):
    """Makes what is searched out of what was picked."""

    @property
    def at_once(self) -> int:
        """How many spans it takes together, of whatever files."""
        ...

    def make(self, spans: Sequence[ClipFrames]) -> Sequence[Embedded | str]:
        """For each span its vector (a batch of one), or its words, if any. May raise anything, over one span or all."""
        ...

    def check(self, like: ClipFrames) -> None:
        """Raises BrokenTower where it makes nothing of anything, so that no file is to blame."""
        ...


class Modality(Protocol):
    """Spans of one kind; `fingerprint` names everything that decides them."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def on_device(self) -> bool:
        """Whether its maker computes where the setting `device` says, which may be a GPU."""
        ...

    def reader(self) -> Reader: ...

    def maker(self) -> Maker:
        """Loads what it needs."""
        ...


def in_short(error: Exception) -> str:
    """What a maker raised, in words for the ledger."""
    said = " ".join(str(error).split())[:_MOST_LETTERS]
    kind = "" if isinstance(error, NoVectors) else type(error).__name__
    return ": ".join(filter(None, (kind, said)))
