"""What a run is made of: work goes in, results come out, and neither changes any more.

Whoever executes work writes neither the catalogue nor the library, wherever it runs: that is left to one committer.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

from data.sources.source import Entry
from data.stores.shards.accounts import Account
from data.stores.shards.folder import ShardWriter
from data.types import VideoError
from indexer.modalities.modality import Modality


@dataclass(frozen=True, slots=True)
class Work:
    """An entry to be read, and the modalities that are to be made of it unless its content has them already."""

    entry: Entry
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """Of one content: the modalities that the claimer is to make, and whether others are being made elsewhere."""

    mine: tuple[str, ...] = ()
    is_elsewhere: bool = False


Claiming = Callable[[str, Sequence[str]], Claimed]
"""Claims these modalities of a video, by its id; asked from many threads, one at a time."""


@dataclass(frozen=True, slots=True)
class Same:
    """The content is in the library, or on its way there, or has failed in this run."""

    entry: Entry
    video_id: str


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What one modality made of a video: the account of it, and its vectors, spooled beside memory."""

    modality: str
    account: Account
    vectors: ShardWriter


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Everything that was claimed of one video. Whoever takes it closes its vectors."""

    entry: Entry
    video_id: str
    parts: tuple[Part, ...]

    def close(self) -> None:
        """Drop the spooled vectors."""
        for part in self.parts:
            part.vectors.close()


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing could be made; `video_id` is None when not even the content is known."""

    entry: Entry
    error: VideoError
    video_id: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """So many further seconds of video have been decoded; none when nothing was ready for a while."""

    video_s: float = 0.0


Result = Same | Made | Failed | Step


class Execute(Protocol):
    """Does work, wherever and in whatever order."""

    def run(self, work: Sequence[Work], claiming: Claiming) -> Generator[Result]:
        """One Same, Made or Failed for each, and steps between. Raises BrokenTower.

        Whoever leaves early closes the iterator, which ends whatever is going on.
        """
        ...


class Machines(Protocol):
    """Where a run's work is done; what can be wrong with it has been said before there is one."""

    def execute(self, modalities: Sequence[Modality]) -> Execute:
        """Makes these, of one decode."""
        ...
