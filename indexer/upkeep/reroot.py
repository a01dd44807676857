"""The same videos at another place: another mount point, another machine."""

from contextlib import closing
from pathlib import Path

from data.sources.registry import named
from data.stores.catalog import open_catalog
from data.stores.library import Library


def reroot(library: Library, old: Path, new: Path) -> int:
    """How many known roots lay at or below `old` and lie at `new` now."""
    with library.writing(), closing(open_catalog(library.catalog_at)) as catalog:
        return catalog.move_root(named(old), named(new))
