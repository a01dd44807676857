"""What is finished becomes the generation that searches are answered from, measured with the library's own pair."""

from collections.abc import Callable, Mapping
from functools import cache

from data.stores import publishing
from data.stores.catalog import Catalog
from data.stores.generations import Maker
from data.stores.library import Library
from data.stores.publishing import Say
from data.stores.vectors.nearness import Bank, stamp_of
from data.types import Generation
from models.bank.bank import bank_digest, bank_vectors, known_vectors
from models.pair import Pair
from models.registry import MODELS_FOLDER, open_embedded, open_pair
from models.spec import Floats, UnknownModel, WeightsMissing

OpenPair = Callable[[], Pair]


def publish(
    library: Library,
    catalog: Catalog,
    maker: Maker,
    fingerprint: str,
    *,
    say: Say,
    open_pair: OpenPair | None = None,
    anew: bool = False,
    others: Mapping[str, str] | None = None,
) -> Generation | None:
    """As `data.stores.publishing.publish` does; `open_pair` gives the maker's pair, else the library's own is opened.

    Only where something has to be measured, and where the bank of queries is not known in its space already.
    """
    open_pair = open_pair or _opener(library, maker, fingerprint)
    bank = _bank(library, maker.weights_sha256, open_pair)
    return publishing.publish(library, catalog, maker, fingerprint, bank=bank, say=say, anew=anew, others=others)


def _bank(library: Library, weights_sha256: str, open_pair: OpenPair) -> Bank:
    kept = library.calibration / "bank.npz"

    @cache
    def vectors() -> Floats | None:
        known = known_vectors(weights_sha256, kept)
        if known is not None:
            return known
        try:
            pair = open_pair()
        except (UnknownModel, WeightsMissing):
            return None
        return bank_vectors(weights_sha256, kept, pair.text().encode)

    return Bank(stamp_of(weights_sha256, bank_digest()), vectors)


def _opener(library: Library, maker: Maker, fingerprint: str) -> OpenPair:
    def opened() -> Pair:
        kept = library.towers(fingerprint)
        if kept.is_dir():
            return open_embedded(kept)
        return open_pair(maker.model, weights=library.weights(fingerprint), models_folder=MODELS_FOLDER)

    return opened
