"""A catalogue that is lost or damaged is made anew from what the shards tell of themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, Table, insert, select
from sqlalchemy.exc import DatabaseError

from data import tables
from data.aside import set_aside
from data.catalog import open_catalog
from data.connecting import OtherCatalogue
from data.library import Library
from data.types import LibraryBusy
from data.wording import counted
from indexer.publish import Say

_Rows = Sequence[Mapping[str, Any]]
# What no shard knows of. Where files lie is not among it: that has to be seen again.
_KEPT = (tables.roots, tables.judgments, tables.forgotten)


def catalogue_anew(library: Library, say: Say) -> Engine:
    """Set the catalogue aside and open an empty one, with the roots, the thumbs and what was forgotten, as far as
    they could still be read.

    Raises LibraryBusy while a backup is being written.
    """
    kept = {table: _readable(library, table) for table in _KEPT} if library.exists else {}
    # The log first: SQLite plays it back into whatever catalogue stands there.
    files = [library.catalog.with_name(library.catalog.name + end) for end in ("-wal", "-shm", "")]
    there = [file for file in files if file.exists()]
    if there and not set_aside(library, there, "the catalogue is damaged", say):
        raise LibraryBusy(f"a backup of {library.folder} is being written")
    engine = open_catalog(library.catalog)
    with engine.begin() as connection:
        for table, rows in kept.items():
            if rows:
                connection.execute(insert(table), rows)
    thumbs = counted(len(kept.get(tables.judgments, ())), "thumb")
    say(
        f"a new catalogue is made from the vectors, with {thumbs}: others can't be made anew; restart `sceneseek serve`"
    )
    return engine


def _readable(library: Library, table: Table) -> _Rows:
    """All rows of a table of the damaged catalogue, none when they can't all be read."""
    try:
        engine = open_catalog(library.catalog)
        try:
            with engine.connect() as connection:
                return [dict(row) for row in connection.execute(select(table)).mappings()]
        finally:
            engine.dispose()
    except (DatabaseError, OtherCatalogue, ValueError):
        return []
