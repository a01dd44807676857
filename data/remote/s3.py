"""Objects in an object store that speaks S3; who asks is said by the environment or a profile, as AWS's tools do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from data.remote.errors import Passing, RemoteError, UnusableAddress, changed, gone
from data.remote.ranged import Head, check_time
from data.remote.server import Sieve

_SCHEME = b"s3://"
_CHUNK_BYTES = 64 << 10
_AT_ONCE = 64
_CREDENTIALS = frozenset(
    {
        "AuthorizationHeaderMalformed",
        "ExpiredToken",
        "InvalidAccessKeyId",
        "InvalidToken",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
    }
)
_CHANGED = frozenset({"412", "416", "InvalidRange", "PreconditionFailed"})
_NO_PERMISSION = frozenset({"401", "403", "AccessDenied", "AllAccessDisabled"})
_PASSING = frozenset(
    {
        "409",
        "500",
        "503",
        "ConditionalRequestConflict",
        "InternalError",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
    }
)
_OTHER_TIME = frozenset({"RequestExpired", "RequestTimeTooSkewed"})


class S3:
    """`s3://bucket/key`: keys as they are, with nothing encoded."""

    def canonical(self, given: bytes) -> bytes:
        bucket = given.removeprefix(_SCHEME).partition(b"/")[0]
        if not bucket or b"@" in bucket or b":" in bucket:
            raise UnusableAddress("an address is s3://BUCKET or s3://BUCKET/PREFIX, and holds no key or password")
        return _SCHEME + given.removeprefix(_SCHEME).rstrip(b"/")

    def head(self, address: bytes) -> Head:
        bucket, key = parts_of(address)
        try:
            with told():
                found = client().head_object(Bucket=bucket, Key=key)
        except RemoteError as error:
            # Of a bucket that is not there, it says as little.
            if error.errno == errno.ENOENT:
                with told():
                    client().head_bucket(Bucket=bucket)
            raise
        return Head(found["ContentLength"], found["ETag"])

    def below(self, address: bytes, sieve: Sieve) -> Iterator[tuple[bytes, Head]]:
        bucket, key = parts_of(address)
        folder = f"{key}/" if key else ""
        is_empty = True
        for found in listed(bucket, folder):
            is_empty = False
            name = _address(bucket, found["Key"])
            if _can_be_named(found["Key"]) and _enters(name, address, sieve) and sieve.wants(name):
                yield name, Head(found["Size"], found["ETag"])
            elif not _can_be_named(found["Key"]) and not found["Key"].endswith("/"):
                sieve.unreadable.add(name)
        if is_empty and key:
            yield address, self.head(address)

    def fetcher(self, address: bytes, head: Head) -> "S3Fetcher":
        return S3Fetcher(*parts_of(address), head)


class S3Fetcher:
    """Each piece is asked for by the tag of its object."""

    def __init__(self, bucket: str, key: str, head: Head) -> None:
        self.head = head
        self._bucket, self._key = bucket, key

    def piece(self, start: int, end: int, until_s: float) -> bytes:
        wanted = f"bytes={start}-{end - 1}"
        with told():
            found = client().get_object(Bucket=self._bucket, Key=self._key, Range=wanted, IfMatch=self.head.tag)
            with found["Body"] as body:
                if found["ETag"] != self.head.tag:
                    raise changed()
                data = bytearray()
                while chunk := body.read(_CHUNK_BYTES):
                    data += chunk
                    check_time(until_s)
        if len(data) != end - start:
            raise changed()
        return bytes(data)

    def close(self) -> None:
        """Nothing is held."""


def parts_of(address: bytes) -> tuple[str, str]:
    """Bucket and key."""
    bucket, _, key = address.removeprefix(_SCHEME).decode("utf-8", "surrogateescape").partition("/")
    return bucket, key


def listed(bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    """What a bucket has under this prefix, by key."""
    with told():
        pages = client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            yield from page.get("Contents", ())


@lru_cache(maxsize=1)
def client() -> Any:
    """One a process, for all its threads. Raises RemoteError."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise RemoteError(errno.ENODEV, "an object store needs an extra: pip install 'sceneseek[s3]'") from None
    retries = {"mode": "standard", "total_max_attempts": 2}
    config = Config(connect_timeout=10, read_timeout=15, retries=retries, max_pool_connections=_AT_ONCE)
    with told():
        return boto3.session.Session().client("s3", config=config)


@contextmanager
def told() -> Iterator[None]:
    """What boto says, in a line that names no key."""
    try:
        yield
    except RemoteError:
        raise
    except Exception as error:
        said = _said(error)
        if said is None:
            raise
        raise said from None


def _said(error: Exception) -> RemoteError | None:
    """None for what is neither the server's nor the network's."""
    from botocore import exceptions as boto

    if isinstance(error, boto.ClientError):
        return _answered(str(error.response.get("Error", {}).get("Code", "")))
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError | boto.CredentialRetrievalError):
        return RemoteError(errno.EACCES, "no credentials for the object store: AWS_ACCESS_KEY_ID and what goes with it")
    if isinstance(error, boto.ProfileNotFound | boto.ConfigParseError | boto.ConfigNotFound):
        return RemoteError(errno.EACCES, "the profile that AWS_PROFILE names, or its file, can't be used")
    if isinstance(error, boto.ConnectTimeoutError | boto.ReadTimeoutError):
        return Passing(errno.ETIMEDOUT, "the object store does not answer in time")
    if isinstance(error, boto.HTTPClientError | boto.ConnectionError):
        return Passing(errno.EHOSTUNREACH, f"the object store can't be reached ({type(error).__name__})")
    if isinstance(error, boto.BotoCoreError | ValueError):
        return RemoteError(errno.EINVAL, f"the object store can't be asked ({' '.join(str(error).split())[:200]})")
    return None


def _answered(code: str) -> RemoteError:
    if code in ("NoSuchKey", "404", "NotFound"):
        return gone()
    if code == "NoSuchBucket":
        return RemoteError(errno.ENXIO, "there is no such bucket")
    if code in _CHANGED:
        return changed()
    if code in _OTHER_TIME:
        return RemoteError(errno.EACCES, f"the clocks of this machine and of the object store differ ({code})")
    if code in _CREDENTIALS:
        return RemoteError(errno.EACCES, f"the object store does not take the credentials ({code})")
    if code in _NO_PERMISSION:
        return RemoteError(errno.EACCES, f"the object store gives no permission ({code})")
    kind = Passing if code in _PASSING else RemoteError
    return kind(errno.EPROTO, f"the object store answers {code or 'what is not understood'}")


def _address(bucket: str, key: str) -> bytes:
    return f"s3://{bucket}/{key}".encode("utf-8", "surrogateescape")


def _can_be_named(key: str) -> bool:
    """Whether a path keeps the key as it is."""
    return not any(part in ("", ".") for part in key.split("/")) and "\0" not in key


def _enters(name: bytes, top: bytes, sieve: Sieve) -> bool:
    """Whether each folder on the way to an object is entered."""
    place, _, below = top, b"", name[len(top) :].strip(b"/")
    for part in below.split(b"/")[:-1]:
        place += b"/" + part
        if not sieve.enters(place):
            return False
    return True
