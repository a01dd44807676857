"""Starts the page, and the service beside it when none answers."""

import ipaddress
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import httpx

_APP = Path(__file__).parent / "web.py"
_GRACE_S = 10.0
# Who asks for a page without a password by another name was led here by a name that somebody else rebound.
_OWN_NAMES = [part for name in ("localhost", "127.0.0.1", "::1") for part in ("--server.allowedHosts", name)]
# Callers must not choose the address by which their guesses at the password are counted.
_TRUSTED = {"FORWARDED_ALLOW_IPS": ""}


def launch(*, host: str, port: int, service_url: str, password: str | None, library: Path | None = None) -> int:
    """Run the page until it is stopped; its exit status. A service that it has to start serves `library`.

    Raises PermissionError when others could reach a page that asks for no password, OSError when the port is taken.
    """
    if not password and not _is_loopback(host):
        raise PermissionError(f"{host} can be reached by others: set SCENESEEK_PAGE_PASSWORD, or bind 127.0.0.1")
    _check_port(host, port)
    signal.signal(signal.SIGTERM, _leave)
    address = ("--server.address", host, "--server.port", str(port), *([] if password else _OWN_NAMES))
    with _service(service_url, library), _child("-m", "streamlit", "run", str(_APP), *address) as page:
        return page.wait()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            raise OSError(error.errno, error.strerror, f"{host}:{port}") from None


@contextmanager
def _service(url: str, library: Path | None) -> Iterator[None]:
    """Only a service on this machine can be started; for another the page says that it doesn't answer."""
    parts = urlsplit(url)
    if _answers(url) or parts.hostname is None or not _is_loopback(parts.hostname):
        yield
        return
    served = () if library is None else ("--library", str(library))
    with _child("-m", "sceneseek", "serve", "--host", parts.hostname, "--port", str(parts.port or 80), *served):
        yield


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=2.0).is_success
    except httpx.TransportError:
        return False


@contextmanager
def _child(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, *arguments], env={**_TRUSTED, **os.environ})
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _leave(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
