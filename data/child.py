"""A program of ours that runs beside this one: what it says, line by line, how it is told to stop, and how it ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from types import MappingProxyType

# Longer lines are heard in pieces, and of what is printed no more is kept.
_LINE_BYTES = 64 << 10
_PRINTED_BYTES = 16 << 20


def program(*words: str | bytes | Path) -> list[str | bytes | Path]:
    """`sceneseek` with these words, as this process would run it; it stops when nobody holds its stdin any more."""
    return [sys.executable, "-m", "sceneseek", "--leashed", *words]


class Child:
    """Started at once, in a process group of its own: Ctrl-C at the terminal is not for it.

    Its leash is its stdin, which ends with this process, too, however that ends. `hear` is told every line of its
    stderr, `ended` its exit status (negative for a signal), both in a thread. `settings` precede this process's own.
    """

    def __init__(
        self,
        command: Sequence[str | bytes | Path],
        *,
        hear: Callable[[str], None],
        ended: Callable[[int], None] = lambda _: None,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        pipe, environment = subprocess.PIPE, {**os.environ, **settings}
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, process_group=0, env=environment
        )
        self._hear, self._ended = hear, ended
        self._printed = bytearray()
        self._printing = Thread(target=self._collect, daemon=True)
        self._attending = Thread(target=self._attend, daemon=True)
        self._printing.start()
        self._attending.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Until `ended` has returned."""
        return self._attending.is_alive()

    @property
    def printed(self) -> str:
        """What came on its stdout, whole once it has ended."""
        return self._printed.decode(errors="replace")

    def stop(self) -> None:
        """Let go of the leash: as Ctrl-C, once, however often this is called."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()

    def kill(self) -> None:
        """End it and all that it started, whatever they are doing."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def wait(self, within_s: float | None = None) -> int | None:
        """Its exit status, once `ended` has returned; None while it goes on."""
        self._attending.join(within_s)
        return None if self._attending.is_alive() else self._process.returncode

    def end(self, grace_s: float) -> None:
        """Stop it, and kill it where it does not end in time."""
        self.stop()
        if self.wait(grace_s) is None:
            self.kill()
            self.wait(grace_s)

    def _attend(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as told:
            while line := told.readline(_LINE_BYTES):
                self._hear(line.decode(errors="replace").rstrip())
        code = self._process.wait()
        self._printing.join()
        self.stop()
        self._ended(code)

    def _collect(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as out:
            while piece := out.read(_LINE_BYTES):
                self._printed += piece[: _PRINTED_BYTES - len(self._printed)]
