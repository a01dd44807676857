"""Where shards are kept: in the library's folder, or in an object store of which that folder holds copies.

A shard is named by its path in the folder, wherever it is kept.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol, TypeVar

from data.stores.addresses import BadAddress
from data.stores.shards.accounts import Account
from data.stores.shards.folder import DamagedShard, ShardWriter

T = TypeVar("T")


class Shards(Protocol):
    """What is kept is written once, whole, before any row tells of it."""

    def names(self, here: set[Path]) -> set[Path]:
        """All that are kept, of which `here` lie in the folder. Raises OSError where nobody can tell."""
        ...

    def has_any(self) -> bool:
        """Whether there is one. Raises OSError."""
        ...

    def present(self, paths: Sequence[Path]) -> list[bool]:
        """Which of them are kept. Raises OSError."""
        ...

    def here(self, path: Path) -> Path:
        """The same path, once the shard can be read there. Raises OSError, and DamagedShard."""
        ...

    def anew(self, path: Path) -> Path:
        """The same, of what is kept now, whatever copy lies there."""
        ...

    def save(self, path: Path, vectors: ShardWriter, account: Account | None = None) -> None:
        """Keep it. Raises OSError."""
        ...

    def send(self, paths: Iterable[Path]) -> None:
        """Keep what lies in the folder only."""
        ...

    def leave(self, paths: Sequence[Path]) -> list[Path]:
        """Have these kept no more, as far as can be before their rows go: what is left of them is to be unlinked then.

        A kill after that makes no shard come back.
        """
        ...

    def bring(self, path: Path) -> None:
        """Have it in the folder as it is kept, sound or not, to be moved away; then it is kept no more."""
        ...


class FolderShards:
    """Nowhere else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self, here: set[Path]) -> set[Path]:
        return here

    def has_any(self) -> bool:
        return next(self._folder.glob("*/*/*.npz"), None) is not None

    def present(self, paths: Sequence[Path]) -> list[bool]:
        return [path.exists() for path in paths]

    def here(self, path: Path) -> Path:
        return path

    def anew(self, path: Path) -> Path:
        return path

    def save(self, path: Path, vectors: ShardWriter, account: Account | None = None) -> None:
        vectors.save(path, account)

    def send(self, paths: Iterable[Path]) -> None:
        """They are kept there."""

    def leave(self, paths: Sequence[Path]) -> list[Path]:
        """Under names that are cleared away: without rows they would be taken in again after a kill."""
        return [path.rename(path.with_name(f".{path.name}.{os.getpid()}.tmp")) for path in paths if path.exists()]

    def bring(self, path: Path) -> None:
        """It is there."""


def sound(shards: Shards, path: Path, read: Callable[[Path], T]) -> T:
    """What `read` makes of a shard: of a damaged copy in the folder what is kept is read instead.

    Raises OSError or ShardError.
    """
    try:
        return read(shards.here(path))
    except DamagedShard:
        return read(shards.anew(path))


@lru_cache(maxsize=64)
def shards_of(folder: Path, address: str | None) -> Shards:
    """Those of a folder, kept at this address where there is one. Raises BadAddress."""
    if not address:
        return FolderShards(folder)
    if not address.startswith("s3://"):
        raise BadAddress(
            f"SCENESEEK_STORE: {address.partition(':')[0]} keeps no vectors; what does: s3://BUCKET/PREFIX"
        )
    from data.stores.shards.bucket import BucketShards

    return BucketShards(folder, address)
