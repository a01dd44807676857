"""Removal on purpose: from the catalogue, then from what is served."""

import os
from pathlib import Path

from data.catalog import Catalog, open_catalog
from data.library import Library
from indexer.publish import publish, serving


def forget(library: Library, path: Path, *, keep_generations: int) -> tuple[int, str | None]:
    """How many files were dropped, and the generation that is served without them. Looks at no disk but its own."""
    with library.writing():
        engine = open_catalog(library.catalog)
        try:
            count = Catalog(engine).forget(os.fsencode(path.absolute()))
            served = serving(library)
            if served is not None:
                served = publish(library, engine, served, served.fingerprint, keep=keep_generations)
        finally:
            engine.dispose()
    return count, served.generation if served else None
