"""Work on bytes from outside in processes that can be ended: what hangs, crashes or eats memory costs its own process.

parent: question ─▶                                             ─▶ the next question, to the same process
child:              work(beat, *question): answer, beat, answer … end
"""

import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from data.types import QueryError, VideoError

Beat = Callable[[], None]
Work = Callable[..., Iterator[object]]
"""A function of a module, or a `partial` of one: `work(beat, *question)` gives its answers one by one."""

START_S = 60.0
"""How long a process may take to start."""

_BEAT_EVERY_S = 0.5
_END_S = 5.0
# A plane of the largest picture, the most that FFmpeg asks for at once: what comes so near to its bound may have been
# refused one, and FFmpeg goes on without it, not always with a word.
_SPARE_BYTES = 128 << 20


class SandboxError(Exception):
    """No answer came; the message says why."""


class TooSlow(SandboxError):
    """Nothing came out of it for too long."""


class Crashed(SandboxError):
    """Its process ended by itself."""


class OutOfMemory(SandboxError):
    """It needs more memory than it may take, or than the system has left."""


class Failed(SandboxError):
    """It raised what nobody foresaw."""


class Stopped(SandboxError):
    """It was ended on purpose, for good."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a process may use: address space beyond what it starts with, and time without an answer or a beat."""

    memory_bytes: int
    silence_s: float


@dataclass(slots=True)
class _Child:
    process: BaseProcess
    line: Connection
    is_ready: bool = False


class Sandbox:
    """One process, started when first needed and again after anything ended it. One thread asks at a time."""

    def __init__(self, work: Work, bounds: Bounds) -> None:
        self._work, self._bounds = work, bounds
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._is_stopped = False

    def ask(self, *question: object) -> Any:
        """The only answer. Raises as `answers`."""
        (answer,) = self.answers(*question)
        return answer

    def start(self) -> None:
        """Have its process ready before the first question, which else waits for that. Raises SandboxError."""
        child = self._started()
        try:
            with self._named(child):
                self._await_ready(child)
        except SandboxError:
            self.end()
            raise

    def answers(self, *question: object) -> Iterator[Any]:
        """All answers in order; leaving before the last ends the process.

        Raises what the work foresees (VideoError, QueryError), and SandboxError.
        """
        child = self._started()
        is_over = False
        try:
            with self._named(child):
                self._send(child, question)
                kind, value = self._next(child)
            while kind == "answer":
                yield value
                with self._named(child):
                    kind, value = self._next(child)
            is_over = kind == "over"
        finally:
            if not is_over:
                self.end()
        if value is not None:
            raise value

    def end(self) -> None:
        """End the process, whatever it is doing, from any thread; the next question starts another."""
        with self._lock:
            self._end()

    def stop(self) -> None:
        """End it for good, from any thread and at any time; whoever waits for it gets Stopped."""
        with self._lock:
            self._is_stopped = True
            self._end()

    def _end(self) -> None:
        child, self._child = self._child, None
        # Its line closes by itself when no thread waits at it any more.
        if child is not None:
            child.process.kill()
            # A process that waits for a dead disk can't even be killed: it must not be waited for.
            child.process.join(_END_S)

    def _started(self) -> _Child:
        with self._lock:
            if self._is_stopped:
                raise Stopped("it was stopped")
            if self._child is None or not self._child.process.is_alive():
                self._end()
                try:
                    self._child = _spawned(self._work, self._bounds)
                except OSError as error:
                    raise OutOfMemory(f"no process could be started: {error.strerror}") from error
            return self._child

    def _send(self, child: _Child, question: tuple[object, ...]) -> None:
        self._await_ready(child)
        child.line.send(question)

    def _await_ready(self, child: _Child) -> None:
        if not child.is_ready:
            self._message(child, START_S)
            child.is_ready = True

    def _next(self, child: _Child) -> tuple[str, Any]:
        """The next message; beats only show that the work is getting on."""
        while (message := self._message(child, self._bounds.silence_s))[0] == "beat":
            pass
        return message

    def _message(self, child: _Child, silence_s: float) -> tuple[str, Any]:
        if not child.line.poll(silence_s):
            raise TooSlow(f"nothing came out of it for {silence_s:g} s")
        message: tuple[str, Any] = child.line.recv()
        return message

    @contextmanager
    def _named(self, child: _Child) -> Iterator[None]:
        """Says why the line broke."""
        try:
            yield
        except (EOFError, OSError):
            child.process.join(_END_S)
            if self._is_stopped:
                raise Stopped("it was stopped") from None
            code = child.process.exitcode
            if code == -signal.SIGKILL:
                # Not by us: so does a system that has no memory left.
                raise OutOfMemory("not enough memory: the system killed the decoder") from None
            raise Crashed(f"the decoder crashed ({_named_exit(code)})") from None


def _spawned(work: Work, bounds: Bounds) -> _Child:
    # Never fork: the parent has threads, and FFmpeg and FAISS hold locks.
    context = multiprocessing.get_context("spawn")
    line, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work, bounds), daemon=True)
    # Starting this lets Ctrl-C through again.
    resource_tracker.ensure_running()
    # Ctrl-C is for the parent, which ends its processes: they inherit the mask from their first instruction on.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
    return _Child(process, line)


def _named_exit(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


class _Memory:
    """Bounds this process, and knows whether it came near its bound."""

    def __init__(self, extra_bytes: int) -> None:
        self._extra_bytes = extra_bytes
        self._limit_bytes = _address_space_bytes("VmSize") + extra_bytes
        with suppress(ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (self._limit_bytes, self._limit_bytes))

    @property
    def is_short(self) -> bool:
        return _address_space_bytes("VmPeak") > self._limit_bytes - _SPARE_BYTES

    def lack(self) -> OutOfMemory:
        return OutOfMemory(f"not enough memory: it needs more than {self._extra_bytes >> 20} MiB")


def _address_space_bytes(kind: str) -> int:
    """0 where the system does not tell."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{kind}:"):
                return int(line.split()[1]) << 10
    return 0


class _Beat:
    """Tells the parent, now and then, that this process is getting on."""

    def __init__(self, line: Connection) -> None:
        self._line = line
        self._last_s = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self._last_s > _BEAT_EVERY_S:
            self._last_s = time.monotonic()
            self._line.send(("beat", None))


def _serve(line: Connection, work: Work, bounds: Bounds) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    memory = _Memory(bounds.memory_bytes)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        line.send(("ready", None))
        while True:
            failure = _worked(line, work, line.recv(), memory)
            # What came near its bound once would be suspected for ever.
            line.send(("last" if memory.is_short else "over", failure))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _worked(line: Connection, work: Work, question: tuple[object, ...], memory: _Memory) -> Exception | None:
    """Sends the answers; what went wrong is for the parent to raise."""
    try:
        for answer in work(_Beat(line), *question):
            if memory.is_short:
                return memory.lack()
            line.send(("answer", answer))
    except (BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:  # noqa: BLE001  one file's oddity, told to whoever asked
        if memory.is_short or _is_lack(error):
            return memory.lack()
        return error if isinstance(error, VideoError | QueryError) else Failed(f"{type(error).__name__}: {error}")
    return None


def _is_lack(error: BaseException | None) -> bool:
    return error is not None and (isinstance(error, MemoryError) or _is_lack(error.__cause__))
