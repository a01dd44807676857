"""Every moment of a generation that may answer, best first, and no more work than the caller asks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from data.stores.vectors.store import Clips, Floats, VectorStore, joined_clips
from search.generation.confidence import Confidences
from search.query.tree import Stretch, Then
from search.ranking.found import Found
from search.ranking.free import Free, Mask
from search.ranking.moments import spans
from search.ranking.nearest import Nearest
from search.ranking.plan import Plan
from search.ranking.reasons import Reason
from search.ranking.scoring import Scoring
from search.ranking.sequences import sequences

# Up to so many clips are all scored for a composed query; of more, the nearest few of each part.
_ALL_CLIPS = 20_000
_NEAREST_OF_EACH = 4_000
# How many more than are asked for are fetched at once: a share of all, and so many at most; see docs/search.md. An
# engine that is not exact takes the bias into account itself: there the least is enough.
_MORE_SHARE, _MORE_AT_LEAST, _MORE_AT_MOST = 0.04, 200, 1_800


@dataclass(frozen=True, slots=True)
class Ranked:
    """A moment: the `whole` of it, the `pointed` part, where its best second lies, and the clip that stands for it.

    `clips` are those of the pointed part in time order, and `first` is the number of their first in its video.
    `found_by` names the channels that found it where there are several, the one that ranks it first; `reasons` say why.
    One that `is_stray` holds so little of what was asked in words that nothing which is surely seen is to stand below.
    """

    peak: int
    whole: Stretch
    pointed: Stretch
    clips: tuple[int, ...]
    first: int
    score: float
    cosine: float | None
    confidence: float | None
    found_by: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    is_stray: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is asked of which clips: only moments of at least this confidence, and about `expected` of them.

    What a moment holds is taken from what is `free`, and the caller may leave out more of it in between.
    """

    vectors: VectorStore
    scoring: Scoring
    free: Free
    least_confidence: float = 0.0
    expected: int = 1

    def scores(self, clips: Clips) -> Floats:
        """[N], of whatever clips."""
        return self.scoring.scores(self.plan.cosines(self.vectors, clips), clips.bias)

    @property
    def plan(self) -> Plan:
        return self.scoring.plan


def ranked(asked: Asked) -> Iterator[Ranked]:
    """Best first, as far as the caller reads."""
    if isinstance(asked.plan.query, Then):
        found = _sequences(asked, asked.plan.query)
    else:
        found = _plain(asked) if asked.plan.is_plain else _moments(asked, _composed(asked))
    return (one for one in found if one.confidence is None or one.confidence >= asked.least_confidence)


def _plain(asked: Asked) -> Iterator[Ranked]:
    """From what is nearest, piece by piece: the first is enough for most."""
    vectors, is_text = asked.vectors, bool(asked.plan.is_text[0])
    nearest = Nearest(asked.scoring, asked.least_confidence, is_exact=vectors.is_exact)
    # Over-fetch: the bias reorders, and merging, folding and the limit per video shrink the list.
    share = _MORE_SHARE if vectors.is_exact else 0.0
    more = min(max(int(share * len(vectors)), _MORE_AT_LEAST), _MORE_AT_MOST)
    for hits in vectors.nearest(asked.plan.vectors[0], 3 * asked.expected + more, less_bias=is_text):
        yield from _moments(asked, nearest.sure(hits, asked.free))
        if nearest.is_enough or asked.free.is_used_up(asked.vectors):
            return
    yield from _moments(asked, nearest.rest())


def _composed(asked: Asked) -> Found:
    clips = _pool(asked)
    cosines = asked.plan.cosines(asked.vectors, clips)
    scores, confidences = asked.scoring.scores(cosines, clips.bias), asked.scoring.confidences(cosines, clips.bias)
    return Found(clips, scores, confidences=confidences).best_first(np.flatnonzero(np.isfinite(scores)))


