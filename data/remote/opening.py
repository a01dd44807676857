"""Which server an address is of, and its object as a file: what a decoder is given may be a path of either kind."""

import os
from functools import cache
from pathlib import Path
from typing import BinaryIO, cast

from data.paths import unfolded
from data.remote.ranged import Head, RangedFile, Reading
from data.remote.server import Server

SCHEMES = ("s3", "http", "https")


def is_remote(path: Path) -> bool:
    """Whether it is an address, not a file's path."""
    return is_address(unfolded(os.fsencode(path)))


def is_address(path: bytes) -> bool:
    """The same of what a catalogue keeps."""
    return path.partition(b"://")[0].decode("ascii", "replace") in SCHEMES


def server_of(address: bytes) -> Server:
    """Of an address that is remote."""
    return server_for(address.partition(b":")[0].decode())


@cache
def server_for(scheme: str) -> Server:
    """One of `SCHEMES`. Whoever names no address does not wait for what speaks to servers."""
    if scheme == "s3":
        from data.remote.s3 import S3

        return S3()
    from data.remote.http import Http

    return Http()


def open_address(address: bytes, head: Head, reading: Reading | None = None) -> BinaryIO:
    """That state of it, and never another."""
    fetcher = server_of(address).fetcher(address, head)
    return cast(BinaryIO, RangedFile(fetcher, reading or Reading(), os.fsdecode(address)))


def open_anywhere(path: Path) -> BinaryIO:
    """A file here, or what lies at an address now. Raises OSError."""
    if not is_remote(path):
        return path.open("rb")
    address = unfolded(os.fsencode(path))
    return open_address(address, server_of(address).head(address))


def stamp_of(path: Path) -> tuple[object, ...]:
    """Tells another file at the same path; the first is its size in bytes. Raises OSError."""
    if is_remote(path):
        address = unfolded(os.fsencode(path))
        head = server_of(address).head(address)
        return head.size_bytes, head.tag
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_dev, status.st_ino
