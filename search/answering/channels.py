"""Ways of looking for what is asked: by what is seen, and whatever else a generation knows of its videos.

A channel takes a query as a whole, gives moments of its own, and says what their scores are in standard deviations, so
that those of several can be joined (`fusion`). To add one, write it and list it in `registry.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from data.stores.where import Where
from search.query.tree import Query
from search.ranking.candidates import Ranked
from search.ranking.feedback import Verdicts
from search.ranking.free import Free


@dataclass(frozen=True, slots=True)
class Scope:
    """Which moments are asked for: of videos that are as `where` says (None: of all), and at least so sure.

    About `expected` of them will be read. What is `free` changes meanwhile: a channel may go on with what is not, at a
    cost of time only. A channel puts into `notes` what one should know about its moments.
    """

    where: Where | None
    free: Free
    least_confidence: float
    expected: int
    notes: set[str] = field(default_factory=set)


class Search(Protocol):
    """One query, made ready for one channel."""

    @property
    def has_confidence(self) -> bool:
        """Whether its moments say how sure they are."""
        ...

    def moments(self, scope: Scope) -> Iterator[Ranked]:
        """Best first, as far as the caller reads; their peaks are clips of the generation's vectors."""
        ...

    def deviations(self, moment: Ranked) -> float:
        """By how many standard deviations one of its moments scores above what it gives by chance."""
        ...

    def best_second(self, moment: Ranked) -> float:
        """When one of its moments shows best what is asked for."""
        ...


class Channel(Protocol):
    """Asks one modality."""

    @property
    def name(self) -> str: ...

    def understands(self, query: Query) -> bool:
        """Whether every leaf of a query means something to it."""
        ...

    def asked(self, query: Query, verdicts: Verdicts) -> Search:
        """Raises QueryError."""
        ...