def _moments(asked: Asked, found: Found) -> Iterator[Ranked]:
    """Moments around the clips that were found, which come best first."""
    mean_score = asked.scoring.mean_score if len(found.clips) else 0.0
    for span in spans(asked.vectors, found.clips, asked.scores, free=asked.free, mean_score=mean_score):
        video_id = found.clips.videos[span.place].decode()
        stretch = Stretch(video_id, span.start_s, span.end_s)
        yield Ranked(
            peak=int(found.clips.ids[span.place]),
            whole=stretch,
            pointed=stretch,
            clips=span.ids,
            first=span.first,
            # As it was ranked: computed anew beside its neighbours it may differ in the last bit.
            score=float(found.scores[span.place]),
            cosine=None if found.cosines is None else float(found.cosines[span.place]),
            confidence=None if found.confidences is None else float(found.confidences[span.place]),
        )


def _pool(asked: Asked) -> Clips:
    """What a composed query chooses from."""
    plan, vectors = asked.plan, asked.vectors
    if len(vectors) <= _ALL_CLIPS:
        return vectors.search(plan.pointing[np.newaxis], len(vectors))[0].clips
    queries = np.concatenate([plan.vectors[plan.wanted & plan.is_seen], plan.pointing[np.newaxis]])
    said = [each.clips(vectors) for each in plan.spoken if each is not None]
    clips = joined_clips([*(hits.clips for hits in vectors.search(queries, _NEAREST_OF_EACH)), *said])
    return clips[np.unique(clips.ids, return_index=True)[1]]


def _sequences(asked: Asked, query: Then) -> Iterator[Ranked]:
    clips = _pool(asked)
    clips = clips[np.lexsort((clips.numbers, clips.videos))]
    parts = [Scoring(part, asked.scoring.calibration) for part in asked.plan.parts()]
    cosines = [part.plan.cosines(asked.vectors, clips) for part in parts]
    steps = list(zip(parts, cosines, strict=True))
    scores = np.stack([part.standard_scores(c, clips.bias) for part, c in steps])
    known = [part.confidences(c, clips.bias) for part, c in steps]
    is_free = _Watched(clips, asked.free)
    for one in sequences(clips, scores, query.within_s):
        if is_free[one.places[0]]:
            yield _sequence(asked.vectors, clips[np.array(one.places)], one.score, _least(known, one.places))


class _Watched:
    """Which of some clips are free; looked up again only when more has been left out."""

    def __init__(self, clips: Clips, free: Free) -> None:
        self._clips, self._free, self._changes = clips, free, free.changes
        self._mask: Mask = free.of(clips)

    def __getitem__(self, place: int) -> bool:
        if self._changes != self._free.changes:
            self._changes, self._mask = self._free.changes, self._free.of(self._clips)
        return bool(self._mask[place])


def _least(known: Sequence[Confidences | None], places: Sequence[int]) -> float | None:
    """The confidence of the least sure step; None where not all have one."""
    each = [float(of_step[place]) for of_step, place in zip(known, places, strict=True) if of_step is not None]
    return min(each) if len(each) == len(places) else None


def _sequence(vectors: VectorStore, steps: Clips, score: float, confidence: float | None) -> Ranked:
    """Of one clip a step, in time order."""
    video_id, start_s = steps.videos[0].decode(), float(steps.starts_s[0])
    whole = Stretch(video_id, start_s, float(steps.ends_s[-1]))
    # Only the first step is pointed at, or the shot in which all of them lie.
    pointed, clips = Stretch(video_id, start_s, float(steps.ends_s[0])), steps[:1]
    if steps.shots[0] == steps.shots[-1]:
        pointed, clips = whole, vectors.of_video(video_id, whole.start_s, whole.end_s)
    ids, first = tuple(clips.ids.tolist()), int(clips.numbers[0])
    return Ranked(int(steps.ids[0]), whole, pointed, ids, first, score, None, confidence)
