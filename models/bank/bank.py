"""The bank of queries as vectors: shipped for the embedded pair, kept in a file for any other.

python -m models.bank.bank     embeds it anew with the embedded pair: needed when its weights or the bank change
"""

import logging
import os
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path

import numpy as np

from models.bank.sentences import queries
from models.registry import open_pair
from models.spec import Floats

_log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "bank.npz"
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


def bank_vectors(weights_sha256: str, kept: Path, encode: Callable[[list[str]], Floats]) -> Floats:
    """[B, D]: the bank in the space of the pair with these weights, kept in that file.

    Embedding it takes seconds, so that is done once for a pair. Raises what `encode` raises.
    """
    values = known_vectors(weights_sha256, kept)
    if values is None:
        values = encode(queries())
        try:
            _write(kept, _stamp_of(weights_sha256), values)
        except OSError as error:
            _log.warning("%s can't be written, and is computed again each time: %s", kept, error)
    return values


def known_vectors(weights_sha256: str, kept: Path) -> Floats | None:
    """The same where they are shipped or kept already; None where they are not."""
    stamp = _stamp_of(weights_sha256)
    return next((values for file in (SHIPPED, kept) if (values := _read(file, stamp)) is not None), None)


@cache
def bank_digest() -> str:
    """Names the sentences of the bank."""
    return blake2b("\n".join(queries()).encode(), digest_size=8).hexdigest()


def _stamp_of(weights_sha256: str) -> str:
    return f"{weights_sha256} {bank_digest()}"


def _read(file: Path, stamp: str) -> Floats | None:
    """The vectors of that stamp; None where the file is missing, damaged or another's: it is made anew."""
    try:
        # NumPy leaves a file open that it can't read.
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
            return kept["values"].astype(np.float32) if str(kept["stamp"]) == stamp else None
    except _UNREADABLE:
        return None


def _write(file: Path, stamp: str, values: Floats) -> None:
    """At half precision: cosines stay the same to four digits. Whoever reads sees the old file or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as opened:
            np.savez(opened, stamp=np.array(stamp), values=values.astype(np.float16))
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def main() -> None:
    """Write the file that is shipped."""
    pair = open_pair("vlc-lite")
    _write(SHIPPED, _stamp_of(pair.spec.weights_sha256), pair.text().encode(queries()))


if __name__ == "__main__":
    main()
