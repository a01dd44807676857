"""A catalogue that is lost or damaged is made anew from what the shards tell of themselves."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.exc import DatabaseError

from data.durable import sync_folder
from data.stores.aside import set_aside
from data.stores.catalog import Catalog, open_catalog, tables
from data.stores.catalog.sqlite import OtherCatalogue
from data.stores.library import Library
from data.types import LibraryBusy
from data.wording import counted
from indexer.commit.publish import Say

_Rows = Sequence[Mapping[str, Any]]
# What no shard knows of. Where files lie is not among it: that has to be seen again.
_KEPT = (tables.roots, tables.judgments, tables.forgotten)


def catalogue_anew(library: Library, say: Say) -> Catalog:
    """Set the catalogue aside and open an empty one, with the roots, the thumbs and what was forgotten, as far as
    they could still be read.

    Raises LibraryBusy while a backup is being written.
    """
    anew = library.folder / ".catalog.anew.tmp"
    # Where the old one has gone aside already, a killed repair left the new one whole.
    if library.exists or not anew.exists():
        _write(anew, {table: _readable(library, table) for table in _KEPT} if library.exists else {})
    # The log first: SQLite plays it back into whatever catalogue stands there.
    files = [library.catalog.with_name(library.catalog.name + end) for end in ("-wal", "-shm", "")]
    there = [file for file in files if file.exists()]
    if there and not set_aside(library, there, "the catalogue is damaged", say):
        raise LibraryBusy(f"a backup of {library.folder} is being written")
    anew.rename(library.catalog)
    sync_folder(library.folder)
    catalog = open_catalog(library.catalog)
    with catalog.connect() as connection:
        thumbs = connection.scalar(select(func.count()).select_from(tables.judgments)) or 0
    say(
        f"a new catalogue is made from the vectors, with {counted(thumbs, 'thumb')}: others can't be made anew; "
        "restart `sceneseek serve`"
    )
    return catalog


def _write(anew: Path, kept: Mapping[Table, _Rows]) -> None:
    """A catalogue with these rows, which is there whole or not at all."""
    with tempfile.TemporaryDirectory(prefix=".catalog.", suffix=".tmp", dir=anew.parent) as folder:
        file = Path(folder) / "catalog.db"
        catalog = open_catalog(file)
        with catalog.begin() as connection:
            for table, rows in kept.items():
                if rows:
                    # Where damage let a row in twice, one is enough.
                    connection.execute(insert(table).prefix_with("OR IGNORE"), rows)
        # With its last connection SQLite brings the log into the file.
        catalog.close()
        file.rename(anew)


def _readable(library: Library, table: Table) -> _Rows:
    """All rows of a table of the damaged catalogue, none when they can't all be read."""
    try:
        catalog = open_catalog(library.catalog)
        try:
            with catalog.connect() as connection:
                return [dict(row) for row in connection.execute(select(table)).mappings()]
        finally:
            catalog.close()
    except (DatabaseError, OtherCatalogue, ValueError):
        return []
