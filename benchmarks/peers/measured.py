"""One command with its exit code, time, CPU time and peak memory, children included."""

import contextlib
import os
import resource
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Run:
    code: int
    wall_s: float
    cpu_s: float
    peak_mib: float
    said: str
    wrong: str


def run(
    command: list[str], environment: Mapping[str, str], *, given: str = "", kill_after_s: float | None = None
) -> Run:
    """Killed with all its children after `kill_after_s`, as by a power cut."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as wrong, subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=said, stderr=wrong, text=True, env={**os.environ, **environment},
        start_new_session=True,
    ) as process:  # fmt: skip
        peaks, ended = [0.0], threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, peaks, ended))
        watch.start()
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(given, timeout=kill_after_s)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        finally:
            ended.set()
            watch.join()
        wall_s, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        said.seek(0)
        wrong.seek(0)
        return Run(process.returncode, wall_s, cpu_s, max(peaks), said.read(), wrong.read())


def _watch(pid: int, peaks: list[float], ended: threading.Event) -> None:
    while not ended.wait(0.2):
        peaks.append(sum(_pss_kib(each) for each in _tree(pid)) / 1024)


def _tree(pid: int) -> list[int]:
    children: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += map(int, tasks.read_text().split())
    return [pid, *(below for child in children for below in _tree(child))]


def _pss_kib(pid: int) -> int:
    """Memory that pages shared with others count in for their part only."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
