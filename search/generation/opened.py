"""The generation that is being served."""

from dataclasses import dataclass

from data.stores import generations
from data.stores.catalog import Catalog
from data.stores.library import Library
from data.stores.vectors.engines import open_vectors
from data.stores.vectors.nearness import Bank, stamp_of
from data.stores.vectors.store import VectorStore
from data.types import Generation, NoGeneration
from models.bank.bank import bank_digest, bank_vectors
from search.generation.confidence import Calibration, calibration_of
from search.generation.learnt import Lessons
from search.generation.towers import OpenPair, QueryTowers, pair_of


@dataclass(frozen=True, slots=True, eq=False)
class OpenGeneration:
    """Everything that one search needs; immutable, so that a query keeps the one it began with."""

    library: Library
    catalog: Catalog
    generation: Generation
    vectors: VectorStore
    towers: QueryTowers
    calibration: Calibration
    lessons: Lessons

    @property
    def name(self) -> str:
        return self.generation.generation


def open_generation(
    library: Library, catalog: Catalog, *, open_pair: OpenPair = pair_of, before: OpenGeneration | None = None
) -> OpenGeneration:
    """The published generation, with the towers of `before` where they are the same, and the vectors that it shares.

    Raises NoGeneration, and what opening a pair raises.
    """
    generation = generations.current(library)
    if before is not None and before.towers.weights_sha256 == generation.weights_sha256:
        towers = before.towers
    else:
        towers = QueryTowers(open_pair(library, generation), generation)
    known = before.vectors if before else None
    opened = open_vectors(library, generation, catalog, bank=_bank(library, towers), before=known)
    calibration = calibration_of(opened.baseline, generation.dim)
    lessons = Lessons(opened.store, calibration.sample)
    return OpenGeneration(library, catalog, generation, opened.store, towers, calibration, lessons)


class GenerationGone(NoGeneration):
    """A generation that is no longer kept: a newer one is published already."""


def _bank(library: Library, towers: QueryTowers) -> Bank:
    sha, kept = towers.weights_sha256, library.calibration / "bank.npz"
    return Bank(stamp_of(sha, bank_digest()), lambda: bank_vectors(sha, kept, towers.batch))
