"""Roots, what was found out about them, and the disks below them."""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from data.paths import beneath, is_within, joined
from data.stores.catalog import tables
from data.stores.catalog.connected import Connected
from data.stores.catalog.errors import RootTaken
from data.stores.catalog.forgetting import let_in
from data.types import Disk

_ROOT = tables.roots.c


class Roots(Connected):
    """Each method is one transaction."""

    def roots(self) -> list[bytes]:
        """Paths of every known root, of whatever source, sorted."""
        with self.connect() as connection:
            return list(connection.scalars(select(_ROOT.path).order_by(_ROOT.path)))

    def add_root(self, root: bytes, source: str = "files") -> bytes:
        """The root under which `root` is indexed: a known one that holds it, or itself, adopting inner ones.

        Only roots of one source hold one another. Raises RootTaken for a root of another source.
        """
        with self.begin() as connection:
            known = _sources(connection)
            if known.get(root, source) != source:
                raise RootTaken(f"{os.fsdecode(root)} is known already, of the source {known[root]}")
            alike = [path for path, theirs in known.items() if theirs == source]
            for outer in alike:
                if is_within(root, outer):
                    return outer
            connection.execute(insert(tables.roots).values(path=root, source=source))
            _adopt(connection, [inner for inner in alike if is_within(inner, root)], root)
        return root

    def walked(self, root: bytes) -> None:
        """Note that a walk of `root` has been completed."""
        with self.begin() as connection:
            connection.execute(update(tables.roots).where(_ROOT.path == root).values(walked_at=datetime.now(UTC)))

    def move_root(self, old: bytes, new: bytes) -> int:
        """Say that what lay at or below `old` lies at `new` now; how many roots that were. Raises RootTaken."""
        with self.begin() as connection:
            known = _sources(connection)
            # In such an order that none comes to lie where another still is.
            moved = sorted((root for root in known if is_within(root, old)), key=len, reverse=len(new) > len(old))
            for root in moved:
                there = _moved(root, old, new)
                _check_free(there, set(known).difference(moved))
                _move(connection, root, there)
            rows = [
                {"path": _moved(each.path, old, new), "forgotten_at": each.forgotten_at}
                for each in let_in(connection, old)
            ]
            if rows:
                connection.execute(self.database.insert_new(tables.forgotten), rows)
        return len(moved)

    def disks(self, root: bytes) -> dict[bytes, Disk]:
        """Where disks began below `root` when a run last ended, by relative path."""
        with self.connect() as connection:
            rows = connection.execute(select(tables.disks).where(tables.disks.c.root == root))
            return {row.path: Disk(row.device, row.seen_at) for row in rows}

    def remember_disks(self, root: bytes, devices: Mapping[bytes, int | None]) -> None:
        """Say where they begin, in place of what was known; None leaves a folder's as it was."""
        here, now = tables.disks.c.root == root, datetime.now(UTC)
        rows = [
            {"root": root, "path": path, "device": device, "seen_at": now}
            for path, device in devices.items()
            if device is not None
        ]
        kept = [path for path, device in devices.items() if device is None]
        with self.begin() as connection:
            connection.execute(delete(tables.disks).where(here, tables.disks.c.path.not_in(kept)))
            if rows:
                connection.execute(insert(tables.disks), rows)


def _sources(connection: Connection) -> dict[bytes, str]:
    """The source of every known root."""
    return {row.path: row.source for row in connection.execute(select(_ROOT.path, _ROOT.source))}


def _adopt(connection: Connection, inners: Sequence[bytes], outer: bytes) -> None:
    for inner in inners:
        for table in (tables.locations, tables.disks):
            _adopt_rows(connection, table, inner, outer)
        connection.execute(delete(tables.roots).where(_ROOT.path == inner))


def _adopt_rows(connection: Connection, table: Table, inner: bytes, outer: bytes) -> None:
    chosen, prefix = table.c, beneath(inner, outer)
    here = (chosen.root == inner) & (chosen.path == bindparam("of"))
    statement = update(table).where(here).values(root=outer, path=bindparam("to"))
    paths = connection.scalars(select(chosen.path).where(chosen.root == inner))
    if rows := [{"of": path, "to": joined(prefix, path)} for path in paths]:
        connection.execute(statement, rows)


def _moved(path: bytes, old: bytes, new: bytes) -> bytes:
    """Where a path at or below `old` lies when that has become `new`."""
    return joined(new, beneath(path, old))


def _check_free(there: bytes, others: Iterable[bytes]) -> None:
    for other in others:
        if is_within(there, other) or is_within(other, there):
            raise RootTaken(f"{os.fsdecode(there)}: {os.fsdecode(other)} is a known root already")


def _move(connection: Connection, root: bytes, there: bytes) -> None:
    columns = {
        name: select(_ROOT[name]).where(_ROOT.path == root).scalar_subquery() for name in ("walked_at", "source")
    }
    connection.execute(insert(tables.roots).values(path=there, **columns))
    connection.execute(update(tables.locations).where(tables.locations.c.root == root).values(root=there))
    # Another place may be another disk.
    connection.execute(delete(tables.disks).where(tables.disks.c.root == root))
    connection.execute(delete(tables.roots).where(_ROOT.path == root))
