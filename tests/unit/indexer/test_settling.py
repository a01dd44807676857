"""When what has changed may be indexed."""

from indexer.watch.settling import Stamp, Unsettled


class Folder:
    """Files by name, and a clock, both of which a test moves."""

    def __init__(self) -> None:
        self.now_s, self.files = 0.0, dict[str, Stamp]()
        self.unsettled = Unsettled(10, clock=lambda: self.now_s, look=self.files.get)

    def grow(self, name: str, size: int, *, heard: bool = True) -> None:
        self.files[name] = (size, 0)
        if heard:
            self.unsettled.note([name])

    def rests_at(self, now_s: float) -> bool:
        self.now_s = now_s
        return self.unsettled.is_at_rest()


def test_nothing_is_to_be_done_where_nothing_changed() -> None:
    assert not Folder().rests_at(100)


def test_a_file_is_left_until_it_has_not_changed_for_long_enough_and_is_indexed_once() -> None:
    folder = Folder()
    folder.grow("a", 1)
    assert not folder.rests_at(9)
    folder.grow("a", 2)
    assert not folder.rests_at(18)
    assert folder.rests_at(19)
    assert not folder.rests_at(60)


def test_growth_that_nobody_tells_of_is_seen() -> None:
    folder = Folder()
    folder.grow("a", 1)
    folder.now_s = 5
    assert not folder.unsettled.is_at_rest()
    folder.grow("a", 2, heard=False)
    assert not folder.rests_at(10)
    assert not folder.rests_at(19)
    assert folder.rests_at(20)


def test_a_file_that_grows_for_ever_keeps_the_others_out_for_a_while_only() -> None:
    folder = Folder()
    folder.grow("done", 1)
    ready = []
    for second in range(300):
        folder.grow("recording", second, heard=False)
        if second == 0:
            folder.unsettled.note(["recording"])
        if folder.rests_at(second):
            ready.append(second)
    assert ready[0] == 100
    assert len(ready) < 5
    assert folder.rests_at(320)


def test_what_went_is_a_change_as_well() -> None:
    folder = Folder()
    folder.unsettled.note(["gone"])
    assert folder.rests_at(10)


def test_a_later_look_waits_for_its_time() -> None:
    folder = Folder()
    folder.unsettled.note(after_s=40)
    assert not folder.rests_at(45)
    assert folder.rests_at(50)


def test_so_many_files_at_once_take_bounded_room() -> None:
    folder = Folder()
    folder.unsettled.note(str(number) for number in range(5000))
    assert len(folder.unsettled._files) == 1000
    assert folder.rests_at(10)
