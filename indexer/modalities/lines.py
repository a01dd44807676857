"""What every modality of words is asked that is made after the pictures are published; `registry.py` lists them.

indexing process:  a video, and what lies beside its files ─▶
worker process:    Transcriber.work ─▶ lines, and what was lost
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from data.sandbox.process import Beat, Work
from data.sources.sidecars import Sidecar
from data.types import Location, Video

__all__ = ["NOTHING", "Beat", "Beside", "Line", "Lines", "Transcriber"]


@dataclass(frozen=True, slots=True)
class Line:
    """Words in [start_s, end_s) of a video; more of them in `data.types.Words`."""

    start_s: float
    end_s: float
    text: str
    language: str | None = None
    word_starts_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """All of one video, in time order; `lost` says in plain words what could not be read, or is odd."""

    found: list[Line] = field(default_factory=list)
    lost: str | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What a video's lines are made of beside the video; `stamp` is another as soon as one of the files is."""

    sidecars: tuple[Sidecar, ...] = ()
    stamp: str | None = None


NOTHING = Beside()


@runtime_checkable
class Transcriber(Protocol):
    """Makes lines of whole files, each file by itself; `fingerprint` names everything that decides them."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def at_once(self) -> int:
        """How many files it may read at a time."""
        ...

    @property
    def memory_bytes(self) -> int:
        """What a process of its own may take beyond what it starts with."""
        ...

    def wants(self, video: Video) -> bool:
        """Whether a video may hold any line; of others nothing is asked."""
        ...

    def beside(self, places: Sequence[Location]) -> Beside:
        """What lies beside the places where a video is."""
        ...

    def work(self) -> Work:
        """For a sandbox: `work(beat, path, video, beside)` gives one `Lines`. May raise VideoError."""
        ...
