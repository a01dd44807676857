"""Locks among all machines that use one catalogue: the server drops them with the connection that holds them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, text

from data.stores.catalog.engines.database import LockName
from data.stores.catalog.errors import CatalogueUnavailable

_NUMBERS: dict[LockName, int] = {"lock": 1, "keep": 2, "watch.lock": 3}
_ASK_EVERY_S = 0.1
# The first half of each key, so that catalogues in one database are apart.
SCHEMA = "(SELECT oid::integer FROM pg_namespace WHERE nspname = current_schema())"
_TAKE = text(f"SELECT pg_try_advisory_lock({SCHEMA}, :number)")
_TAKE_SHARED = text(f"SELECT pg_try_advisory_lock_shared({SCHEMA}, :number)")
_HOLDER = text(
    "SELECT coalesce(nullif(a.application_name, ''), 'process ' || l.pid) "
    "FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a USING (pid) "
    "WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted AND l.objid = :number "
    f"AND l.classid::integer = {SCHEMA} "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1"
)


class Hold:
    """A lock that this process has taken; the connection that holds it, asked by one thread at a time."""

    def __init__(self, connection: Connection, place: str) -> None:
        self._connection, self._place, self._asking = connection, place, Lock()

    def check(self) -> None:
        """Raises CatalogueUnavailable where the server has dropped it: another may be writing by now."""
        try:
            with self._asking:
                self._connection.exec_driver_sql("SELECT 1")
        except Exception as error:
            lost = ConnectionError("the lock was lost with the connection to the server; nothing more is written")
            raise CatalogueUnavailable(self._place, lost) from error


@contextmanager
def locked(engine: Engine, name: LockName, *, shared: bool, wait_s: float) -> Iterator[Connection | None]:
    """The connection that holds the lock, None where another has it and goes on having it for so long."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_taken = _taken(connection, {"number": _NUMBERS[name]}, shared=shared, wait_s=wait_s)
        try:
            yield connection if is_taken else None
        finally:
            # It is closed and not kept for others: whatever has become of it, the lock goes with it.
            connection.invalidate()


def holder(connection: Connection, name: LockName) -> str | None:
    """Who holds it, on whatever machine."""
    found: str | None = connection.scalar(_HOLDER, {"number": _NUMBERS[name]})
    return found


def _taken(connection: Connection, key: dict[str, Any], *, shared: bool, wait_s: float) -> bool:
    until_s = time.monotonic() + wait_s
    while not connection.scalar(_TAKE_SHARED if shared else _TAKE, key):
        if time.monotonic() >= until_s:
            return False
        time.sleep(_ASK_EVERY_S)
    return True
