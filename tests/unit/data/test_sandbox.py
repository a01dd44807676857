import contextlib
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from data.sandbox.process import Beat, Bounds, Crashed, Failed, OutOfMemory, Sandbox, Stopped, TooSlow
from data.types import QueryError, VideoError

PATIENT = Bounds(memory_bytes=1 << 30, silence_s=60.0)


def work(beat: Beat, task: str, *more: object) -> Iterator[object]:
    """Stands for decoders: does as it is told."""
    match task, more:
        case "say", words:
            yield from words
        case "pid", _:
            yield os.getpid()
        case "sleep", _:
            time.sleep(600)
        case "wait for", (path,):
            Path(str(path)).read_bytes()  # a pipe: until somebody writes to it
        case "say and hang", (word,):
            yield word
            time.sleep(600)
        case "get on", _:
            for _ in range(8):
                time.sleep(0.25)
                beat()
            yield "there"
        case "exit", (code,):
            os._exit(int(str(code)))
        case "signal", (number,):
            os.kill(os.getpid(), int(str(number)))
        case "take", (size,):
            bytearray(int(str(size)))
        case "lose", (size,):
            with contextlib.suppress(MemoryError):
                grow(int(str(size)))
            yield "half a picture"
        case "raise", (error,):
            assert isinstance(error, Exception)
            raise error


def grow(step: int) -> None:
    kept = []
    while True:
        kept.append(bytearray(step))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox(work, PATIENT)
    yield box
    box.stop()


def test_answers_come_in_order_from_one_process_that_stays(sandbox: Sandbox) -> None:
    assert list(sandbox.answers("say", 1, "two", None)) == [1, "two", None]
    assert list(sandbox.answers("say")) == []
    assert sandbox.ask("pid") == sandbox.ask("pid") != os.getpid()


@pytest.mark.parametrize(
    ("task", "kind", "said"),
    [
        (("exit", 3), Crashed, r"crashed \(exit code 3\)"),
        (("signal", signal.SIGSEGV), Crashed, r"crashed \(SIGSEGV\)"),
        (("signal", signal.SIGKILL), OutOfMemory, "not enough memory: the system killed the decoder"),
        (("take", 4 << 30), OutOfMemory, "not enough memory: it needs more than 1024 MiB"),
        (("raise", ValueError("no good")), Failed, "ValueError: no good"),
    ],
)
def test_each_way_to_fail_has_its_name_and_the_next_question_its_answer(
    sandbox: Sandbox, task: tuple[object, ...], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        sandbox.ask(*task)
    assert sandbox.ask("say", "next") == "next"


@pytest.mark.parametrize("error", [VideoError(Path("a.mp4"), "probe", "no moving picture"), QueryError(3, "no word")])
def test_what_the_work_foresees_comes_through_as_it_is(sandbox: Sandbox, error: VideoError | QueryError) -> None:
    process = sandbox.ask("pid")
    with pytest.raises(type(error), match=str(error)) as raised:
        sandbox.ask("raise", error)
    assert vars(raised.value) == vars(error)
    assert sandbox.ask("pid") == process


def test_a_system_without_room_for_a_process_says_so(sandbox: Sandbox) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(OutOfMemory, match="no process could be started: Too many open files"):
            sandbox.ask("say", "nothing")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert sandbox.ask("say", "room again") == "room again"


def test_started_it_is_ready_for_the_first_question(sandbox: Sandbox) -> None:
    before = set(multiprocessing.active_children())
    sandbox.start()
    (process,) = set(multiprocessing.active_children()) - before
    assert sandbox.ask("pid") == process.pid
    os.kill(process.pid or 0, signal.SIGSTOP)
    sandbox.stop()
    with pytest.raises(Stopped):
        sandbox.start()


def test_silence_ends_it_and_beats_do_not() -> None:
    box = Sandbox(work, Bounds(1 << 30, silence_s=1.5))
    assert box.ask("get on") == "there"
    with pytest.raises(TooSlow, match=r"nothing came out of it for 1\.5 s"):
        box.ask("sleep")
    box.stop()


def test_what_came_near_its_bound_is_not_trusted_and_its_process_not_kept(sandbox: Sandbox) -> None:
    """FFmpeg that is refused a frame may go on without it."""
    process = sandbox.ask("pid")
    with pytest.raises(OutOfMemory):
        sandbox.ask("lose", 16 << 20)
    assert sandbox.ask("pid") != process
    with pytest.raises(VideoError, match="its own fault"):
        sandbox.ask("raise", VideoError(Path("a.mp4"), "decode", "its own fault"))


def test_leaving_before_the_last_answer_ends_what_goes_on(sandbox: Sandbox) -> None:
    process = sandbox.ask("pid")
    assert next(sandbox.answers("say and hang", "first")) == "first"
    assert sandbox.ask("pid") != process


def test_stopped_before_it_began_it_never_begins(sandbox: Sandbox) -> None:
    sandbox.stop()
    with pytest.raises(Stopped):
        sandbox.ask("say", "too late")
    sandbox.stop()


def test_stopped_while_it_starts_or_works_it_ends_at_once(sandbox: Sandbox, tmp_path: Path) -> None:
    with ThreadPoolExecutor() as threads:
        starting = Sandbox(work, PATIENT)
        asked = threads.submit(starting.ask, "sleep")
        while starting._child is None:
            time.sleep(0.001)
        starting.stop()

        os.mkfifo(tmp_path / "pipe")
        working = threads.submit(sandbox.ask, "wait for", tmp_path / "pipe")
        with (tmp_path / "pipe").open("wb"):  # waits until it is being read
            sandbox.stop()
        for each in (asked, working):
            with pytest.raises(Stopped):
                each.result(30)


def test_ended_it_starts_anew_when_asked(sandbox: Sandbox) -> None:
    process = sandbox.ask("pid")
    sandbox.end()
    assert sandbox.ask("pid") != process


_FIRST = """
import os, signal
from data.sandbox.process import Sandbox
from tests.unit.data.test_sandbox import PATIENT, work
box = Sandbox(work, PATIENT)
os.kill(box.ask("pid"), signal.SIGINT)
print(box.ask("say", "still here"))
"""


def test_ctrl_c_is_for_the_parent_from_the_first_process_on() -> None:
    ran = subprocess.run([sys.executable, "-c", _FIRST], capture_output=True, text=True, timeout=120, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "still here\n", "")


_PARENT = """
import sys
from data.sandbox.process import Sandbox
from tests.unit.data.test_sandbox import PATIENT, work
box = Sandbox(work, PATIENT)
print(box.ask("pid"), flush=True)
box.ask("wait for", sys.argv[1])
"""


def test_a_process_that_hangs_ends_with_its_parent(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    command = [sys.executable, "-c", _PARENT, str(tmp_path / "pipe")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path.cwd()) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        with (tmp_path / "pipe").open("wb"):  # waits until it is being read
            parent.kill()
            parent.wait()
            deadline_s = time.monotonic() + 60
            while _lives(child):
                assert time.monotonic() < deadline_s
                time.sleep(0.05)


def _lives(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
