"""A catalogue in a file of SQLite: the only place that knows its dialect, its locks and the files beside it."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.pool import NullPool, QueuePool

from data.durable import sync_folder
from data.stores.addresses import BadAddress
from data.stores.catalog.engines.database import Database, LockName, SetAside
from data.stores.catalog.engines.fts5 import Fts5
from data.stores.catalog.errors import CatalogueUnavailable, DamagedCatalogue

_SETTINGS = (
    "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
)
# In this order: SQLite plays a log back into whatever file stands where its own was.
_BESIDE = ("-wal", "-shm")
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_ENVIRONMENT = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOLFS,
    }
)
_SCHEME = "sqlite:///"


class SqliteFile:
    """The `Database` at `sqlite:///PATH`, whose path is quoted as in any address; `sqlite:////PATH` is absolute.

    Raises BadAddress for another form.
    """

    words = Fts5()

    def __init__(self, address: str) -> None:
        path = address.removeprefix(_SCHEME)
        if path in ("", address):
            raise BadAddress(f"{address} names no file: {_SCHEME}PATH does")
        self._path = Path(os.fsdecode(unquote_to_bytes(path)))

    @property
    def place(self) -> str:
        return str(self._path)

    @property
    def exists(self) -> bool:
        return self._path.exists()

    @property
    def may_be_written(self) -> bool:
        # SQLite keeps other files beside it.
        return os.access(self._path.parent, os.W_OK) and (not self.exists or os.access(self._path, os.W_OK))

    @cached_property
    def engine(self) -> Engine:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        is_for_writing = self.may_be_written
        engine = create_engine(
            "sqlite://",
            creator=partial(_connection if is_for_writing else _connection_for_reading, self._path),
            # What is read as if nobody wrote must be opened anew to see what somebody else has written.
            poolclass=QueuePool if is_for_writing else NullPool,
        )
        if is_for_writing:
            event.listen(engine, "connect", lambda connection, _record: configure(connection))
        event.listen(engine, "handle_error", partial(_explain, self._path))
        return engine

    def now(self) -> datetime:
        return datetime.now(UTC)

    def bytes_used(self) -> int:
        return self._path.stat().st_size if self.exists else 0

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # One transaction of our own: the driver's would commit every CREATE TABLE by itself, and a process killed
            # between two of them would leave a catalogue that neither opens nor migrates.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.exec_driver_sql("COMMIT")

    def insert_new(self, table: Table) -> Insert:
        return insert(table).on_conflict_do_nothing()

    def put(self, table: Table, values: Mapping[str, Any], *, key: Sequence[str]) -> Insert:
        changed = {name: value for name, value in values.items() if name not in key}
        return insert(table).values(**values).on_conflict_do_update(index_elements=list(key), set_=changed)

    def damage(self) -> list[str]:
        with self.engine.connect() as connection:
            said = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            return [str(each) for each in said if each != "ok"] or self.words.damage(connection)

    def copy_to(self, target: Database) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (target.place,))

    def count_on(self) -> None:
        """It looks at what is there for each row."""

    def begin_anew(self, fill: Callable[[Database], None], set_aside: SetAside) -> str | None:
        anew = self._path.with_name(f".{self._path.stem}.anew.tmp")
        # Where the old one has gone aside already, a killed call left the new one whole.
        if self.exists or not anew.exists():
            _make(anew, fill)
        files = [*(_beside(self._path, end) for end in _BESIDE), self._path]
        if there := [file for file in files if file.exists()]:
            set_aside(there)
        self.close()
        anew.rename(self._path)
        sync_folder(self._path.parent)
        return None

    def locked(self, name: LockName, *, shared: bool, wait_s: float) -> AbstractContextManager[bool]:  # noqa: ARG002
        return nullcontext(True)

    def lock_holder(self, name: LockName) -> str | None:  # noqa: ARG002
        return None

    def close(self) -> None:
        self.engine.dispose()


def _beside(file: Path, end: str) -> Path:
    return file.with_name(f"{file.name}{end}")


def _connection(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, check_same_thread=False)


def _connection_for_reading(file: Path) -> sqlite3.Connection:
    log = _beside(file, "-wal")
    # While somebody else writes, his log is read too; else SQLite would want to make one.
    how = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    address = quote_from_bytes(os.fsencode(file.absolute()))
    return sqlite3.connect(f"file:{address}?{how}", uri=True, check_same_thread=False)


def _explain(file: Path, context: ExceptionContext) -> None:
    error = context.original_exception
    if not isinstance(error, sqlite3.Error):
        return
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    # The driver raises a bare DatabaseError for what it counts neither as wrong use nor as trouble around it.
    is_damage = code in _DAMAGE or type(error) is sqlite3.DatabaseError
    if is_damage or str(error).startswith(("no such table", "no such column")):
        raise DamagedCatalogue(file, error) from error
    if code in _ENVIRONMENT:
        raise CatalogueUnavailable(file, error) from error


def configure(connection: sqlite3.Connection) -> None:
    """Settle how a connection that may write does it."""
    connection.executescript(_SETTINGS)


def _make(file: Path, fill: Callable[[Database], None]) -> None:
    """A catalogue that is there whole or not at all."""
    with TemporaryDirectory(prefix=".catalog.", suffix=".tmp", dir=file.parent) as folder:
        filled = SqliteFile(f"{_SCHEME}{quote_from_bytes(os.fsencode(Path(folder) / file.name))}")
        fill(filled)
        # With its last connection SQLite brings the log into the file.
        filled.close()
        Path(filled.place).rename(file)
