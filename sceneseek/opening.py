"""The library that the settings name, and its catalogue."""

from contextlib import closing
from pathlib import Path

from data.settings import LibrarySettings
from data.stores.catalog import Catalog, open_catalog
from data.stores.catalog.errors import DamagedCatalogue
from data.stores.library import Library
from data.types import NoGeneration
from sceneseek.settings import settings_from


class LostCatalogue(DamagedCatalogue):
    """There are vectors, but no catalogue that says what they are of."""

    def __init__(self, place: str) -> None:
        super().__init__(place, FileNotFoundError("it is missing"))

    def __str__(self) -> str:
        return f"{self.place} is missing: `sceneseek verify --repair` makes it anew from the vectors"


def existing(folder: Path | None, *, without_catalogue: bool = False) -> Library:
    """The library that is there. Raises NoGeneration where none is, LostCatalogue unless it may be without one."""
    library = Library.of(settings_from(LibrarySettings, library=folder))
    if library.has_lost_its_catalogue and not without_catalogue:
        raise LostCatalogue(library.catalog_name)
    if not library.exists and not library.has_lost_its_catalogue:
        raise NoGeneration(f"no library in {library.folder} yet: `sceneseek index FOLDER` makes one")
    return library


def catalog_of(library: Library) -> closing[Catalog]:
    """Its catalogue, for as long as a `with` lasts."""
    return closing(open_catalog(library.catalog_at))
