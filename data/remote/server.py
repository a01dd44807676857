"""What is asked of every kind of server that videos lie on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from data.remote.ranged import Fetcher, Head


@dataclass(slots=True)
class Sieve:
    """What is wanted of a listing, by address; `unreadable` are folders in it that could not be listed."""

    wants: Callable[[bytes], bool]
    enters: Callable[[bytes], bool]
    unreadable: set[bytes] = field(default_factory=set)


class Server(Protocol):
    """Addresses are canonical. Everything may raise RemoteError."""

    def canonical(self, given: bytes) -> bytes:
        """The one form of an address under which it is kept. Raises UnusableAddress."""
        ...

    def head(self, address: bytes) -> Head:
        """The state of an object; an absence where there is none."""
        ...

    def below(self, address: bytes, sieve: Sieve) -> Iterator[tuple[bytes, Head]]:
        """Wanted objects in a folder and those in it, or the object itself that has this address."""
        ...

    def fetcher(self, address: bytes, head: Head) -> Fetcher:
        """Reads that state of it."""
        ...
