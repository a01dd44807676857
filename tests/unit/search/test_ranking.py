"""Ranking on arrays: what is best by its score comes first, and no more is fetched than that takes."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from search.query.tree import And, Not, Or, Query, Stretch, Text, Then
from search.ranking import candidates
from search.ranking.candidates import Ranked, ranked
from search.ranking.free import Free
from search.ranking.moments import spans
from search.ranking.plan import Plan
from tests.memory_vectors import Counted, MemoryVectors, all_moments, asked, clips_of, sentence, units, video_id

CLIPS, DIM = 2000, 32


@pytest.fixture
def vectors() -> Counted:
    """Clips of one video each."""
    values = units(np.random.default_rng(3).normal(size=(CLIPS, DIM)))
    return Counted(clips_of([1] * CLIPS, seed=3), values)


def films(seed: int, *, is_exact: bool = True) -> MemoryVectors:
    """Videos of many clips, some of which follow one another and look alike."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 40, 60).tolist()
    scenes = units(rng.normal(size=(30, DIM)))
    shown = np.repeat(scenes[rng.integers(30, size=sum(counts))], 2, axis=0)[: sum(counts)]
    return MemoryVectors(clips_of(counts, seed=seed), units(shown + 0.3 * rng.normal(size=shown.shape)), is_exact)


def query(seed: int = 4) -> Plan:
    return sentence(np.random.default_rng(seed).normal(size=DIM).astype(np.float32))


@pytest.mark.parametrize("expected", [1, 21, 500])
def test_a_sentence_gets_the_best_by_its_score_from_one_piece(vectors: Counted, expected: int) -> None:
    plan = query()
    found = [(one.peak, one.score) for one in islice(ranked(asked(vectors, plan, expected=expected)), expected)]
    scores = vectors.values @ plan.vectors[0] - vectors.all.bias
    best = np.argsort(-scores)[:expected]
    assert [peak for peak, _ in found] == vectors.all.ids[best].tolist()
    assert [score for _, score in found] == pytest.approx(scores[best].tolist(), abs=1e-6)
    assert len(vectors.given) == 1


def test_whoever_reads_further_than_expected_gets_the_rest(vectors: Counted) -> None:
    found = list(ranked(asked(vectors, query(), expected=1)))
    assert len({one.peak for one in found}) == CLIPS
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert len(vectors.given) > 2


def test_no_further_piece_is_read_where_nothing_more_can_be_sure_enough(vectors: Counted) -> None:
    plan = query()
    every = all_moments(vectors, plan)
    sure = [one for one in every if one.confidence is not None and one.confidence >= 0.35]
    assert 0 < len(sure) < CLIPS / 4
    vectors.given.clear()
    assert list(ranked(asked(vectors, plan, least_confidence=0.35))) == sure
    assert sum(vectors.given) < CLIPS
    vectors.given.clear()
    assert list(ranked(asked(vectors, plan, least_confidence=0.99))) == []
    assert len(vectors.given) == 1


@pytest.mark.parametrize("seed", range(4))
def test_how_much_is_fetched_at_once_changes_nothing(seed: int) -> None:
    vectors, plan = films(seed), query(seed)
    whole = [replace(one, score=0) for one in all_moments(vectors, plan)]
    found = [replace(one, score=0) for one in ranked(asked(vectors, plan, expected=1))]
    assert found == whole


def test_what_a_store_that_is_not_exact_finds_late_ranks_no_higher_than_what_came_before() -> None:
    found = list(ranked(asked(films(1, is_exact=False), query())))
    exact = all_moments(films(1), query())
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert {one.peak for one in found[:20]} == {one.peak for one in exact[:20]}


def test_moments_hold_clips_that_no_other_moment_holds() -> None:
    vectors = films(2)
    moments = all_moments(vectors, query())
    held = [vectors.of_video(one.whole.video_id, one.whole.start_s, one.whole.end_s) for one in moments]
    ids = np.concatenate([clips.ids for clips in held])
    assert sorted(ids.tolist()) == sorted(vectors.all.ids.tolist())
    assert max(len(clips) for clips in held) > 1
    assert max(one.whole.end_s - one.whole.start_s for one in moments) == 30
    assert all(one.peak in clips.ids for one, clips in zip(moments, held, strict=True))


