"""The same videos at another place: another mount point, another machine."""

from pathlib import Path

from data.catalog import Catalog, absolute, open_catalog
from data.library import Library


def reroot(library: Library, old: Path, new: Path) -> int:
    """How many known roots lay at or below `old` and lie at `new` now."""
    with library.writing():
        engine = open_catalog(library.catalog)
        try:
            return Catalog(engine).move_root(absolute(old), absolute(new))
        finally:
            engine.dispose()
