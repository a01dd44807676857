"""The bank of queries as vectors: shipped for the embedded pair, kept in the library for any other.

python -m search.banks     embeds it anew with the embedded pair: needed when its weights or the bank change
"""

import logging
import zipfile
import zlib
from hashlib import blake2b
from pathlib import Path

import numpy as np

from data.durable import replacing
from data.stores.library import Library
from data.stores.vectors.flat import Floats
from models.registry import open_pair
from search.generation.sentences import queries
from search.generation.towers import QueryTowers

_log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "bank.npz"
UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)
"""What NumPy raises over a kept file that is missing, damaged or of another version: it is made anew."""


def bank_vectors(towers: QueryTowers, library: Library) -> Floats:
    """[B, D]: the bank in the space of these towers. Embedding it takes seconds, so that is done once for a pair."""
    stamp = _stamp_of(towers.weights_sha256)
    kept = library.calibration / "bank.npz"
    for file in (SHIPPED, kept):
        values = _read(file, stamp)
        if values is not None:
            return values
    values = towers.batch(queries())
    try:
        kept.parent.mkdir(exist_ok=True)
        _write(kept, stamp, values)
    except OSError as error:
        _log.warning("%s can't be written, and is computed again each time: %s", kept, error)
    return values


def bank_digest() -> str:
    """Names the sentences of the bank."""
    return blake2b("\n".join(queries()).encode(), digest_size=8).hexdigest()


def _stamp_of(weights_sha256: str) -> str:
    return f"{weights_sha256} {bank_digest()}"


def _read(file: Path, stamp: str) -> Floats | None:
    """The vectors of that stamp; None where the file is missing, damaged or another's."""
    try:
        # NumPy leaves a file open that it can't read.
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
            return kept["values"].astype(np.float32) if str(kept["stamp"]) == stamp else None
    except UNREADABLE:
        return None


def _write(file: Path, stamp: str, values: Floats) -> None:
    """At half precision: cosines stay the same to four digits."""
    with replacing(file) as opened:
        np.savez(opened, stamp=np.array(stamp), values=values.astype(np.float16))


def main() -> None:
    """Write the file that is shipped."""
    pair = open_pair("vlc-lite")
    _write(SHIPPED, _stamp_of(pair.spec.weights_sha256), pair.text().encode(queries()))


if __name__ == "__main__":
    main()
