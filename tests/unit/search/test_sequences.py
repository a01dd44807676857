import tracemalloc

import numpy as np
import pytest

from data.stores.vectors.store import Clips
from search.ranking.sequences import Sequence, sequences
from tests.memory_vectors import clips_of


def _found(clips: Clips, *scores: list[float], within_s: tuple[float | None, ...]) -> list[Sequence]:
    return list(sequences(clips, np.array(scores, np.float32), within_s))


def test_order_counts_and_the_worst_step_decides() -> None:
    best = _found(clips_of([2, 2]), [5, 0, 0, 5], [0, 3, 4, 0], within_s=(None,))[0]
    assert (best.places, best.score) == ((0, 1), 3.0)


def test_steps_too_far_apart_or_in_different_videos_do_not_count() -> None:
    clips = clips_of([3, 1])
    assert _found(clips, [5, 0, 0, 0], [0, 0, 5, 5], within_s=(5.0,))[0].places != (0, 2)
    assert _found(clips, [5, 0, 0, 0], [0, 0, 5, 5], within_s=(10.0,))[0].places == (0, 2)
    assert all(one.places != (0, 3) for one in _found(clips, [5, 0, 0, 0], [0, 0, 0, 5], within_s=(None,)))


def test_three_steps_follow_one_another() -> None:
    best = _found(clips_of([4]), [9, 0, 0, 0], [0, 0, 8, 0], [0, 9, 0, 7], within_s=(None, None))[0]
    assert (best.places, best.score) == ((0, 2, 3), 7.0)


def test_no_clip_is_in_two_sequences() -> None:
    found = _found(clips_of([3]), [5, 4, 0], [0, 4, 5], within_s=(None,))
    places = [place for one in found for place in one.places]
    assert len(places) == len(set(places))


def test_nothing_to_choose_from_gives_nothing() -> None:
    assert not list(sequences(clips_of([1])[:0], np.empty((2, 0), np.float32), (None,)))


@pytest.mark.parametrize("seed", range(8))
def test_every_last_step_is_reached_the_best_way(seed: int) -> None:
    """Against trying all pairs, with scores that are often equal and clips left out."""
    dice = np.random.default_rng(seed)
    clips = clips_of([40])[np.flatnonzero(dice.random(40) < 0.8)]
    scores = dice.integers(0, 4, (3, len(clips))).astype(np.float32)
    within_s = (None, 35.0)
    for one in sequences(clips, scores, within_s):
        assert one.score == _best_by_trying(clips, scores, within_s, 2, one.places[-1])


def _best_by_trying(
    clips: Clips,
    scores: np.ndarray[tuple[int, int], np.dtype[np.float32]],
    within_s: tuple[float | None, ...],
    step: int,
    last: int,
) -> float:
    if step == 0:
        return float(scores[0, last])
    limit_s = within_s[step - 1]
    gaps_s = clips.starts_s[last] - clips.ends_s
    may = np.flatnonzero((gaps_s >= 0) & (gaps_s <= (np.inf if limit_s is None else limit_s)))
    before = [_best_by_trying(clips, scores, within_s, step - 1, int(place)) for place in may]
    return min(max(before, default=-np.inf), float(scores[step, last]))


def test_a_film_of_many_clips_takes_no_square_of_them() -> None:
    count = 20_000
    clips = clips_of([count])
    scores = np.random.default_rng(0).random((2, count), np.float32)
    tracemalloc.start()
    found = next(sequences(clips, scores, (None,)))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.score > 0.9
    assert peak_bytes < 64 << 20
