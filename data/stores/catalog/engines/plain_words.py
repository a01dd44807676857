"""Words found by looking at every line, for an engine that has no index of them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from data.stores.catalog import tables
from data.stores.catalog.engines.database import Wanted
from data.terms import Term

_LINE = tables.texts.c


class PlainWords:
    """Of whatever engine; shorter lines come first."""

    def make(self, connection: Connection) -> None:
        """It keeps nothing."""

    def ids(self, connection: Connection, wanted: Wanted) -> list[int]:
        join = and_ if wanted.every else or_
        query = (
            select(_LINE.id)
            .where(join(*map(_holds, wanted.terms)), _LINE.fingerprint.in_(wanted.fingerprints), *wanted.where)
            .order_by(func.length(_LINE.folded), _LINE.id)
            .limit(wanted.most)
        )
        return list(connection.scalars(query))

    def counts(self, connection: Connection, terms: Sequence[Term]) -> dict[Term, int]:
        count = select(func.count()).select_from(tables.texts)
        return {term: connection.scalar(count.where(_holds(term))) or 0 for term in terms}

    def total(self, connection: Connection) -> int:
        return connection.scalar(select(func.count()).select_from(tables.texts)) or 0

    def damage(self, connection: Connection) -> list[str]:  # noqa: ARG002  there is nothing to differ
        return []


def _holds(term: Term) -> ColumnElement[bool]:
    # Tokens hold letters, digits and marks only.
    ending = "%" if term.is_open else " %"
    return (" " + _LINE.folded + " ").like(f"% {' '.join(term.tokens)}{ending}")
