import threading

from search.service.status import Footprint


class Disk:
    """Takes `seconds` to count, by its own clock."""

    def __init__(self, seconds: float) -> None:
        self.now_s, self.bytes, self.counted = 0.0, 1000, 0
        self._seconds = seconds

    def count(self) -> int:
        self.counted += 1
        self.now_s += self._seconds
        return self.bytes


def test_a_large_library_is_counted_for_a_hundredth_of_the_time_however_often_it_is_asked() -> None:
    disk = Disk(seconds=1.0)
    footprint = Footprint(disk.count, lambda: disk.now_s)
    while disk.now_s < 1000:
        footprint.bytes()
        disk.now_s += 0.25
    assert disk.counted == 10


def test_a_small_library_is_counted_nearly_each_time() -> None:
    disk = Disk(seconds=0.001)
    footprint = Footprint(disk.count, lambda: disk.now_s)
    assert footprint.bytes() == 1000
    disk.bytes = 2000
    disk.now_s += 0.1
    assert footprint.bytes() == 2000


def test_who_asks_during_the_counting_gets_the_number_before() -> None:
    disk = Disk(seconds=1.0)
    counting, go_on = threading.Event(), threading.Event()

    def slowly() -> int:
        if disk.counted:
            counting.set()
            assert go_on.wait(10)
        return disk.count()

    footprint = Footprint(slowly, lambda: disk.now_s)
    footprint.bytes()
    disk.now_s += 1000
    disk.bytes = 2000
    other = threading.Thread(target=footprint.bytes)
    other.start()
    assert counting.wait(10)
    assert footprint.bytes() == 1000
    go_on.set()
    other.join()
    assert footprint.bytes() == 2000


def test_counting_that_fails_is_tried_again() -> None:
    disk = Disk(seconds=1.0)
    failures = iter([OSError("gone")])

    def count() -> int:
        for failure in failures:
            raise failure
        return disk.count()

    footprint = Footprint(count, lambda: disk.now_s)
    try:
        footprint.bytes()
    except OSError:
        assert footprint.bytes() == 1000
