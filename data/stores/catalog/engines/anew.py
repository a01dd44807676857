"""A damaged or lost catalogue gives way to a new one, which takes over what can't be told from the vectors."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Table, select
from sqlalchemy.exc import DatabaseError

from data.stores.catalog import tables
from data.stores.catalog.catalog import Catalog, open_catalog
from data.stores.catalog.engines.database import Database, Rows, SetAside
from data.stores.catalog.engines.registry import database_at
from data.stores.catalog.engines.revision import bring_up_to_date
from data.stores.catalog.errors import OtherCatalogue

# What no shard knows of. Where files lie is not among it: that has to be seen again.
_KEPT = (
    *(tables.roots, tables.judgments, tables.collections, tables.collected, tables.concepts, tables.examples),
    *(tables.forgotten, tables.left_out),
)


def catalogue_anew(place: Path | str, set_aside: SetAside, say: Callable[[str], None]) -> Catalog:
    """Set the catalogue aside and open an empty one, with the roots, the thumbs, the collections, the concepts and
    what was forgotten, as far as they could still be read.
    """
    with closing(database_at(place)) as old:
        kept = _named(readable(place, _KEPT)) if old.exists else {}
        if aside := old.begin_anew(lambda empty: fill(empty, kept), set_aside):
            say(f"what the catalogue was lies in {aside} now")
    return open_catalog(place)


def fill(empty: Database, rows: Rows) -> None:
    """Make the tables of a catalogue, with these rows; where damage let one in twice, once is enough."""
    bring_up_to_date(empty)
    with empty.engine.begin() as connection:
        for table in tables.metadata.sorted_tables:
            if kept := rows.get(table):
                connection.execute(empty.insert_new(table), kept)
    empty.count_on()


def readable(place: Path | str, wanted: Sequence[Table]) -> Rows:
    """All rows of tables of a catalogue that may be damaged; of one that can't be read to its end, none."""
    return {table: _readable(place, table) for table in wanted}


def _named(kept: Rows) -> Rows:
    """Moments whose collection or concept could not be read get one that says so: what was put together stays so."""
    now, note = datetime.now(UTC), "its name was lost with a damaged catalogue"
    collections = [
        {"id": each, "name": "Recovered", "note": note, "updated_at": now}
        for each in _lost(kept[tables.collected], "collection_id", kept[tables.collections])
    ]
    concepts = [
        {"id": each, "name": f"Recovered {each}", "folded": f"recovered {each}", "version": 1}
        | {"created_at": now, "updated_at": now}
        for each in _lost(kept[tables.examples], "concept_id", kept[tables.concepts])
    ]
    found = {tables.collections: collections, tables.concepts: concepts}
    return {**kept, **{table: [*kept[table], *rows] for table, rows in found.items()}}


def _lost(rows: Sequence[Mapping[str, object]], name: str, known: Sequence[Mapping[str, object]]) -> list[str]:
    """What rows refer to by this name, and is not known."""
    return sorted({str(row[name]) for row in rows} - {str(row["id"]) for row in known})


def _readable(place: Path | str, table: Table) -> Sequence[dict[str, object]]:
    try:
        catalog = open_catalog(place)
        try:
            with catalog.connect() as connection:
                return [dict(row) for row in connection.execute(select(table)).mappings()]
        finally:
            catalog.close()
    except (DatabaseError, OtherCatalogue, ValueError):
        return []
