"""Programs that run beside this one, on a leash."""

import os
import signal
import subprocess
import sys
import time

import pytest

from data.child import Child
from tests.e2e.programs import until

_FOR_EVER = "import time\nwhile True: time.sleep(0.1)"
# As the command line does with `--leashed`.
_LEASHED = """
import sys
from sceneseek.commands.leash import leash
leash()
try:
    print("ready", file=sys.stderr, flush=True)
    while True: pass
except KeyboardInterrupt:
    print("stopped", file=sys.stderr, flush=True)
"""


def _child(script: str) -> tuple[Child, list[str], list[int]]:
    lines: list[str] = []
    codes: list[int] = []
    return Child([sys.executable, "-c", script], hear=lines.append, ended=codes.append), lines, codes


def test_lines_what_was_printed_and_the_status_are_kept() -> None:
    child, lines, codes = _child("import sys; print('a', file=sys.stderr); print('out'); sys.exit(3)")
    assert child.wait(30) == 3
    assert (lines, codes, child.printed, child.is_alive) == (["a"], [3], "out\n", False)


def test_what_it_is_told_precedes_what_this_process_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCENESEEK_CATALOG", "mine")
    script = "import os; print(os.environ['SCENESEEK_CATALOG'], 'PATH' in os.environ)"
    child = Child([sys.executable, "-c", script], hear=print, settings={"SCENESEEK_CATALOG": "its"})
    assert (child.wait(30), child.printed) == (0, "its True\n")


def test_letting_go_stops_it_once() -> None:
    child, lines, codes = _child(_LEASHED)
    until(lambda: lines == ["ready"], within_s=30)
    child.stop()
    child.stop()
    assert (child.wait(30), lines, codes) == (0, ["ready", "stopped"], [0])


def test_what_does_not_stop_is_killed() -> None:
    child, _, codes = _child(_FOR_EVER)
    child.end(0.3)
    assert codes == [-signal.SIGKILL]


def test_it_ends_with_the_program_that_started_it_however_that_ends() -> None:
    starter = (
        "import sys, time\nfrom data.child import Child\n"
        "from threading import Event\n"
        "ready = Event()\n"
        f"child = Child([sys.executable, '-c', {_LEASHED!r}], hear=lambda _: ready.set())\n"
        "ready.wait()\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(100)"
    )
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
        until(lambda: not _lives(pid), within_s=30)


def test_endless_lines_and_output_take_bounded_room() -> None:
    child, lines, _ = _child("import sys; sys.stderr.write('x' * 200_000); sys.stdout.write('y' * 20_000_000)")
    assert child.wait(60) == 0
    assert max(map(len, lines)) <= 64 << 10
    assert len(child.printed) == 16 << 20


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_killing_reaches_what_it_started() -> None:
    script = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {_FOR_EVER!r}]); " + (
        "print(p.pid, file=sys.stderr, flush=True); p.wait()"
    )
    child, lines, _ = _child(script)
    until(lambda: bool(lines), within_s=30)
    child.kill()
    assert child.wait(30) == -signal.SIGKILL
    time.sleep(0.1)
    assert not _lives(int(lines[0]))
