"""Where a walk does not go."""

from dataclasses import dataclass, field

from data.sources.choose import Chosen


@dataclass(frozen=True, slots=True)
class Fence:
    """What is excluded, what was forgotten (absolute paths), the folder of the library.

    That has small copies of videos in it; it is told by device and inode.
    """

    chosen: Chosen = field(default_factory=Chosen)
    forgotten: frozenset[bytes] = frozenset()
    library: tuple[int, int] | None = None


NO_FENCE = Fence()
