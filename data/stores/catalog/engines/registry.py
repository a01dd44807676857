"""The SQL engines that can keep a catalogue, by the scheme of its address: another one is a file and a line here."""

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote_from_bytes

from data.stores.addresses import BadAddress, EngineMissing
from data.stores.catalog.engines import sqlite
from data.stores.catalog.engines.database import Database, Opener


def _postgresql(address: str) -> Database:
    if find_spec("psycopg") is None:
        raise EngineMissing("a catalogue in PostgreSQL needs an extra: pip install 'sceneseek[postgres]'")
    # Whoever keeps a file does not wait for its driver.
    from data.stores.catalog.engines.postgres.database import PostgresDatabase

    return PostgresDatabase(address)


ENGINES: dict[str, Opener] = {"sqlite": sqlite.SqliteFile, "postgresql": _postgresql}
# What keeps a catalogue that is given as a path.
_OF_FILES = "sqlite"


def database_at(place: Path | str) -> Database:
    """Where a catalogue is kept: a file, or an address such as `sqlite:////srv/library/catalog.db`.

    Raises BadAddress for one of no engine here, EngineMissing.
    """
    address = address_of(place) if isinstance(place, Path) else place
    scheme = address.partition(":")[0]
    if scheme not in ENGINES:
        raise BadAddress(f"{scheme} keeps no catalogues; what does: {', '.join(sorted(ENGINES))}")
    return ENGINES[scheme](address)


def address_of(file: Path) -> str:
    """The address of a catalogue that is a file: any path has one, whatever bytes it is of."""
    return f"{_OF_FILES}:///{quote_from_bytes(os.fsencode(file))}"
