"""The same videos at another place: another mount point, another machine."""

from contextlib import closing
from pathlib import Path

from data.remote.errors import UnusableAddress
from data.sources.registry import name_of_source, named
from data.stores.catalog import open_catalog
from data.stores.library import Library


def reroot(library: Library, old: Path, new: Path) -> int:
    """How many known roots lay at or below `old` and lie at `new` now."""
    there, here = named(new), named(old)
    if name_of_source(there) != name_of_source(here):
        raise UnusableAddress("a folder and an address are not one place: index the new one, which embeds nothing anew")
    with library.writing(), closing(open_catalog(library.catalog_at)) as catalog:
        return catalog.move_root(here, there)
