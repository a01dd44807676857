from search.service.status import status_lines
from search.service.wire import Indexing, Status

STATUS = Status(
    library="/library",
    model="vlc-lite",
    generation="00000002",
    files=26,
    videos=25,
    clips=61,
    hours=0.05524311111111111,
    partial=0,
    failed=1,
    skipped=0,
    duplicates=1,
    gone=0,
    forgotten=0,
    bytes=4_123_456,
    indexing=None,
)


def test_a_library_is_told_in_minutes_and_megabytes() -> None:
    lines = status_lines(STATUS.model_dump())
    assert "video time  3 min 19 s" in lines
    assert "on disk     4.1 MB" in lines
    assert "indexing    no run in progress" in lines


def test_a_library_that_is_being_made_says_how_far_it_is() -> None:
    run = Indexing(files_done=0, files_total=1, eta_s=None, failed=0)
    begun = STATUS.model_copy(update={"model": None, "generation": None, "indexing": run})
    lines = status_lines(begun.model_dump())
    assert "model       none yet" in lines
    assert "indexing    0 of 1 file, 0 failed" in lines
    run.eta_s = 90
    assert status_lines(begun.model_dump())[-1] == "indexing    0 of 1 file, 1 min 30 s left, 0 failed"


def test_what_was_set_aside_is_told_where_there_is_any() -> None:
    assert not any("set aside" in line for line in status_lines(STATUS.model_dump()))
    some = STATUS.model_copy(update={"set_aside": 2_000})
    assert "set aside   2.0 kB" in status_lines(some.model_dump())
