"""A catalogue that was a file of its library goes where several machines can use it."""

from contextlib import closing

from sqlalchemy import select

from data.stores import binding
from data.stores.aside import set_aside
from data.stores.catalog import Catalog, open_catalog, tables
from data.stores.catalog.engines.pouring import pour
from data.stores.catalog.engines.registry import database_at
from data.stores.catalog.errors import OtherCatalogue
from data.stores.library import Library
from data.stores.publishing import Say
from data.types import LibraryBusy, NoGeneration


class NoAddress(Exception):
    """Nobody said where to."""


def move_catalog(library: Library, say: Say) -> str:
    """Copy it to the library's address, and set the file aside; what that place is called.

    Raises NoAddress, NoGeneration, LibraryBusy, and OtherCatalogue where there is something already.
    """
    if library.address is None:
        raise NoAddress("SCENESEEK_CATALOG has to say where the catalogue is to go")
    own = Library(library.folder)
    if not own.exists:
        raise NoGeneration(f"there is no catalogue in {library.folder}")
    with own.writing(), closing(database_at(library.address)) as database:
        with closing(open_catalog(own.catalog_at)) as catalog, catalog.connect() as rows:
            _check_empty(library.address)
            pour(rows, database)
        binding.note(library.folder, library.address)
        files = [each for each in library.folder.glob("catalog.db*") if each.is_file()]
        if not set_aside(library, files, f"the catalogue is {database.place} now", say):
            raise LibraryBusy(f"a backup of {library.folder} is being written")
        return database.place


def _check_empty(address: str) -> None:
    with closing(open_catalog(address)) as there:
        if _has_rows(there):
            raise OtherCatalogue(f"{there.database.place} is a catalogue already, and nothing was changed")


def _has_rows(catalog: Catalog) -> bool:
    with catalog.connect() as connection:
        return any(connection.execute(select(each).limit(1)).first() for each in tables.metadata.sorted_tables)
