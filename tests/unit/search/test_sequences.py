import numpy as np

from data.positions import Positions
from search.sequences import Sequence, sequences
from search.table import ClipTable


def _table(*videos: int) -> ClipTable:
    """Clips of 10 s, one after the other in each video."""
    numbers = np.array(videos, np.int32)
    starts_s = np.concatenate([10.0 * np.arange(count) for count in np.bincount(numbers)])
    return ClipTable(
        video_ids=tuple(f"{number:032x}" for number in range(numbers.max() + 1)),
        ids=np.arange(len(numbers)),
        videos=numbers,
        shots=np.arange(len(numbers), dtype=np.int32),
        starts_s=starts_s,
        ends_s=starts_s + 10,
        places=np.arange(len(numbers), dtype=np.int32),
        positions=Positions(np.arange(len(numbers))),
    )


def _found(table: ClipTable, *scores: list[float], within_s: tuple[float | None, ...]) -> list[Sequence]:
    return list(sequences(table, np.arange(len(table)), np.array(scores, np.float32), within_s))


def test_order_counts_and_the_worst_step_decides() -> None:
    best = _found(_table(0, 0, 1, 1), [5, 0, 0, 5], [0, 3, 4, 0], within_s=(None,))[0]
    assert (best.rows, best.score) == ((0, 1), 3.0)


def test_steps_too_far_apart_or_in_different_videos_do_not_count() -> None:
    table = _table(0, 0, 0, 1)
    assert _found(table, [5, 0, 0, 0], [0, 0, 5, 5], within_s=(5.0,))[0].rows != (0, 2)
    assert _found(table, [5, 0, 0, 0], [0, 0, 5, 5], within_s=(10.0,))[0].rows == (0, 2)
    assert all(one.rows != (0, 3) for one in _found(table, [5, 0, 0, 0], [0, 0, 0, 5], within_s=(None,)))


def test_three_steps_follow_one_another() -> None:
    best = _found(_table(0, 0, 0, 0), [9, 0, 0, 0], [0, 0, 8, 0], [0, 9, 0, 7], within_s=(None, None))[0]
    assert (best.rows, best.score) == ((0, 2, 3), 7.0)


def test_no_clip_is_in_two_sequences() -> None:
    found = _found(_table(0, 0, 0), [5, 4, 0], [0, 4, 5], within_s=(None,))
    rows = [row for one in found for row in one.rows]
    assert len(rows) == len(set(rows))


def test_nothing_to_choose_from_gives_nothing() -> None:
    assert not list(sequences(_table(0), np.empty(0, np.int64), np.empty((2, 0), np.float32), (None,)))
