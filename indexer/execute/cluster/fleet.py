"""What the processes of a cluster are to whoever gives them work, whatever starts them and carries their words."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

from indexer.execute.cluster.place import Given, Said


class ClusterUnavailable(Exception):
    """There is no cluster at that address, or it does not answer any more, or has no room."""


@dataclass(frozen=True, slots=True)
class At:
    """A place, and the machine that it is on."""

    place: Hashable
    node: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A place is no more, or its machine is not; what it was told to do has been done or not."""

    reason: str
    for_memory: bool = False


class Fleet(Protocol):
    """Places come and go as machines do."""

    def joined(self) -> Sequence[At]:
        """Those that have become ready since the last time. Raises ClusterUnavailable where there is no hope of any."""
        ...

    def turn(self, at: At, given: Given) -> None:
        """Begin a turn of this place; it has no other."""
        ...

    def answers(self, wait_s: float) -> Sequence[tuple[At, Sequence[Said] | Lost]]:
        """What turns brought; none when nothing came within so long. Raises ClusterUnavailable."""
        ...

    def drop(self, at: At) -> None:
        """End a place, whatever it is doing; another may join in its stead."""
        ...

    def close(self) -> None:
        """End all of them."""
        ...
