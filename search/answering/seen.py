"""The channel of what is seen: clips whose vectors lie near to what is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from data.stores.vectors.store import Floats
from data.stores.where import Where
from data.terms import terms_of
from search.answering.channels import Scope
from search.generation.opened import OpenGeneration
from search.query.tree import Line, Query, Text
from search.ranking.candidates import Asked, Ranked, ranked
from search.ranking.feedback import Verdicts, refined
from search.ranking.peaks import best_second
from search.ranking.plan import Plan, planned
from search.ranking.reasons import Reason, merged
from search.ranking.scoring import Scoring
from search.ranking.spoken import Spoken
from search.ranking.wording import Lines, allowed_by

APPROXIMATE = "approximate: in so large a library a moment that is near may be missed now and then"


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Understands sentences, pictures, videos and known moments, however they are joined, also with words."""

    opened: OpenGeneration

    @property
    def name(self) -> str:
        return "seen"

    def understands(self, query: Query) -> bool:
        return not isinstance(query, Line) and (not isinstance(query, Text) or "seen" in query.by)

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
        if not vectors.is_exact:
            scope.notes.add(APPROXIMATE)
        asked = Asked(vectors, self._within(scope.where), scope.free, scope.least_confidence, scope.expected)
        return (replace(one, reasons=self._reasons(one)) for one in ranked(asked))

    def _within(self, where: Where | None) -> Scoring:
        """With lines of videos only that may answer."""
        plan = self.scoring.plan
        if where is None or all(each is None for each in plan.spoken):
            return self.scoring
        allowed = allowed_by(self.opened, where) or set()
        spoken = tuple(each if each is None else each.of(allowed) for each in plan.spoken)
        return Scoring(replace(plan, spoken=spoken), self.scoring.calibration)

    def deviations(self, moment: Ranked) -> float:
        return self.scoring.deviations(moment.score)

    def best_second(self, moment: Ranked) -> float:
        if self.pointing.any():
            return best_second(self.opened, self.pointing, moment)
        reason = moment.reasons[0]
        return max(reason.start_s if reason.best_s is None else reason.best_s, moment.whole.start_s)

    def _reasons(self, moment: Ranked) -> tuple[Reason, ...]:
        """What is seen, where anything seen is wanted, and the lines of what is wanted of words."""
        plan, where = self.scoring.plan, moment.whole
        is_seen = (plan.is_seen & plan.wanted).any()
        seen = [Reason("seen", moment.pointed.start_s, moment.pointed.end_s)] if is_seen else []
        spoken = [each for each, wanted in zip(plan.spoken, plan.wanted, strict=False) if each is not None and wanted]
        lines = [next(each.within(where), None) for each in spoken]
        return merged([*seen, *(line.reason for line in lines if line is not None)])


def plan_of(opened: OpenGeneration, query: Query) -> Plan:
    """The query in this generation's space. Raises QueryError."""

    def listen(leaf: Line) -> Spoken:
        return Spoken(Lines(opened, leaf.kinds, leaf.language).holding(terms_of(leaf.words)))

    return planned(query, opened.vectors, opened.towers, listen)
