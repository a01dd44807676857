"""Removal on purpose: from the catalogue, until it is named again, then from what is served."""

from contextlib import closing
from pathlib import Path

from data.sources.registry import named
from data.stores.catalog import open_catalog
from data.stores.library import Library
from data.stores.publishing import Say, serving
from indexer.commit.collect import collect
from indexer.commit.publish import publish


def forget(library: Library, path: Path, *, keep_generations: int, say: Say) -> tuple[int, str | None]:
    """How many files were dropped, and the generation that is served without them. Looks at no disk but its own."""
    with library.writing(), closing(open_catalog(library.catalog)) as catalog:
        count = catalog.forget(named(path))
        served = serving(library)
        if served is not None:
            served = publish(library, catalog, served, served.fingerprint, say=say)
            collect(library, catalog, keep=keep_generations)
    return count, served.generation if served else None
