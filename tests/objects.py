"""An object store that lives as long as the tests do, in a thread, and servers that answer as broken ones do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from data.remote import s3

_NUMBERS = count()
SECRET = "s3cr3t-of-the-tests"


@dataclass(frozen=True)
class Bucket:
    """One that is empty at first."""

    name: str

    @property
    def client(self) -> Any:
        return s3.client()

    @property
    def root(self) -> Path:
        return Path(f"s3://{self.name}")

    def put(self, key: str, file: Path | bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=file if isinstance(file, bytes) else file.read_bytes())

    def drop(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)

    def keys(self, prefix: str = "") -> list[str]:
        return [each["Key"] for each in s3.listed(self.name, prefix)]


@contextmanager
def server() -> Iterator[str]:
    """Its address."""
    if find_spec("moto") is None or find_spec("flask") is None:
        pytest.skip("moto is not installed (pip install -e '.[dev]')")
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        running.stop()


@contextmanager
def known_as(address: str, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """What asks an object store asks the one at this address."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        patch.delenv(name)
    patch.setenv("AWS_ENDPOINT_URL", address)
    patch.setenv("AWS_ACCESS_KEY_ID", "tests")
    patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    s3.client.cache_clear()
    try:
        yield
    finally:
        s3.client.cache_clear()


def new_bucket() -> Bucket:
    bucket = Bucket(f"films-{next(_NUMBERS)}")
    bucket.client.create_bucket(Bucket=bucket.name)
    return bucket


@contextmanager
def saying(status: int, code: str) -> Iterator[str]:
    """The address of a store that gives everybody this answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "application/xml")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_PUT = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{running.server_port}"
        finally:
            running.shutdown()
