"""What people said of moments: kept in the catalogue, by query as typed, content and seconds."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select

from data.stores.catalog import Catalog
from data.stores.catalog.tables import judgments as table


@dataclass(frozen=True, slots=True)
class Judgment:
    """Whether a stretch of a video answers a query."""

    id: int
    query: str
    video_id: str
    start_s: float
    end_s: float
    relevant: bool
    judged_at: datetime


def judge(catalog: Catalog, query: str, video_id: str, start_s: float, end_s: float, *, relevant: bool) -> Judgment:
    """Keep a judgment, in place of an earlier one of the same query and stretch."""
    values = {"query": query, "video_id": video_id, "start_s": start_s, "end_s": end_s}
    verdict = {"relevant": relevant, "judged_at": datetime.now(UTC)}
    statement = catalog.database.put(table, values | verdict, key=tuple(values))
    with catalog.begin() as connection:
        return _judgment(connection.execute(statement.returning(table)).one())


def unjudge(catalog: Catalog, judgment_id: int) -> bool:
    """Drop a judgment; whether there was one."""
    with catalog.begin() as connection:
        return connection.execute(delete(table).where(table.c.id == judgment_id)).rowcount > 0


def judgments(
    catalog: Catalog, query: str | None = None, *, limit: int | None = None, offset: int = 0
) -> tuple[int, list[Judgment]]:
    """How many there are (of one query), and a page of them, the newest first."""
    where = table.c.query == query if query is not None else table.c.id.is_not(None)
    page = select(table).where(where).order_by(table.c.judged_at.desc(), table.c.id.desc()).limit(limit).offset(offset)
    with catalog.connect() as connection:
        total = connection.scalar(select(func.count()).select_from(table).where(where)) or 0
        return total, [_judgment(row) for row in connection.execute(page)]


def _judgment(row: Any) -> Judgment:
    return Judgment(**row._mapping)
