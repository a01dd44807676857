"""Where the parts are put together: settings out of the environment, and the library and runtime that they name."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from data.settings import LibrarySettings
from data.stores.catalog import Catalog, open_catalog
from data.stores.catalog.sqlite import DamagedCatalogue
from data.stores.library import Library
from data.types import NoGeneration

if TYPE_CHECKING:
    from models.pair import Pair
    from models.spec import Runtime

S = TypeVar("S")


class BadSetting(ValueError):
    """A setting, of the environment or passed in its place, that cannot be."""


class LostCatalogue(DamagedCatalogue):
    """There are vectors, but no catalogue that says what they are of."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, FileNotFoundError("it is missing"))

    def __str__(self) -> str:
        return f"{self.path} is missing: `sceneseek verify --repair` makes it anew from the vectors"


def settings_from(kind: Callable[..., S], **chosen: object) -> S:
    """The environment's settings, with what was `chosen` put before it; None chooses nothing. Raises BadSetting."""
    try:
        return kind(**{name: value for name, value in chosen.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(map(str, first["loc"])).upper()
        raise BadSetting(f"SCENESEEK_{name}: {first['msg']}, got {first['input']!r}") from None


def existing(folder: Path | None, *, without_catalogue: bool = False) -> Library:
    """The library that is there. Raises NoGeneration where none is, LostCatalogue unless it may be without one."""
    library = Library(settings_from(LibrarySettings, library=folder).library)
    if library.has_lost_its_catalogue and not without_catalogue:
        raise LostCatalogue(library.catalog)
    if not library.exists and not library.has_lost_its_catalogue:
        raise NoGeneration(f"no library in {library.folder} yet: `sceneseek index FOLDER` makes one")
    return library


@contextmanager
def catalog_of(library: Library) -> Iterator[Catalog]:
    """Its catalogue, while this lasts."""
    catalog = open_catalog(library.catalog)
    try:
        yield catalog
    finally:
        catalog.close()


def runtime_of(settings: LibrarySettings) -> "Runtime":
    """Where and how exactly the towers of torch run."""
    from models.spec import Runtime

    return Runtime(settings.device, settings.precision, settings.compiled)


def pair_named(name: str, weights: Sequence[Path], settings: LibrarySettings) -> "Pair":
    """A pair of towers by its name. Raises UnknownModel, WeightsMissing."""
    from models.registry import open_pair

    return open_pair(name, weights=tuple(weights), models_folder=settings.models, runtime=runtime_of(settings))
