"""Lines out of whole files, each read by a process of its own: what hangs or crashes costs one file."""

from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from data.sandbox.pool import Pool
from data.sandbox.process import Bounds, OutOfMemory, Sandbox, SandboxError
from data.sources.source import Entry
from data.stores.shards.accounts import Account
from data.stores.shards.folder import ShardWriter
from data.types import Video, VideoError, Words
from indexer.execute.work import Claiming, Failed, Made, Part, Result, Same, Step
from indexer.modalities.lines import NOTHING, Beside, Line, Lines, Transcriber

_WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class Todo:
    """A video, one of the places where it lies, and what lies beside them."""

    entry: Entry
    video: Video
    beside: Beside = NOTHING


class Transcribe:
    """Executes one transcriber."""

    def __init__(self, modality: Transcriber, stall_s: float) -> None:
        self._modality, self._stall_s = modality, stall_s

    def run(self, work: Sequence[Todo], claiming: Claiming) -> Generator[Result]:
        """One Same, Made or Failed for each, and steps between; whoever leaves early closes the iterator."""
        count = min(self._modality.at_once, len(work))
        bounds = Bounds(self._modality.memory_bytes, self._stall_s)
        waiting = iter(work)
        with closing(Pool(self._modality.work(), bounds, count=count, waiting=0)) as pool:
            running: dict[Future[Lines], Todo] = {}
            while True:
                while len(running) < count and (todo := next(waiting, None)) is not None:
                    claim = claiming(todo.video.id, [self._modality.name])
                    if claim.mine:
                        running[pool.begin(partial(_asked, todo))] = todo
                    else:
                        yield Same(todo.entry, todo.video.id)
                if not running:
                    return
                done, _ = wait(running, _WAIT_S, FIRST_COMPLETED)
                for future in done:
                    yield from self._result(running.pop(future), future)
                yield Step()

    def _result(self, todo: Todo, future: Future[Lines]) -> Generator[Result]:
        try:
            found = future.result()
        except VideoError as error:
            yield Failed(todo.entry, error, todo.video.id)
        except SandboxError as error:
            stage = "memory" if isinstance(error, OutOfMemory) else self._modality.name
            yield Failed(todo.entry, VideoError(todo.entry.address, stage, str(error)), todo.video.id)
        else:
            yield Step(todo.video.duration_s)
            yield Made(todo.entry, todo.video.id, (self._part(todo.video, found),))

    def _part(self, video: Video, found: Lines) -> Part:
        texts = [_words(video.id, self._modality.fingerprint, *each) for each in enumerate(found.found)]
        account = Account(video, self._modality.fingerprint, [], found.lost, datetime.now(UTC), texts)
        return Part(self._modality.name, account, ShardWriter())


def _asked(todo: Todo, sandbox: Sandbox) -> Lines:
    found: Lines = sandbox.ask(todo.entry.address, todo.video, todo.beside)
    return found


def _words(video_id: str, fingerprint: str, number: int, line: Line) -> Words:
    said = line.text, line.language, line.word_starts_s
    return Words(video_id, fingerprint, number, line.start_s, line.end_s, *said)
