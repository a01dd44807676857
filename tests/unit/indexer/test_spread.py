"""Files on the places of a cluster: whatever machines do, each file ends once, and a failure is nobody else's."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from data.sources.source import Entry, Stamp
from data.stores.shards.accounts import Account
from data.stores.shards.folder import ShardWriter
from data.types import Video, VideoError
from indexer.execute.cluster.fleet import At, ClusterUnavailable, Lost
from indexer.execute.cluster.place import Asked, Broken, Given, Said
from indexer.execute.cluster.spread import MOST_TRIES, Spread
from indexer.execute.work import Claimed, Failed, Made, Part, Result, Same, Step, Work
from models.spec import BrokenTower

ID = "a" * 32
Play = Callable[[At, Given], "Sequence[Said] | Lost | None"]


_spooled: list[Made] = []


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    yield
    while _spooled:
        _spooled.pop().close()


def work(name: str) -> Work:
    return Work(Entry("files", b"/videos", name.encode(), Stamp(1, 0), Path("/videos") / name), ("visual",))


def made(given: Work) -> Made:
    vectors = ShardWriter()
    vectors.append(np.array([1]), np.ones((1, 1), np.float32), np.zeros((1, 1)), None)
    video = Video(ID, 1.0, 1, 1, 1.0, "h264", has_audio=False, taken_at=None)
    account = Account(video, "f" * 32, [], None, datetime.now(UTC))
    _spooled.append(Made(given.entry, ID, (Part("visual", account, vectors),)))
    return _spooled[-1]


def makes(at: At, given: Given) -> Sequence[Said]:
    assert isinstance(given, Work)
    return [Step(1.0), made(given)]


def is_closed(result: Made) -> bool:
    try:
        result.parts[0].vectors.append(np.array([1]), np.ones((1, 1), np.float32), np.zeros((1, 1)), None)
    except ValueError:
        return True
    return False


class Fleet:
    """Plays what places say; one that is dropped is followed by another on the same machine."""

    def __init__(self, play: Play, nodes: Sequence[str]) -> None:
        self._play = play
        self._fresh = [At(number, node) for number, node in enumerate(nodes)]
        self._said: list[tuple[At, Sequence[Said] | Lost]] = []
        self.late: list[tuple[At, Sequence[Said] | Lost]] = []
        self.dropped: list[At] = []
        self.is_closed = False

    def joined(self) -> Sequence[At]:
        fresh, self._fresh = self._fresh, []
        return fresh

    def turn(self, at: At, given: Given) -> None:
        said = self._play(at, given)
        if said is not None:
            self._said.append((at, said))

    def answers(self, wait_s: float) -> Sequence[tuple[At, Sequence[Said] | Lost]]:
        said, self._said = self._said, []
        late, self.late = self.late, []
        return [*said, *late]

    def drop(self, at: At) -> None:
        self.dropped.append(at)
        self._fresh.append(At((at.place, "again"), at.node))

    def close(self) -> None:
        self.is_closed = True


def ran(fleet: Fleet, names: Sequence[str], lease_s: float = 60.0, claims: list[str] | None = None) -> list[Result]:
    def claim(video_id: str, wanted: Sequence[str]) -> Claimed:
        if claims is not None:
            claims.append(video_id)
        return Claimed(tuple(wanted))

    with closing(Spread(lambda _: fleet, lease_s).run([work(name) for name in names], claim)) as results:
        found: list[Result] = [each for each in results if not isinstance(each, Step)]
    assert fleet.is_closed
    return found


def names(results: Sequence[Result]) -> list[bytes]:
    return sorted(each.entry.path for each in results if not isinstance(each, Step))


def test_each_file_is_made_once_by_whatever_place_is_free() -> None:
    results = ran(Fleet(makes, ["a", "b"]), ["1", "2", "3", "4", "5"])
    assert all(isinstance(each, Made) for each in results)
    assert names(results) == [b"1", b"2", b"3", b"4", b"5"]


def test_what_a_lost_place_held_is_made_by_another() -> None:
    def play(at: At, given: Given) -> Sequence[Said] | Lost:
        return Lost("gone") if at == At(0, "a") else makes(at, given)

    fleet = Fleet(play, ["a", "b"])
    results = ran(fleet, ["1", "2", "3"])
    assert [type(each) for each in results] == [Made] * 3
    assert fleet.dropped == [At(0, "a")]


def test_a_file_that_ends_every_process_is_recorded_after_some_tries_and_stops_nothing() -> None:
    tries = 0

    def play(at: At, given: Given) -> Sequence[Said] | Lost:
        nonlocal tries
        if isinstance(given, Work) and given.entry.path == b"poison":
            tries += 1
            return Lost("the process ended")
        return makes(at, given)

    results = ran(Fleet(play, ["a", "b"]), ["1", "poison", "2", "3"])
    (failed,) = [each for each in results if isinstance(each, Failed)]
    assert (tries, failed.error.stage) == (MOST_TRIES, "lost")
    assert failed.error.reason == f"the process ended, tried {MOST_TRIES} times"
    assert len(results) == 4


def test_a_machine_that_returns_late_twice_is_listened_to_not_once() -> None:
    late: list[Made] = []

    def play(at: At, given: Given) -> Sequence[Said] | Lost | None:
        assert isinstance(given, Work)
        if at == At(0, "a"):
            return None
        late.extend([made(given), made(given)])
        fleet.late += [(At(0, "a"), [each]) for each in late[-2:]]
        return makes(at, given)

    fleet = Fleet(play, ["a"])
    results = ran(fleet, ["1"], lease_s=0.01)
    assert [type(each) for each in results] == [Made]
    assert fleet.dropped == [At(0, "a")]
    assert len(late) == 2
    assert all(map(is_closed, late))
    assert not is_closed(next(each for each in results if isinstance(each, Made)))


def test_what_one_machine_can_not_read_another_does() -> None:
    def play(at: At, given: Given) -> Sequence[Said]:
        assert isinstance(given, Work)
        unread = Failed(given.entry, VideoError(given.entry.address, "read", "not there"))
        return [unread] if at.node == "blind" else makes(at, given)

    results = ran(Fleet(play, ["blind", "a", "blind"]), ["1", "2", "3", "4"])
    assert [type(each) for each in results] == [Made] * 4


def test_what_no_machine_can_read_failed_in_a_way_that_passes() -> None:
    def play(at: At, given: Given) -> Sequence[Said]:
        assert isinstance(given, Work)
        return [Failed(given.entry, VideoError(given.entry.address, "read", "not there"))]

    (failed,) = ran(Fleet(play, ["a", "b"]), ["1"])
    assert isinstance(failed, Failed)
    assert (failed.error.stage, failed.error.reason) == ("read", f"not there on a, b, tried {MOST_TRIES} times")


def asks_and_dies_once(seen: Sequence[str]) -> Play:
    """Each try finds the next of these contents; the process ends after the first claim."""
    tries = iter(seen)
    holds: dict[At, Work] = {}

    def play(at: At, given: Given) -> Sequence[Said] | Lost:
        if isinstance(given, Work):
            holds[at] = given
            return [Asked(next(tries), given.wanted)]
        assert given == Claimed(("visual",))
        return Lost("gone") if at == At(0, "a") else makes(at, holds[at])

    return play


def test_what_was_claimed_for_a_file_stays_its_own_when_it_is_tried_again() -> None:
    claims: list[str] = []
    results = ran(Fleet(asks_and_dies_once([ID, ID]), ["a"]), ["1"], claims=claims)
    assert [type(each) for each in results] == [Made]
    assert claims == [ID]


def test_a_file_that_holds_something_else_at_another_try_is_left_for_the_next_run() -> None:
    claims: list[str] = []
    (failed,) = ran(Fleet(asks_and_dies_once([ID, "b" * 32]), ["a"]), ["1"], claims=claims)
    assert isinstance(failed, Failed)
    assert (failed.error.stage, failed.video_id, claims) == ("settle", ID, [ID])


def test_a_twin_is_told_of_as_such() -> None:
    def play(at: At, given: Given) -> Sequence[Said]:
        assert isinstance(given, Work)
        return [Same(given.entry, ID)]

    assert [type(each) for each in ran(Fleet(play, ["a"]), ["1"])] == [Same]


def test_one_machine_whose_tower_is_broken_stops_nothing() -> None:
    def play(at: At, given: Given) -> Sequence[Said]:
        return [Broken("no vectors", of_tower=True)] if at == At(0, "a") else makes(at, given)

    assert [type(each) for each in ran(Fleet(play, ["a", "b"]), ["1", "2"])] == [Made] * 2


def test_where_no_tower_works_no_file_is_to_blame() -> None:
    with pytest.raises(BrokenTower, match="no vectors"):
        ran(Fleet(lambda *_: [Broken("no vectors", of_tower=True)], ["a", "b"]), ["1", "2", "3", "4"])


def test_where_there_is_no_hope_of_any_place_the_run_ends() -> None:
    class Hopeless(Fleet):
        def joined(self) -> Sequence[At]:
            raise ClusterUnavailable("no room")

    fleet = Hopeless(makes, [])
    with pytest.raises(ClusterUnavailable, match="no room"):
        ran(fleet, ["1"])
    assert fleet.is_closed
