"""Rows that refer to none: no transaction leaves any, but damage and a careless hand do."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import (
    ColumnElement,
    Connection,
    ForeignKeyConstraint,
    Table,
    and_,
    delete,
    exists,
    func,
    not_,
    or_,
    select,
)

from data.stores.catalog.tables import metadata


def dangling(connection: Connection) -> Counter[tuple[str, str]]:
    """How many rows of one table refer to no row of another, by both tables' names."""
    found: Counter[tuple[str, str]] = Counter()
    for table in metadata.sorted_tables:
        for reference in _references(table):
            missing = _refers(reference) & not_(_refers_to_a_row(reference))
            found[table.name, reference.referred_table.name] += (
                connection.scalar(select(func.count()).select_from(table).where(missing)) or 0
            )
    return +found


def drop_dangling(connection: Connection) -> int:
    """Remove those, and what refers to them; how many that were."""
    # Those that nothing refers to first: with the others they would be left behind.
    doomed = [(table, which) for table in reversed(metadata.sorted_tables) if (which := _doomed(table)) is not None]
    return sum(connection.execute(delete(table).where(which)).rowcount for table, which in doomed)


def _doomed(table: Table) -> ColumnElement[bool] | None:
    """Rows that refer to none, or to one of which that is true; None where a table refers to nothing."""
    found = [_refers(each) & not_(_refers_to_a_row(each, sound=True)) for each in _references(table)]
    return or_(*found) if found else None


def _references(table: Table) -> Iterator[ForeignKeyConstraint]:
    # In a fixed order: SQLAlchemy keeps them in a set.
    yield from sorted(table.foreign_key_constraints, key=lambda each: list(each.column_keys))


def _refers(reference: ForeignKeyConstraint) -> ColumnElement[bool]:
    return and_(*(column.is_not(None) for column in reference.columns))


def _refers_to_a_row(reference: ForeignKeyConstraint, *, sound: bool = False) -> ColumnElement[bool]:
    """Whether what it names is there; where it has to be `sound`, without what is doomed itself."""
    there = [element.parent == element.column for element in reference.elements]
    doomed = _doomed(reference.referred_table) if sound else None
    return exists().where(*there, *([] if doomed is None else [not_(doomed)]))
