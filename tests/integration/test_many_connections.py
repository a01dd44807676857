"""The service as a process with few descriptors."""

import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from search.service.boundary.connections import ASK_S

DESCRIPTORS = 256


@dataclass(frozen=True)
class Running:
    """A service and what it has written."""

    port: int
    log: Path

    def is_well(self) -> bool:
        return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).is_success

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("few")
    log = folder / "log"
    command = [sys.executable, "-m", "sceneseek", "serve", "--port", "0", "--library", str(folder / "library")]
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, stderr=written, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS,) * 2)
        )
    try:
        yield Running(_port(process, log), log)
    finally:
        process.terminate()
        process.wait(30)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        written = log.read_text()
        if written.endswith("\n"):
            return int(written.rpartition(":")[2])
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.mark.slow
def test_more_idle_connections_than_descriptors_neither_silence_it_nor_fill_its_log(service: Running) -> None:
    before = service.log.stat().st_size
    with ExitStack() as held:
        for _ in range(DESCRIPTORS + 50):
            held.enter_context(service.connect())
        for _ in range(3):
            assert service.is_well()
            time.sleep(0.5)
    assert service.log.stat().st_size - before < 1000


@pytest.mark.slow
def test_connection_that_asks_nothing_or_never_ends_its_question_is_closed(service: Running) -> None:
    with service.connect() as silent, service.connect() as trickling, service.connect() as asked:
        began_s = time.monotonic()
        trickling.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127")
        asked.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nG")
        assert asked.recv(20).startswith(b"HTTP/1.1 200")
        for one in (silent, trickling, asked):
            while one.recv(1000):
                pass
        assert time.monotonic() - began_s < ASK_S + 5


@pytest.mark.slow
def test_nonsense_is_not_logged(service: Running) -> None:
    before = service.log.stat().st_size
    for _ in range(20):
        with service.connect() as caller:
            caller.sendall(b"nonsense\r\n\r\n" + os.urandom(10))
            assert b"400" in caller.recv(100)
    assert service.log.stat().st_size == before
