"""How good the engine is on a person's own footage: from the thumbs that were kept."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from data.stores.catalog import open_catalog
from data.stores.catalog.judgments import Judgment, judgments
from data.stores.library import Library
from data.types import Confidence
from search.answering import wire
from search.answering.answers import answer
from search.generation.opened import open_generation
from search.generation.towers import OpenPair, pair_of
from search.query.wire import SearchBody

DEPTHS = (1, 5, 10)
_LEVELS: tuple[Confidence, ...] = ("high", "medium", "low")


def judged_figures(library: Library, *, open_pair: OpenPair = pair_of) -> dict[str, object]:
    """The body of `eval --judgments`, over queries with at least one thumb up, without letting thumbs move them.

    R@k: share of them, in percent, with a liked moment among the first k. `iou`: mean over liked moments of the best
    temporal overlap among the first ten. `liked_by_confidence`: of judged moments found so, the share liked. Raises
    NoGeneration.
    """
    catalog = open_catalog(library.catalog_at)
    try:
        generation = open_generation(library, catalog, open_pair=open_pair)
        by_query: dict[str, list[Judgment]] = defaultdict(list)
        for one in judgments(catalog)[1]:
            by_query[one.query].append(one)
        liked = {query: kept for query, kept in by_query.items() if any(one.relevant for one in kept)}
        body = {query: SearchBody(query=query, limit=max(DEPTHS), fold=False) for query in liked}
        found = {query: answer(generation, body[query]).moments for query in liked}
    finally:
        catalog.close()
    return _figures(liked, found)


def _figures(liked: dict[str, list[Judgment]], found: dict[str, list[wire.FoundMoment]]) -> dict[str, object]:
    ranks = [_rank([one for one in kept if one.relevant], found[query]) for query, kept in liked.items()]
    ups = [(one, found[query]) for query, kept in liked.items() for one in kept if one.relevant]
    overlaps = [max((iou(one, moment) for moment in moments), default=0.0) for one, moments in ups]
    return {
        "queries": len(liked),
        "judgments": sum(map(len, liked.values())),
        **{f"R@{k}": _share([rank <= k for rank in ranks]) for k in DEPTHS},
        "iou": float(np.mean(overlaps)) if overlaps else None,
        "liked_by_confidence": {level: _share(_liked_at(level, liked, found)) for level in _LEVELS},
    }


def iou(one: Judgment, moment: wire.FoundMoment) -> float:
    """Shared seconds over seconds covered; 0 in different videos."""
    if one.video_id != moment.video_id:
        return 0.0
    shared_s = min(one.end_s, moment.end_s) - max(one.start_s, moment.start_s)
    return max(shared_s, 0.0) / (max(one.end_s, moment.end_s) - min(one.start_s, moment.start_s))


def _rank(ups: Sequence[Judgment], moments: Sequence[wire.FoundMoment]) -> float:
    hits = (rank for rank, moment in enumerate(moments, 1) if any(iou(one, moment) > 0 for one in ups))
    return next(hits, np.inf)


def _liked_at(
    level: Confidence, liked: dict[str, list[Judgment]], found: dict[str, list[wire.FoundMoment]]
) -> list[bool]:
    return [
        one.relevant
        for query, kept in liked.items()
        for one in kept
        if any(moment.confidence == level and iou(one, moment) > 0 for moment in found[query])
    ]


def _share(flags: Sequence[bool]) -> float | None:
    """In percent; None of nothing."""
    return 100 * float(np.mean(flags)) if flags else None
