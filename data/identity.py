"""Names that are the same on every machine: of content, of a way to index it, and of a clip."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from data.remote.opening import open_anywhere

_CHUNK_BYTES = 4 << 20


def video_id_of(path: Path, beat: Callable[[], None] = lambda: None) -> str:
    """BLAKE2b-128 of all bytes, in hex; one sequential read, wherever it lies, with a `beat` every 4 MiB."""
    digest = hashlib.blake2b(digest_size=16)
    with open_anywhere(path) as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            beat()
    return digest.hexdigest()


def fingerprint_of(facts: Mapping[str, object]) -> str:
    """BLAKE2b-128 of canonical JSON, in hex."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.blake2b(canonical.encode(), digest_size=16).hexdigest()


def clip_id_of(video_id: str, fingerprint: str, number: int) -> int:
    """63 bits, so that it is a positive number in SQL and in FAISS."""
    digest = hashlib.blake2b(f"{video_id}/{fingerprint}/{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
