"""The SQL engines that can keep a catalogue, by the scheme of its address: another one is a file and a line here."""

import os
from pathlib import Path
from urllib.parse import quote_from_bytes

from data.stores.catalog.engines import sqlite
from data.stores.catalog.engines.database import Database, Opener

ENGINES: dict[str, Opener] = {"sqlite": sqlite.SqliteFile}
# What keeps a catalogue that is given as a path.
_OF_FILES = "sqlite"


def database_at(place: Path | str) -> Database:
    """Where a catalogue is kept: a file, or an address such as `sqlite:////srv/library/catalog.db`.

    Raises ValueError for an address of no engine here.
    """
    address = address_of(place) if isinstance(place, Path) else place
    scheme = address.partition(":")[0]
    if scheme not in ENGINES:
        raise ValueError(f"{scheme} keeps no catalogues; what does: {', '.join(sorted(ENGINES))}")
    return ENGINES[scheme](address)


def address_of(file: Path) -> str:
    """The address of a catalogue that is a file: any path has one, whatever bytes it is of."""
    return f"{_OF_FILES}:///{quote_from_bytes(os.fsencode(file))}"