def first_moment(scores: list[float], *, shot_of: int, length_s: float = 2.0) -> Stretch:
    """Of clips of these scores one after the other in one video, each `shot_of` of them a shot."""
    clips = clips_of([len(scores)])
    times_s = np.arange(len(scores) + 1, dtype=np.float64) * np.float64(length_s)
    clips = replace(clips, shots=clips.numbers // shot_of, starts_s=times_s[:-1], ends_s=times_s[1:])
    vectors = MemoryVectors(clips, np.eye(len(scores), DIM, dtype=np.float32))
    by_id = dict(zip(clips.ids.tolist(), scores, strict=True))
    found = spans(
        vectors,
        clips[np.argsort(-np.array(scores), kind="stable")],
        lambda some: np.array([by_id[each] for each in some.ids.tolist()], np.float32),
        free=Free(vectors),
        mean_score=0.0,
    )
    first = next(found)
    return Stretch(video_id(0), first.start_s, first.end_s)


def test_a_moment_goes_over_cuts_as_far_as_its_clips_stand_out_of_what_is_around() -> None:
    around = [0.1] * 6
    assert first_moment([*around, 0.4, 0.5, 0.45, *around], shot_of=1) == Stretch(video_id(0), 12.0, 18.0)
    # What is nearer to all that is around than to the peak is not joined over a cut.
    assert first_moment([*around, 0.25, 0.5, 0.45, *around], shot_of=1) == Stretch(video_id(0), 14.0, 18.0)


def test_what_is_nearly_the_same_is_joined_within_a_shot_only() -> None:
    scores = [0.4, 0.41, 0.5, 0.41, 0.4, 0.41, 0.4]
    assert first_moment(scores, shot_of=7) == Stretch(video_id(0), 0.0, 14.0)
    assert first_moment(scores, shot_of=1) == Stretch(video_id(0), 4.0, 6.0)


def test_a_moment_reaches_four_clips_to_either_side_and_thirty_seconds() -> None:
    assert first_moment([0.5, *[0.49] * 10], shot_of=20) == Stretch(video_id(0), 0.0, 10.0)
    assert first_moment([0.49] * 5 + [0.5] + [0.49] * 5, shot_of=20, length_s=8.0) == Stretch(video_id(0), 32.0, 56.0)


def test_clips_that_can_not_be_scored_are_no_part_of_what_is_around() -> None:
    nothing = float("-inf")
    assert first_moment([nothing, 0.2, 0.5, 0.45, nothing], shot_of=1) == Stretch(video_id(0), 4.0, 8.0)


A, B, C = (Text(name) for name in "abc")
ONE = (1.0, 1.0)


def composed(tree: Query, leaves: int, unwanted: int | None = None) -> Plan:
    wanted = np.array([place != unwanted for place in range(leaves)])
    return Plan(tree, units(np.random.default_rng(9).normal(size=(leaves, DIM))), wanted, np.full(leaves, True))


@pytest.mark.parametrize(
    "plan",
    [
        composed(And((A, B), ONE), 2),
        composed(Or((A, B), (1.0, 3.0)), 2),
        composed(And((A, Not(B)), ONE), 2, 1),
        composed(Then((A, B), (None,)), 2),
        composed(Then((A, Or((B, C), ONE)), (30.0,)), 3),
    ],
)
def test_a_composed_query_chooses_from_all_clips_of_a_small_library_and_the_nearest_of_a_large_one(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = films(3)
    small = list(islice(ranked(asked(vectors, plan)), 5))
    monkeypatch.setattr(candidates, "_ALL_CLIPS", 10)
    monkeypatch.setattr(candidates, "_NEAREST_OF_EACH", 400)
    large = list(islice(ranked(asked(vectors, plan)), 5))
    assert [one.peak for one in large] == [one.peak for one in small]
    assert [one.score for one in small] == sorted((one.score for one in small), reverse=True)


def test_a_composed_query_is_ranked_by_what_its_plan_scores() -> None:
    vectors, plan = films(5), composed(And((A, B), ONE), 2)
    scores = asked(vectors, plan).scoring.scores(plan.vectors @ vectors.values.T, vectors.all.bias)
    best: Ranked = next(ranked(asked(vectors, plan)))
    assert best.peak == vectors.all.ids[scores.argmax()]
    assert best.cosine is None
