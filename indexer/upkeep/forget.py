"""Removal on purpose: from the catalogue, until it is named again, then from what is served."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from data.paths import joined
from data.sources.registry import named
from data.stores.catalog import Catalog, open_catalog, views
from data.stores.catalog.leaving_out import EVERYTHING, is_left_out
from data.stores.library import Library
from data.stores.publishing import Say, others_of, serving
from indexer.afterwards import UnknownModality
from indexer.commit.collect import collect, remove
from indexer.commit.publish import publish
from indexer.modalities import registry


def forget_lines(
    library: Library, modality: str, path: Path | None, *, keep_generations: int, say: Say
) -> tuple[int, str | None]:
    """Drop what a modality of words made there (anywhere, without a path), and remember that it is to make none.

    Of how many videos that was, and the generation that is served without them. Raises UnknownModality.
    """
    if modality not in registry.AFTERWARDS:
        raise UnknownModality(f"no modality of words {modality!r}; there are: {', '.join(registry.AFTERWARDS)}")
    with library.writing(), closing(open_catalog(library.catalog_at)) as catalog:
        catalog.leave_out(modality, EVERYTHING if path is None else named(path))
        served = serving(library)
        if served is None:
            return 0, None
        others = others_of(served)
        doomed = _doomed(catalog, modality, others)
        remove(library, catalog, doomed)
        if path is None:
            others.pop(modality, None)
        publish(library, catalog, served, served.fingerprint, say=say, others=others)
        collect(library, catalog, keep=keep_generations)
        served = serving(library)
    return len(doomed), served.generation if served else None


def _doomed(catalog: Catalog, modality: str, others: Mapping[str, str]) -> list[tuple[str, str]]:
    """Lines of videos of which every place is left out."""
    out, allowed = catalog.left_out()[modality], set[str | None]()
    for place in views.present(catalog):
        if not is_left_out(joined(place.root, place.path), out):
            allowed.add(place.video_id)
    made = views.looked_at(catalog, others[modality]) if modality in others else {}
    return [(video_id, others[modality]) for video_id in made if video_id not in allowed]


def forget(library: Library, path: Path, *, keep_generations: int, say: Say) -> tuple[int, str | None]:
    """How many files were dropped, and the generation that is served without them. Looks at no disk but its own."""
    with library.writing(), closing(open_catalog(library.catalog_at)) as catalog:
        count = catalog.forget(named(path))
        served = serving(library)
        if served is not None:
            served = publish(library, catalog, served, served.fingerprint, say=say)
            collect(library, catalog, keep=keep_generations)
    return count, served.generation if served else None
