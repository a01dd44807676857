"""A catalogue in a schema of PostgreSQL."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

from sqlalchemy import Connection, Engine, Insert, Table, event, text
from sqlalchemy.dialects.postgresql import insert

from data.stores.catalog import tables
from data.stores.catalog.engines.database import Database, LockName, SetAside
from data.stores.catalog.engines.postgres import words
from data.stores.catalog.engines.postgres.address import engine_of, name_of, url_of
from data.stores.catalog.engines.postgres.locks import SCHEMA, Hold, holder, locked
from data.stores.catalog.engines.pouring import pour
from data.stores.catalog.errors import OtherCatalogue

_OWN = (*tables.metadata.tables, *words.TABLES, "alembic_version")
_THERE = text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(:schema)")
_MAY_WRITE = text(
    "SELECT current_setting('transaction_read_only') = 'off' AND has_schema_privilege(current_schema(), 'CREATE')"
)
_MIGRATING = text(f"SELECT pg_advisory_xact_lock({SCHEMA}, 0)")
_SIZE = text("SELECT pg_total_relation_size(cast(:name AS regclass))")
_COUNT_ON = "SELECT setval(pg_get_serial_sequence('{0}', 'id'), max(id)) FROM {0} HAVING max(id) > 0"


class PostgresDatabase:
    """The `Database` in the first schema of the search path of `postgresql://USER@HOST/DATABASE`, or a named one.

    Raises BadAddress for another form.
    """

    words = words.TextVectors()
    # What this process holds the lock of, by its name: the server may drop a lock while the process goes on.
    _writing: ClassVar[dict[str, Hold]] = {}

    def __init__(self, address: str, *, schema: str | None = None) -> None:
        self._address, self._schema = address, schema
        self._url = url_of(address)

    @property
    def place(self) -> str:
        return name_of(self._url)

    @cached_property
    def engine(self) -> Engine:
        engine = engine_of(self._url, schema=self._schema)
        event.listen(engine, "begin", lambda _: self._check_lock())
        return engine

    @property
    def exists(self) -> bool:
        with self.engine.connect() as connection:
            return bool(_own_tables(connection, _schema_of(connection)))

    @property
    def may_be_written(self) -> bool:
        with self.engine.connect() as connection:
            _schema_of(connection)
            return bool(connection.scalar(_MAY_WRITE))

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def bytes_used(self) -> int:
        with self.engine.connect() as connection:
            own = _own_tables(connection, _schema_of(connection))
            return sum(connection.scalar(_SIZE, {"name": name}) or 0 for name in own)

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
            if encoding != "UTF8":
                raise OtherCatalogue(f"{self.place} is encoded in {encoding}: make it with `createdb --encoding UTF8`")
            connection.execute(_MIGRATING)
            yield connection

    def insert_new(self, table: Table) -> Insert:
        return insert(table).on_conflict_do_nothing()

    def put(self, table: Table, values: Mapping[str, Any], *, key: Sequence[str]) -> Insert:
        changed = {name: value for name, value in values.items() if name not in key}
        return insert(table).values(**values).on_conflict_do_update(index_elements=list(key), set_=changed)

    def damage(self) -> list[str]:
        with self.engine.connect() as connection:
            return self.words.damage(connection)

    def copy_to(self, target: Database) -> None:
        with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            pour(connection, target)

    def count_on(self) -> None:
        with self.engine.begin() as connection:
            for table in tables.metadata.sorted_tables:
                if table.autoincrement_column is not None:
                    connection.exec_driver_sql(_COUNT_ON.format(table.name))

    def begin_anew(self, fill: Callable[[Database], None], set_aside: SetAside) -> str | None:
        with self.engine.begin() as connection:
            schema = _schema_of(connection)
            scratch = f"{schema}_anew"
            # What a killed call left.
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {_quoted(scratch)} CASCADE")
            connection.exec_driver_sql(f"CREATE SCHEMA {_quoted(scratch)}")
        filled = PostgresDatabase(self._address, schema=scratch)
        fill(filled)
        filled.close()
        set_aside([])
        aside = f"{schema}_set_aside_{datetime.now(UTC):%Y%m%dt%H%M%S%f}"
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {_quoted(aside)}")
            _move(connection, schema, aside)
            _move(connection, scratch, schema)
            connection.exec_driver_sql(f"DROP SCHEMA {_quoted(scratch)}")
        return f"the schema {aside} of {self.place}"

    @contextmanager
    def locked(self, name: LockName, *, shared: bool, wait_s: float) -> Iterator[bool]:
        with locked(self._locking, name, shared=shared, wait_s=wait_s) as connection:
            if connection is None or name != "lock":
                yield connection is not None
                return
            self._writing[self.place] = Hold(connection, self.place)
            try:
                yield True
            finally:
                del self._writing[self.place]

    def lock_holder(self, name: LockName) -> str | None:
        with self.engine.connect() as connection:
            return holder(connection, name)

    def close(self) -> None:
        for own in ("engine", "_locking"):
            if own in self.__dict__:
                self.__dict__[own].dispose()

    @cached_property
    def _locking(self) -> Engine:
        return engine_of(self._url, schema=self._schema)

    @cached_property
    def _ahead(self) -> timedelta:
        """How far the server's clock is before this machine's: leases are measured by one clock."""
        with self.engine.connect() as connection:
            before = datetime.now(UTC)
            there: datetime = connection.scalar(text("SELECT clock_timestamp()"))
            return there - before - (datetime.now(UTC) - before) / 2

    def _check_lock(self) -> None:
        if (hold := self._writing.get(self.place)) is not None:
            hold.check()


def _schema_of(connection: Connection) -> str:
    found: str | None = connection.scalar(text("SELECT current_schema()"))
    if found is None:
        raise OtherCatalogue("the address of the catalogue names a schema that is not there: `CREATE SCHEMA` makes it")
    return found


def _own_tables(connection: Connection, schema: str) -> list[str]:
    there = connection.scalars(_THERE, {"schema": _quoted(schema)})
    return sorted(set(there).intersection(_OWN))


def _move(connection: Connection, source: str, target: str) -> None:
    for name in _own_tables(connection, source):
        connection.exec_driver_sql(f"ALTER TABLE {_quoted(source)}.{name} SET SCHEMA {_quoted(target)}")
    for name in words.FUNCTIONS:
        if connection.scalar(text("SELECT to_regprocedure(:name)"), {"name": f"{_quoted(source)}.{name}"}):
            connection.exec_driver_sql(f"ALTER FUNCTION {_quoted(source)}.{name} SET SCHEMA {_quoted(target)}")


def _quoted(name: str) -> str:
    """As a name in a statement, in which a driver reads percent signs twice."""
    return '"' + name.replace('"', '""') + '"'
