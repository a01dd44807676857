"""Why a moment was found: by what is seen in it, or by a line that is said or shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.terms import Mark, Term, marks_in
from search.query.tree import By


@dataclass(frozen=True, slots=True)
class Reason:
    """In [start_s, end_s) of its video; `text` is the line, None of what is seen, and `marks` what was found in it."""

    by: By
    start_s: float
    end_s: float
    text: str | None = None
    terms: tuple[Term, ...] = ()
    best_s: float | None = None

    @property
    def marks(self) -> list[Mark]:
        return marks_in(self.text, self.terms) if self.text else []


def merged(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Each once, and of what is seen the first only."""
    found: dict[tuple[object, ...], Reason] = {}
    for reason in reasons:
        key = (reason.by,) if reason.text is None else (reason.by, reason.text, reason.start_s)
        found.setdefault(key, reason)
    return tuple(found.values())
