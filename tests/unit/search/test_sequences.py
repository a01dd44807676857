import tracemalloc

import numpy as np
import pytest

from data.stores.vectors.positions import Positions
from search.generation.table import ClipTable
from search.ranking.sequences import Sequence, sequences


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


@pytest.mark.parametrize("seed", range(8))
def test_every_last_step_is_reached_the_best_way(seed: int) -> None:
    """Against trying all pairs, with scores that are often equal and clips left out."""
    dice = np.random.default_rng(seed)
    table = _table(*[0] * 40)
    rows = np.flatnonzero(dice.random(40) < 0.8)
    scores = dice.integers(0, 4, (3, len(rows))).astype(np.float32)
    within_s = (None, 35.0)
    for one in sequences(table, rows, scores, within_s):
        last = int(np.flatnonzero(rows == one.rows[-1])[0])
        assert one.score == _best_by_trying(table, rows, scores, within_s, 2, last)


def _best_by_trying(
    table: ClipTable,
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
    scores: np.ndarray[tuple[int, int], np.dtype[np.float32]],
    within_s: tuple[float | None, ...],
    step: int,
    last: int,
) -> float:
    if step == 0:
        return float(scores[0, last])
    limit_s = within_s[step - 1]
    gaps_s = table.starts_s[rows[last]] - table.ends_s[rows]
    may = np.flatnonzero((gaps_s >= 0) & (gaps_s <= (np.inf if limit_s is None else limit_s)))
    before = [_best_by_trying(table, rows, scores, within_s, step - 1, int(place)) for place in may]
    return min(max(before, default=-np.inf), float(scores[step, last]))


def test_a_film_of_many_clips_takes_no_square_of_them() -> None:
    count = 20_000
    table = _table(*[0] * count)
    scores = np.random.default_rng(0).random((2, count), np.float32)
    tracemalloc.start()
    found = next(sequences(table, np.arange(count), scores, (None,)))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.score > 0.9
    assert peak_bytes < 64 << 20
