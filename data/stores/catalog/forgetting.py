"""What was taken out on purpose, and stays out until it is named."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from data.paths import is_within, joined
from data.stores.catalog import tables
from data.stores.catalog.connected import Connected
from data.types import Forgotten

_OUT = tables.forgotten.c


class Forgetting(Connected):
    """Each method is one transaction."""

    def forget(self, path: bytes) -> int:
        """Drop a root, a folder or a file from the catalogue, and keep it out; how many files that were."""
        with self.begin() as connection:
            doomed, dropped = _locations_within(connection, path), _roots_within(connection, path)
            if not doomed and not dropped:
                return 0
            _drop(connection, doomed, dropped)
            let_in(connection, path)
            connection.execute(insert(tables.forgotten).values(path=path, forgotten_at=datetime.now(UTC)))
        return len(doomed) or len(dropped)

    def forgotten(self) -> list[Forgotten]:
        """What stays out until it is named, by path."""
        with self.connect() as connection:
            return _forgotten(connection)

    def readmit(self, paths: Sequence[bytes]) -> None:
        """Let in again what was forgotten under exactly these paths."""
        if paths:
            with self.begin() as connection:
                _let_in_exactly(connection, paths)


def let_in(connection: Connection, path: bytes) -> list[Forgotten]:
    """Take out what was forgotten at or below `path`."""
    found = [each for each in _forgotten(connection) if is_within(each.path, path)]
    if found:
        _let_in_exactly(connection, [each.path for each in found])
    return found


def _let_in_exactly(connection: Connection, paths: Sequence[bytes]) -> None:
    named = delete(tables.forgotten).where(_OUT.path == bindparam("named"))
    connection.execute(named, [{"named": path} for path in paths])


def _forgotten(connection: Connection) -> list[Forgotten]:
    rows = connection.execute(select(tables.forgotten).order_by(_OUT.path))
    return [Forgotten(**row._mapping) for row in rows]


def _locations_within(connection: Connection, path: bytes) -> list[dict[str, bytes]]:
    rows = connection.execute(select(tables.locations.c.root, tables.locations.c.path))
    return [{"at": row.root, "of": row.path} for row in rows if is_within(joined(row.root, row.path), path)]


def _roots_within(connection: Connection, path: bytes) -> list[bytes]:
    return [root for root in connection.scalars(select(tables.roots.c.path)) if is_within(root, path)]


def _drop(connection: Connection, locations: list[dict[str, bytes]], roots: list[bytes]) -> None:
    place = tables.locations.c
    if locations:
        here = (place.root == bindparam("at")) & (place.path == bindparam("of"))
        connection.execute(delete(tables.locations).where(here), locations)
    connection.execute(delete(tables.disks).where(tables.disks.c.root.in_(roots)))
    connection.execute(delete(tables.roots).where(tables.roots.c.path.in_(roots)))
