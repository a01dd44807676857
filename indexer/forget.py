"""Removal on purpose: from the catalogue, until it is named again, then from what is served."""

from pathlib import Path

from data.catalog import Catalog, absolute, open_catalog
from data.library import Library
from indexer.collect import collect
from indexer.publish import Say, publish, serving


def forget(library: Library, path: Path, *, keep_generations: int, say: Say) -> tuple[int, str | None]:
    """How many files were dropped, and the generation that is served without them. Looks at no disk but its own."""
    with library.writing():
        engine = open_catalog(library.catalog)
        try:
            count = Catalog(engine).forget(absolute(path))
            served = serving(library)
            if served is not None:
                served = publish(library, engine, served, served.fingerprint, say=say)
                collect(library, engine, keep=keep_generations)
        finally:
            engine.dispose()
    return count, served.generation if served else None
