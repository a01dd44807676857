"""The SQLite file of a catalogue: how it is opened where it may be written and where not, and what its errors mean."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool, QueuePool

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


class DamagedCatalogue(DatabaseError):
    """The catalogue is there, but not what was written."""

    def __init__(self, path: Path, reason: BaseException) -> None:
        super().__init__(None, None, reason)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path} is damaged ({self.orig}): `sceneseek verify --repair`, or restore a backup"


class CatalogueUnavailable(OperationalError):
    """The catalogue can't be used now, through no fault of its own: locked, a full disk, not to be written."""

    def __init__(self, path: Path, reason: BaseException) -> None:
        super().__init__(None, None, reason)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path}: {self.orig}"


class OtherCatalogue(Exception):
    """A catalogue of another version, which can't be brought up to date."""


def engine_of(path: Path, configure: Callable[[Any, object], None]) -> Engine:
    """An engine over the file, whose errors are those above; `configure` is for connections that may write."""
    is_for_writing = may_be_written(path)
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connection(path, is_for_writing=is_for_writing),
        # What is read as if nobody wrote must be opened anew to see what somebody else has written.
        poolclass=QueuePool if is_for_writing else NullPool,
    )
    if is_for_writing:
        event.listen(engine, "connect", configure)
    event.listen(engine, "handle_error", lambda context: _explain(path, context))
    return engine


def may_be_written(path: Path) -> bool:
    """Whether the file, or a new one there, may be written: SQLite keeps others beside it."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def _connection(path: Path, *, is_for_writing: bool) -> sqlite3.Connection:
    if is_for_writing:
        return sqlite3.connect(path, check_same_thread=False)
    log = path.with_name(f"{path.name}-wal")
    # While somebody else writes, his log is read too; else SQLite would want to make one.
    how = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    address = quote_from_bytes(os.fsencode(path.absolute()))
    return sqlite3.connect(f"file:{address}?{how}", uri=True, check_same_thread=False)


def _explain(path: Path, context: ExceptionContext) -> None:
    error = context.original_exception
    if not isinstance(error, sqlite3.Error):
        return
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _DAMAGE or str(error).startswith(("no such table", "no such column")):
        raise DamagedCatalogue(path, error) from error
    if code in _ENVIRONMENT:
        raise CatalogueUnavailable(path, error) from error
