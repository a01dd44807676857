"""Gives files to the places of a cluster, one each, and takes what comes of them: once, whatever machines do.

A place that is lost, or silent for too long, loses its file to another; what it says later is not listened to. A file
that a machine can't read is tried on others. After so many tries a file has failed, and the others go on.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from data.types import VideoError
from indexer.execute.cluster.fleet import At, Fleet, Lost
from indexer.execute.cluster.place import Asked, Broken, Given, Said
from indexer.execute.work import Claimed, Claiming, Failed, Made, Result, Same, Step, Work
from models.spec import BrokenTower

MOST_TRIES = 3
_WAIT_S = 0.5


@dataclass(slots=True, eq=False)
class _File:
    """What has been tried with it, and what was claimed of it at the first try that came so far."""

    work: Work
    tries: int = 0
    unread_at: set[str] = field(default_factory=set)
    claim: tuple[str, Claimed] | None = None

    def failed(self, stage: str, reason: str) -> Failed:
        error = VideoError(self.work.entry.address, stage, reason)
        return Failed(self.work.entry, error, self.claim and self.claim[0])


class Spread:
    """Executes on a fleet, which it opens for each run; a turn that takes longer than `lease_s` is not waited for."""

    def __init__(self, open_fleet: Callable[[int], Fleet], lease_s: float) -> None:
        self._open_fleet, self._lease_s = open_fleet, lease_s

    def run(self, work: Sequence[Work], claiming: Claiming) -> Generator[Result]:
        """As many files are held by places as there are places, and their results by nobody."""
        with closing(self._open_fleet(len(work))) as fleet:
            yield from _Run(fleet, work, claiming, self._lease_s).results()


class _Run:
    def __init__(self, fleet: Fleet, work: Sequence[Work], claiming: Claiming, lease_s: float) -> None:
        self._fleet, self._claiming, self._lease_s = fleet, claiming, lease_s
        self._waiting = deque(_File(each) for each in work)
        self._idle: list[At] = []
        self._held: dict[At, _File] = {}
        self._due_s: dict[At, float] = {}
        self._broken_towers = 0

    def results(self) -> Iterator[Result]:
        while self._waiting or self._held:
            self._idle += self._fleet.joined()
            self._give()
            for at, said in self._fleet.answers(_WAIT_S):
                yield from self._answered(at, said)
            for at in [at for at, due_s in self._due_s.items() if time.monotonic() > due_s]:
                yield from self._lost(at, Lost(f"nothing came from {at.node} for {self._lease_s:g} s"))
            yield Step()

    def _give(self) -> None:
        """Each place that has nothing to do the first file that was not found to be unreadable there."""
        for at in list(self._idle):
            file = next((each for each in self._waiting if at.node not in each.unread_at), None)
            if file is not None:
                self._hold(at, file)
        # Rather once more where it could not be read than never.
        if self._idle and self._waiting and not self._held:
            self._hold(self._idle[0], self._waiting[0])

    def _hold(self, at: At, file: _File) -> None:
        self._waiting.remove(file)
        self._idle.remove(at)
        self._held[at] = file
        self._turn(at, file.work)

    def _turn(self, at: At, given: Given) -> None:
        self._due_s[at] = time.monotonic() + self._lease_s
        self._fleet.turn(at, given)

    def _answered(self, at: At, said: Sequence[Said] | Lost) -> Iterator[Result]:
        file = self._held.get(at)
        if file is None:
            # It was given up, and its file is another's.
            _drop(said)
        elif isinstance(said, Lost):
            yield from self._lost(at, said)
        else:
            yield from self._heard(at, file, said)

    def _heard(self, at: At, file: _File, said: Sequence[Said]) -> Iterator[Result]:
        given: Given = None
        for each in said:
            match each:
                case Broken():
                    self._note_tower(each)
                    yield from self._lost(at, Lost(each.reason))
                    return
                case Asked(video_id, wanted):
                    claim = self._claim(file, video_id, wanted)
                    if claim is None:
                        yield from self._lost(at, None)
                        yield file.failed("settle", "it changed while it was read")
                        return
                    given = claim
                case Step():
                    yield each
                case _:
                    self._free(at)
                    yield from self._ended(at, file, each)
        if at in self._held:
            self._turn(at, given)

    def _claim(self, file: _File, video_id: str, wanted: tuple[str, ...]) -> Claimed | None:
        """What was claimed at an earlier try is still this file's; None where it held something else then."""
        if file.claim is None:
            claim = self._claiming(video_id, wanted)
            if not claim.mine:
                return claim
            file.claim = video_id, claim
        return file.claim[1] if file.claim[0] == video_id else None

    def _free(self, at: At) -> None:
        del self._held[at], self._due_s[at]
        self._idle.append(at)

    def _ended(self, at: At, file: _File, result: Made | Same | Failed) -> Iterator[Result]:
        self._broken_towers = 0
        if not isinstance(result, Failed):
            yield result
        elif result.error.stage == "read":
            file.unread_at.add(at.node)
            reason = f"{result.error.reason} on {', '.join(sorted(file.unread_at))}"
            yield from self._again(file, "read", reason)
        else:
            yield file.failed(result.error.stage, result.error.reason) if file.claim else result

    def _lost(self, at: At, lost: Lost | None) -> Iterator[Result]:
        """End a place; its file is tried again, unless there is nothing to say of the loss."""
        self._fleet.drop(at)
        file = self._held.pop(at)
        del self._due_s[at]
        if lost is not None:
            yield from self._again(file, "memory" if lost.for_memory else "lost", lost.reason)

    def _again(self, file: _File, stage: str, reason: str) -> Iterator[Result]:
        """At once, so that what ends every process it is given to is found out before the run ends."""
        file.tries += 1
        if file.tries < MOST_TRIES:
            self._waiting.appendleft(file)
        else:
            yield file.failed(stage, f"{reason}, tried {MOST_TRIES} times")

    def _note_tower(self, broken: Broken) -> None:
        """One machine whose tower is broken is no reason to stop; several in a row, and no file between, are."""
        self._broken_towers += broken.of_tower
        if self._broken_towers >= MOST_TRIES:
            raise BrokenTower(broken.reason)


def _drop(said: Sequence[Said] | Lost) -> None:
    for each in said if not isinstance(said, Lost) else ():
        if isinstance(each, Made):
            each.close()
