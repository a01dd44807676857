"""The real programs as processes: the service and the page, on ports of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

_START_S = 180.0


@dataclass(frozen=True)
class Site:
    """A page and the service that it asks."""

    page: str
    service: str


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def sceneseek(*arguments: str | Path, **settings: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; `settings` without their prefix."""
    command = [sys.executable, "-m", "sceneseek", *map(str, arguments)]
    return subprocess.run(command, env=_environment(settings), capture_output=True, text=True, check=False)


@contextmanager
def site(**settings: str | Path) -> Iterator[Site]:
    """`sceneseek ui`, which starts the service as well."""
    service, page = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    with (
        running("ui", "--port", page.rpartition(":")[2], SCENESEEK_URL=service, **_prefixed(settings)),
    ):
        until(lambda: answers(f"{page}/_stcore/health") and answers(f"{service}/healthz"))
        yield Site(page, service)


@contextmanager
def running(*arguments: str, **environment: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command that goes on until it is told to end."""
    command = [sys.executable, "-m", "sceneseek", *arguments]
    variables = {name: str(value) for name, value in environment.items()}
    process = subprocess.Popen(command, env={**_environment({}), **variables})
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(120)


def until(happened: Callable[[], bool], within_s: float = _START_S) -> None:
    """Ask again and again; fails the test when it takes too long."""
    end = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < end, f"nothing happened within {within_s:g} s"
        time.sleep(0.1)


def answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2.0).is_success
    except httpx.TransportError:
        return False


def _environment(settings: dict[str, str | Path]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SCENESEEK_", "STREAMLIT_"))}
    return {**kept, "OMP_NUM_THREADS": "1", **{name: str(value) for name, value in _prefixed(settings).items()}}


def _prefixed(settings: dict[str, str | Path]) -> dict[str, str | Path]:
    return {f"SCENESEEK_{name.upper()}": value for name, value in settings.items()}
