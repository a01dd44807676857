"""The generation that is being served."""

from dataclasses import dataclass

from data.stores import generations
from data.stores.catalog import Catalog
from data.stores.library import Library
from data.stores.vectors.store import VectorStore
from data.types import Generation, NoGeneration
from search.generation.bridge import open_vectors
from search.generation.towers import OpenPair, QueryTowers, pair_of
from search.ranking.channels import Channel
from search.ranking.confidence import Calibration


@dataclass(frozen=True, slots=True, eq=False)
class OpenGeneration:
    """Everything that one search needs; immutable, so that a query keeps the one it began with.

    `channels` are those of its other modalities, beside what is seen.
    """

    library: Library
    catalog: Catalog
    generation: Generation
    vectors: VectorStore
    towers: QueryTowers
    calibration: Calibration
    channels: tuple[Channel, ...] = ()

    @property
    def name(self) -> str:
        return self.generation.generation


def open_generation(
    library: Library, catalog: Catalog, *, open_pair: OpenPair = pair_of, before: OpenGeneration | None = None
) -> OpenGeneration:
    """The published generation, with the towers of `before` where they are the same, and what it knew of clips.

    Raises NoGeneration, and what opening a pair raises.
    """
    generation = generations.current(library)
    if before is not None and before.towers.weights_sha256 != generation.weights_sha256:
        before = None
    towers = before.towers if before else QueryTowers(open_pair(library, generation), generation)
    known = before.vectors if before else None
    vectors, calibration = open_vectors(library, catalog, generation, towers, known)
    return OpenGeneration(library, catalog, generation, vectors, towers, calibration)


class GenerationGone(NoGeneration):
    """A generation that is no longer kept: a newer one is published already."""
