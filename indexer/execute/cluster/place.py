"""What one process of a cluster does: it follows the work that it is given, a file at a time, in turns.

A turn brings a file, or the answer to a claim, or nothing, and takes back what has come since the last one. So whoever
holds the other end hears of a process at least once a turn, or knows that it is lost.
"""

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data.sources.registry import has_changed
from data.types import VideoError
from indexer.execute.local import Local
from indexer.execute.work import Claimed, Failed, Result, Step, Work
from indexer.modalities.modality import Modality, in_short
from indexer.settings import IndexSettings
from models.spec import BrokenTower

_ASK_S = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """What may be made of this video? Nothing goes on until that is answered."""

    video_id: str
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """Nothing more can be done in this process; `of_tower` where no file at all gets a vector there."""

    reason: str
    of_tower: bool = False


Said = Result | Asked | Broken
Given = Work | Claimed | None


class Place:
    """Runs in a process of its own on whatever machine; its turns come one at a time."""

    def __init__(self, modalities: Sequence[Modality], settings: IndexSettings) -> None:
        self._local = Local(modalities, settings)
        self._work: queue.SimpleQueue[Work] = queue.SimpleQueue()
        self._claimed: queue.SimpleQueue[Claimed] = queue.SimpleQueue()
        self._said: queue.SimpleQueue[Said] = queue.SimpleQueue()
        self._began = threading.Event()
        threading.Thread(target=self._follow, daemon=True).start()

    def ready(self) -> Broken | None:
        """Waits until all is loaded that work needs; why there will be none."""
        self._began.wait()
        return None if self._said.empty() else self._broken()

    def turn(self, given: Given, wait_s: float) -> list[Said]:
        """What has come, within so long; at once when that ends a file or is a question."""
        if isinstance(given, Claimed):
            self._claimed.put(given)
        elif given is not None:
            self._begin(given)
        return _heard(self._said, wait_s)

    def _broken(self) -> Broken | None:
        said = self._said.get()
        return said if isinstance(said, Broken) else None

    def _begin(self, work: Work) -> None:
        # Machines are to see the same files under the same names: where this one does not, the file is not to blame.
        if has_changed(work.entry):
            self._said.put(Failed(work.entry, VideoError(work.entry.address, "read", "not there as it was found")))
        else:
            self._work.put(work)

    def _claim(self, video_id: str, wanted: Sequence[str]) -> Claimed:
        self._said.put(Asked(video_id, tuple(wanted)))
        return self._claimed.get()

    def _follow(self) -> None:
        try:
            for result in self._local.follow(self._waited_for(), self._claim):
                self._said.put(result)
        except Exception as error:  # noqa: BLE001  told to whoever gave the file, who knows what else was tried
            self._said.put(Broken(in_short(error), isinstance(error, BrokenTower)))
        finally:
            self._began.set()

    def _waited_for(self) -> Iterator[Work | None]:
        # Whoever executes asks for work when everything is loaded.
        self._began.set()
        while True:
            try:
                yield self._work.get(timeout=_ASK_S)
            except queue.Empty:
                yield None


def _heard(source: "queue.SimpleQueue[Said]", wait_s: float) -> list[Said]:
    """Steps are added up."""
    video_s, heard, until_s = 0.0, list[Said](), time.monotonic() + wait_s
    while not heard and (left_s := until_s - time.monotonic()) > 0:
        try:
            said = source.get(timeout=left_s)
        except queue.Empty:
            break
        if isinstance(said, Step):
            video_s += said.video_s
        else:
            heard.append(said)
    return [Step(video_s), *heard]
