"""Moments of two channels: what is seen, and a stand-in for what is heard, which knows spans by two words."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import pytest

from data.types import QueryError
from search.answering.channels import Channel, Scope, Search
from search.answering.fusion import fused, searches_of
from search.generation.confidence import HIGH
from search.query.tree import And, Query, Stretch, Text, leaves_of
from search.ranking.candidates import Asked, Ranked, ranked
from search.ranking.feedback import Verdicts
from search.ranking.free import Free
from search.ranking.scoring import Scoring
from tests.heard import Heard
from tests.memory_vectors import MemoryVectors, calibration_of, sentence, units, vectors_of, video_id

DIM = 16


@dataclass(frozen=True, eq=False)
class Seen:
    """Asks for what lies at one place, whatever the words."""

    vectors: MemoryVectors
    name: str = "seen"
    has_confidence: bool = True

    def understands(self, query: Query) -> bool:
        return "loud" not in [leaf.text for leaf in leaves_of(query) if isinstance(leaf, Text)]

    def asked(self, query: Query, verdicts: Verdicts) -> Search:
        return self

    @property
    def scoring(self) -> Scoring:
        return Scoring(sentence(self.vectors.values[0]), calibration_of(self.vectors))

    def moments(self, scope: Scope) -> Iterator[Ranked]:
        return ranked(Asked(self.vectors, self.scoring, scope.free, scope.least_confidence, scope.expected))

    def deviations(self, moment: Ranked) -> float:
        return self.scoring.deviations(moment.score)

    def best_second(self, moment: Ranked) -> float:
        return moment.whole.start_s


@pytest.fixture
def vectors() -> MemoryVectors:
    """Thirty videos of ten clips; the first clip of the first is what is looked for."""
    rng = np.random.default_rng(6)
    return vectors_of([units(rng.normal(size=(10, DIM))) for _ in range(30)])


def everything(vectors: MemoryVectors, expected: int = 10) -> Scope:
    return Scope(None, Free(vectors), 0.0, expected)


def both(vectors: MemoryVectors, *loud: tuple[Stretch, float]) -> Search:
    return fused({"seen": Seen(vectors), "heard": Heard(vectors, loud)})


def test_a_single_channel_gives_its_moments_as_they_are(vectors: MemoryVectors) -> None:
    alone = Seen(vectors)
    assert fused({"seen": alone}) is alone


def test_moments_that_overlap_are_one_and_name_who_found_them(vectors: MemoryVectors) -> None:
    search = both(vectors, (Stretch(video_id(0), 4, 6), 5), (Stretch(video_id(7), 31, 38), 900))
    found = list(search.moments(everything(vectors)))
    assert (found[0].whole, found[0].found_by) == (Stretch(video_id(7), 31, 38), ("heard", "seen"))
    assert (found[1].whole.video_id, found[1].whole.start_s, found[1].found_by) == (video_id(0), 0, ("seen", "heard"))
    assert [one for one in found if one.whole.video_id == video_id(7) and 30 <= one.whole.start_s < 40] == found[:1]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_scores_are_deviations_and_the_best_second_is_the_channels_that_ranks_it_first(vectors: MemoryVectors) -> None:
    search = both(vectors, (Stretch(video_id(7), 31, 38), 900))
    heard, seen = islice(search.moments(everything(vectors)), 2)
    assert heard.score == 90
    first = next(Seen(vectors).moments(everything(vectors)))
    assert seen.score == pytest.approx(Seen(vectors).deviations(first))
    assert (search.best_second(heard), search.best_second(seen)) == (38, seen.whole.start_s)


def test_what_no_other_channel_found_stays(vectors: MemoryVectors) -> None:
    seen = [one.whole for one in Seen(vectors).moments(everything(vectors))]
    search = both(vectors, (Stretch(video_id(3), 0, 100), -1000))
    found = list(search.moments(everything(vectors)))
    assert [one.whole for one in found] == seen, "the span is taken in by better moments"
    assert {one.found_by for one in found if one.whole.video_id == video_id(3)} == {("seen", "heard")}


def test_how_far_is_read_changes_nothing(vectors: MemoryVectors, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    loud = [(Stretch(video_id(n), 3.0 * n, 3.0 * n + 8), float(rng.normal(0, 20))) for n in range(30)]
    whole = list(both(vectors, *loud).moments(everything(vectors)))
    monkeypatch.setattr("search.answering.fusion._AT_ONCE", 7)
    bit_by_bit = list(both(vectors, *loud).moments(everything(vectors, expected=1)))
    assert [replace(one, score=0, found_by=()) for one in bit_by_bit] == [
        replace(one, score=0, found_by=()) for one in whole
    ]


def test_only_channels_that_understand_a_query_are_asked(vectors: MemoryVectors) -> None:
    seen, heard = Seen(vectors), Heard(vectors, ())
    channels: list[Channel] = [seen, heard]
    assert searches_of(channels, Text("a dog"), Verdicts()) == {"seen": seen}
    assert searches_of(channels, Text("quiet"), Verdicts()) == {"seen": seen, "heard": heard}
    assert searches_of(channels, Text("loud"), Verdicts()) == {"heard": heard}
    with pytest.raises(QueryError, match="nothing in this library"):
        searches_of(channels, And((Text("loud"), Text("a dog")), (1.0, 1.0)), Verdicts())


class SurelySeen(Seen):
    """Is sure of its first five."""

    def moments(self, scope: Scope) -> Iterator[Ranked]:
        for number, one in enumerate(super().moments(scope)):
            yield replace(one, cosine=0.5, confidence=0.99 if number < 5 else 0.1)


@dataclass(frozen=True, eq=False)
class Rumours:
    """Words that are there by chance, whatever they score."""

    vectors: MemoryVectors
    score: float
    is_stray: bool = True
    has_confidence: bool = False

    def moments(self, scope: Scope) -> Iterator[Ranked]:
        for number in range(10, 20):
            where = Stretch(video_id(number), 0.0, 5.0)
            clips = self.vectors.of_video(where.video_id, 0.0, 5.0)
            ids = tuple(clips.ids.tolist())
            yield Ranked(ids[0], where, where, ids, 0, self.score, None, None, is_stray=self.is_stray)

    def deviations(self, moment: Ranked) -> float:
        return moment.score

    def best_second(self, moment: Ranked) -> float:
        return moment.whole.start_s


@pytest.mark.parametrize("at_once", [1, 3, 50])
def test_a_stray_word_never_stands_above_what_is_surely_seen(
    vectors: MemoryVectors, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("search.answering.fusion._AT_ONCE", at_once)
    found = list(fused({"seen": SurelySeen(vectors), "told": Rumours(vectors, 900)}).moments(everything(vectors)))
    sure = [place for place, one in enumerate(found) if one.cosine is not None and (one.confidence or 0) >= HIGH]
    strays = [place for place, one in enumerate(found) if one.is_stray]
    assert (len(sure), len(strays)) == (5, 10)
    assert max(sure) < min(strays)


def test_words_that_are_no_chance_may_stand_above_it(vectors: MemoryVectors) -> None:
    search = fused({"seen": SurelySeen(vectors), "told": Rumours(vectors, 900, is_stray=False)})
    assert next(iter(search.moments(everything(vectors)))).found_by[0] == "told"
