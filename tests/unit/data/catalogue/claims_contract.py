"""Leases: of those who ask for the same at the same moment, one gets it, on any engine."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from data.stores.catalog import Catalog, open_catalog
from data.types import Claim
from tests.unit.data.catalogue.ground import PRINT, Ground

TIMES = 1000


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, for_s: float) -> None:
        self.now += timedelta(seconds=for_s)


class ClaimsContract:
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def timed(self, ground: Ground, clock: Clock) -> Iterator[Catalog]:
        catalog = open_catalog(ground.address("timed"), clock=clock)
        yield catalog
        catalog.close()

    @pytest.mark.parametrize("expired", [False, True])
    def test_two_race_a_thousand_times_and_one_wins(
        self, timed: Catalog, ground: Ground, clock: Clock, expired: bool
    ) -> None:
        if expired:
            for number in range(TIMES):
                timed.claim(str(number), PRINT, "dead", 10)
            clock.go_on(10)
        barrier, won = Barrier(2, timeout=30), dict[str, list[bool]]()

        def race(holder: str) -> None:
            catalog = open_catalog(ground.address("timed"), clock=clock)
            won[holder] = []
            for number in range(TIMES):
                barrier.wait()
                won[holder].append(catalog.claim(str(number), PRINT, holder, 60))
            catalog.close()

        threads = [Thread(target=race, args=(holder,)) for holder in ("a", "b")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [one != other for one, other in zip(won["a"], won["b"], strict=True)] == [True] * TIMES
        holders = {claim.video_id: claim.holder for claim in timed.claims()}
        assert [holders[str(number)] == "a" for number in range(TIMES)] == won["a"]

    def test_a_lease_is_its_holders_until_it_expires(self, timed: Catalog, clock: Clock) -> None:
        assert timed.claim("v", PRINT, "a", 10)
        assert timed.claim("v", "e" * 32, "b", 10)
        clock.go_on(9.9)
        assert not timed.claim("v", PRINT, "b", 10)
        clock.go_on(0.1)
        assert timed.claims() == []
        assert timed.claim("v", PRINT, "b", 10)
        assert not timed.claim("v", PRINT, "a", 10)

    def test_asking_again_prolongs_ones_own(self, timed: Catalog, clock: Clock) -> None:
        assert timed.claim("v", PRINT, "a", 10)
        clock.go_on(8)
        assert timed.claim("v", PRINT, "a", 10)
        clock.go_on(8)
        assert timed.claims() == [Claim("v", PRINT, "a", clock.now + timedelta(seconds=2))]

    def test_renewing_prolongs_all_and_tells_what_was_lost(self, timed: Catalog, clock: Clock) -> None:
        for name in ("v", "w"):
            timed.claim(name, PRINT, "a", 10)
        clock.go_on(11)
        assert timed.claim("w", PRINT, "b", 10)
        assert timed.renew("a", 10) == {("v", PRINT)}
        clock.go_on(9)
        assert not timed.claim("v", PRINT, "b", 10)

    def test_what_is_released_is_free_and_that_of_others_is_not(self, timed: Catalog) -> None:
        for name, holder in {"u": "a", "v": "a", "w": "b"}.items():
            timed.claim(name, PRINT, holder, 10)
        timed.release("a", [("u", PRINT), ("w", PRINT)])
        assert [each.video_id for each in timed.claims()] == ["v", "w"]
        timed.release("a", [])
        timed.release("a")
        assert [each.video_id for each in timed.claims()] == ["w"]

    def test_the_leases_of_one_machine_go_together(self, timed: Catalog) -> None:
        for name, holder in {"u": "a_1/7", "v": "a_1/8", "w": "ab1/7"}.items():
            timed.claim(name, PRINT, holder, 10)
        timed.release_all("a_1/")
        assert [each.video_id for each in timed.claims()] == ["w"]
        timed.release_all()
        assert timed.claims() == []
