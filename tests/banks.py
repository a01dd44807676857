"""Everyday queries in the space of a pair, for whoever publishes in a test."""

from collections.abc import Callable

from data.stores.library import Library
from data.stores.vectors.nearness import Bank, stamp_of
from models.bank.bank import bank_digest, bank_vectors
from models.spec import Floats


def bank_of(library: Library, weights_sha256: str, encode: Callable[[list[str]], Floats]) -> Bank:
    """Kept where the program keeps it."""
    kept = library.calibration / "bank.npz"
    return Bank(stamp_of(weights_sha256, bank_digest()), lambda: bank_vectors(weights_sha256, kept, encode))
