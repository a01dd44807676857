"""Opens a generation whose vectors are in Milvus."""

from data.stores.catalog import Catalog
from data.stores.library import Library
from data.stores.vectors.held import Part, held_by
from data.stores.vectors.milvus.naming import prefix_of
from data.stores.vectors.milvus.server import Server
from data.stores.vectors.milvus.store import MilvusVectors, Shelf
from data.stores.vectors.store import VectorStore, VectorsUnavailable
from data.types import Generation


def open_milvus(
    library: Library, generation: Generation, catalog: Catalog, before: VectorStore | None = None
) -> MilvusVectors:
    """Raises VectorsUnavailable, also where not all of it is there yet; DamagedIndex, and OSError."""
    assert library.vectors_at is not None
    server = before.server if isinstance(before, MilvusVectors) else Server(library.vectors_at)
    prefix = prefix_of(library) or ""
    parts = held_by(library, generation).parts
    shelves = [_shelf(server, prefix + part.segment.name, part, generation) for part in parts]
    return MilvusVectors(server, generation.dim, catalog, generation.fingerprint, shelves)


def _shelf(server: Server, name: str, part: Part, generation: Generation) -> Shelf:
    there = server.count(name) or 0
    if there != (wanted := int(part.counts.sum())):
        raise VectorsUnavailable(
            f"{server.place} has {there} of {wanted} clips of a part of generation {generation.generation}: "
            "`sceneseek index` puts them there"
        )
    return Shelf(name, server.index(name), part.video_ids, part.counts, ~part.gone)
