"""A catalogue that is lost or damaged is made anew from what the shards tell of themselves."""

from collections.abc import Sequence
from pathlib import Path

from data.stores.aside import set_aside
from data.stores.catalog import Catalog, collections, concepts, judgments
from data.stores.catalog.engines import anew
from data.stores.library import Library
from data.stores.publishing import Say
from data.types import LibraryBusy
from data.wording import counted


def catalogue_anew(library: Library, say: Say) -> Catalog:
    """Set the catalogue aside and open an empty one, with the roots, the thumbs, the collections, the concepts and
    what was forgotten, as far as they could still be read.

    Raises LibraryBusy while a backup is being written.
    """

    def away(files: Sequence[Path]) -> None:
        if not set_aside(library, files, "the catalogue is damaged", say):
            raise LibraryBusy(f"a backup of {library.folder} is being written")

    catalog = anew.catalogue_anew(library.catalog_at, away, say)
    thumbs, _ = judgments.judgments(catalog, limit=1)
    kept, _ = collections.listed(catalog, limit=1)
    named = counted(len(concepts.names(catalog)), "concept")
    said = f"{counted(thumbs, 'thumb')}, {counted(kept, 'collection')} and {named}"
    say(f"a new catalogue is made from the vectors, with {said}: others can't be made anew; restart `sceneseek serve`")
    return catalog
