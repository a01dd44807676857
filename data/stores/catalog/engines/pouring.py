"""All rows of one catalogue into another, of whatever engines."""

from sqlalchemy import Connection, insert, select

from data.stores.catalog import tables
from data.stores.catalog.engines.database import Database
from data.stores.catalog.engines.revision import bring_up_to_date

_AT_ONCE = 5000


def pour(source: Connection, target: Database) -> None:
    """Into an empty one, in one transaction; what `source` shows changes no more while it is read."""
    bring_up_to_date(target)
    with target.engine.begin() as connection:
        for table in tables.metadata.sorted_tables:
            rows = source.execution_options(yield_per=_AT_ONCE).execute(select(table)).mappings()
            for some in rows.partitions():
                connection.execute(insert(table), [dict(row) for row in some])
    target.count_on()
