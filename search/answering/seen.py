"""The channel of what is seen: clips whose vectors lie near to what is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from data.stores.vectors.store import Floats
from search.answering.channels import Scope
from search.generation.opened import OpenGeneration
from search.query.tree import Query
from search.ranking.candidates import Asked, Ranked, ranked
from search.ranking.feedback import Verdicts, refined
from search.ranking.peaks import best_second
from search.ranking.plan import Plan, planned
from search.ranking.scoring import Scoring


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Understands sentences, pictures, videos and known moments, however they are joined."""

    opened: OpenGeneration

    @property
    def name(self) -> str:
        return "seen"

    def understands(self, query: Query) -> bool:  # noqa: ARG002  whatever can be asked
        return True

    def asked(self, query: Query, verdicts: Verdicts = Verdicts()) -> "SeenSearch":  # noqa: B008  immutable
        plan = refined(self.opened.vectors, plan_of(self.opened, query), verdicts)
        return SeenSearch(self.opened, Scoring(plan, self.opened.calibration), plan.pointing)


@dataclass(frozen=True, slots=True, eq=False)
class SeenSearch:
    """A plan and how it scores, and the generation that it was made for."""

    opened: OpenGeneration
    scoring: Scoring
    pointing: Floats

    @property
    def has_confidence(self) -> bool:
        return bool(self.scoring.plan.is_text.any())

    def moments(self, scope: Scope) -> Iterator[Ranked]:
        vectors = self.opened.vectors if scope.where is None else self.opened.vectors.within(scope.where)
        return ranked(Asked(vectors, self.scoring, scope.free, scope.least_confidence, scope.expected))

    def deviations(self, moment: Ranked) -> float:
        return self.scoring.deviations(moment.score)

    def best_second(self, moment: Ranked) -> float:
        return best_second(self.opened, self.pointing, moment)


def plan_of(opened: OpenGeneration, query: Query) -> Plan:
    """The query in this generation's space. Raises QueryError."""
    return planned(query, opened.vectors, opened.towers)
