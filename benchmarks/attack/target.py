"""A service on loopback that is attacked: started with limits, watched, and ended."""

import http.client
import multiprocessing
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Thread

_START_S = 60.0
_PROBE_S = 20.0


@dataclass(frozen=True)
class Program:
    """A checkout of the program with its environment; nothing of this one is imported by what it starts."""

    folder: Path
    library: Path
    memory_bytes: int
    scratch: Path

    def run(self, *words: str) -> None:
        """A command to its end. Raises CalledProcessError."""
        subprocess.run(self._command(*words), cwd=self.folder, env=self._environment({}), check=True)

    @contextmanager
    def serving(self, *, descriptors: int = 0, **settings: str) -> "Iterator[Target]":
        """The service, once it can search; `settings` without their prefix."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = self.scratch / "log"

        def limited() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (self.memory_bytes, self.memory_bytes))
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        words = self._command("serve", "--port", str(port), "--library", str(self.library))
        with log.open("wb") as written:
            process = subprocess.Popen(
                words, cwd=self.folder, env=self._environment(settings), preexec_fn=limited, stderr=written
            )
        try:
            target = Target(port, process.pid, log)
            target.wait_until_ready(process)
            yield target
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _command(self, *words: str) -> list[str]:
        own = self.folder / ".venv" / "bin" / "python"
        return [str(own) if own.exists() else sys.executable, "-m", "sceneseek", *words]

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SCENESEEK_")}
        own = {f"SCENESEEK_{name.upper()}": value for name, value in settings.items()}
        return {**kept, **own, "PYTHONPATH": str(self.folder), "TMPDIR": str(self.scratch)}


@dataclass(frozen=True)
class Watched:
    """What was seen while something went on: memory of all processes together, and how long health took at worst."""

    before_mb: int
    peak_mb: int
    health_s: float


@dataclass(frozen=True)
class Target:
    """A service that runs."""

    port: int
    pid: int
    log: Path

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Raises RuntimeError when it ends, or takes too long."""
        end = time.monotonic() + _START_S
        while process.poll() is None and time.monotonic() < end:
            with suppress(OSError):
                if _asked(self.port, "/readyz", 30) == 200:
                    return
            time.sleep(0.2)
        raise RuntimeError(f"the service did not start: {self.log.read_text(errors='replace')[-500:]}")

    @contextmanager
    def watched(self, found: list[Watched]) -> Iterator[None]:
        """Watch while the block runs, and put what was seen into `found`."""
        peak, over = [self.memory_mb()], Event()
        before = peak[0]
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        # A process of its own: many threads of an attacker would keep it waiting.
        prober = context.Process(target=_probe, args=(self.port, theirs))
        prober.start()
        ours.recv()
        weigher = Thread(target=self._weigh, args=(peak, over))
        weigher.start()
        try:
            yield
        finally:
            over.set()
            weigher.join()
            ours.send(None)
            health_s = ours.recv()
            prober.join()
            found.append(Watched(before, peak[0], health_s))

    def memory_mb(self) -> int:
        """Resident, of the service and all that it started."""
        return sum(map(_resident_kb, _family(self.pid))) >> 10

    def _weigh(self, peak: list[int], over: Event) -> None:
        while not over.wait(0.05):
            peak[0] = max(peak[0], self.memory_mb())


def _probe(port: int, pipe: Connection) -> None:
    """Ask for health again and again; the longest it took."""
    worst_s = 0.0
    pipe.send(None)
    while not pipe.poll(0.1):
        began_s = time.monotonic()
        try:
            _asked(port, "/healthz", _PROBE_S)
            worst_s = max(worst_s, time.monotonic() - began_s)
        except OSError:
            worst_s = _PROBE_S
    pipe.send(worst_s)


def _asked(port: int, path: str, timeout_s: float) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from None
    finally:
        connection.close()


def _family(pid: int) -> list[int]:
    found = [pid]
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _family(int(child))
    return found


def _resident_kb(pid: int) -> int:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
    return 0
