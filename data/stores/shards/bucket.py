"""Shards in an object store: one object each, put where none is, read into the library's folder and proven there.

The folder's copies are only copies: they may go at any time, and come back when they are asked for.
"""

import errno
import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from data.durable import is_absence, replacing
from data.remote import s3
from data.remote.errors import RemoteError, UnusableAddress
from data.remote.ranged import retried
from data.stores.addresses import BadAddress
from data.stores.shards.accounts import Account
from data.stores.shards.folder import DamagedShard, ShardWriter

_CHUNK_BYTES = 1 << 20
_DIGEST = "blake2b"
_SENDING_S = 120.0
# Whoever searches does not wait again and again for a store that is away.
_AWAY_S = 30.0


class BucketShards:
    """Below an address, under the names that they have in the folder."""

    def __init__(self, folder: Path, address: str) -> None:
        self._folder = folder
        self._address = address
        try:
            self._bucket, prefix = s3.parts_of(s3.S3().canonical(address.encode()))
        except UnusableAddress as error:
            raise BadAddress(f"SCENESEEK_STORE: {error}") from None
        self._prefix = f"{prefix}/" if prefix else ""
        self._away: tuple[float, RemoteError] | None = None

    def names(self, here: set[Path]) -> set[Path]:  # noqa: ARG002  copies prove nothing
        with self._told():
            found = [self._path(each["Key"]) for each in s3.listed(self._bucket, self._prefix)]
        return {path for path in found if path is not None}

    def has_any(self) -> bool:
        with self._told():
            return any(self._path(each["Key"]) is not None for each in s3.listed(self._bucket, self._prefix))

    def present(self, paths: Sequence[Path]) -> list[bool]:
        here = [path.exists() for path in paths]
        kept = set() if all(here) else self.names(set())
        return [is_here or path in kept for path, is_here in zip(paths, here, strict=True)]

    def here(self, path: Path) -> Path:
        if path.exists():
            return path
        if self._away is not None and time.monotonic() < self._away[0]:
            raise self._away[1]
        try:
            return self.anew(path)
        except RemoteError as error:
            if not is_absence(error):
                self._away = time.monotonic() + _AWAY_S, error
            raise

    def anew(self, path: Path) -> Path:
        self._copy(path, is_proven=True)
        return path

    def save(self, path: Path, vectors: ShardWriter, account: Account | None = None) -> None:
        vectors.save(path, account)
        self._put(path)

    def send(self, paths: Iterable[Path]) -> None:
        for path in paths:
            self._put(path)

    def leave(self, paths: Sequence[Path]) -> list[Path]:
        """A kill before their rows go leaves rows without shards, which the next run tells of and drops."""
        for path in paths:
            path.unlink(missing_ok=True)
            self._delete(path)
        return []

    def bring(self, path: Path) -> None:
        try:
            self._copy(path, is_proven=False)
        except RemoteError as error:
            if not is_absence(error):
                raise
        self._delete(path)

    def _delete(self, path: Path) -> None:
        with self._told():
            s3.client().delete_object(Bucket=self._bucket, Key=self._key(path))

    def _copy(self, path: Path, *, is_proven: bool) -> None:
        """Into the folder; where that is to be proven, nothing but what was put. Raises DamagedShard."""
        digest = hashlib.blake2b(digest_size=16)
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._told(), replacing(path) as file:
            found = s3.client().get_object(Bucket=self._bucket, Key=self._key(path))
            with found["Body"] as body:
                while chunk := body.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    file.write(chunk)
            if is_proven and found["Metadata"].get(_DIGEST) != digest.hexdigest():
                raise DamagedShard(f"{path} is damaged: what the object store has is not what was put there")

    def _put(self, path: Path) -> None:
        """Where one is already, that one stays, and the folder gets a copy of it."""
        until_s = time.monotonic() + _SENDING_S
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        if not retried(lambda: self._put_if_absent(path, digest), until_s):
            self.anew(path)

    def _put_if_absent(self, path: Path, digest: str) -> bool:
        """A store that does not know the condition puts it whatever is there: only one program writes at a time."""
        where = {"Bucket": self._bucket, "Key": self._key(path), "Metadata": {_DIGEST: digest}, "IfNoneMatch": "*"}
        try:
            with self._told(), path.open("rb") as file:
                s3.client().put_object(Body=file, **where)
        except RemoteError as error:
            if error.errno == errno.ESTALE:  # that none is there
                return False
            raise
        return True

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong names the store."""
        try:
            with s3.told():
                yield
        except RemoteError as error:
            raise type(error)(error.errno or 0, f"{self._address}: {error.strerror}") from None

    def _key(self, path: Path) -> str:
        return self._prefix + path.relative_to(self._folder).as_posix()

    def _path(self, key: str) -> Path | None:
        """None for what is no shard."""
        parts = key.removeprefix(self._prefix).split("/")
        is_shard = len(parts) == 3 and parts[2].endswith(".npz") and parts[2].startswith(parts[1]) and parts[1]
        return self._folder.joinpath(*parts) if is_shard and ".." not in parts else None
