"""Retrieval figures: ranks with ties against us, recall, medians and bootstrap intervals."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.int64]
Scores = NDArray[np.float32] | NDArray[np.float64]

DEPTHS = (1, 5, 10)
RESAMPLES = 2_000
SEED = 20_260


@dataclass(frozen=True, slots=True)
class RankedQuery:
    """The rank, from 1, of what one query was to find; `key` names the query within its manifest."""

    key: str
    rank: int


class RanksError(Exception):
    """Rank files that can't be used together; the message says which and why."""


def ranks_of(scores: Scores, wanted: Sequence[Sequence[int]]) -> Ranks:
    """For each row of `scores`, the rank from 1 of the best of its `wanted` columns; ties count against us.

    Other wanted columns of the row are no competitors.
    """
    ranks = np.empty(len(scores), np.int64)
    for row, columns in enumerate(wanted):
        best = scores[row, list(columns)].max()
        rivals = np.delete(scores[row], list(columns))
        ranks[row] = 1 + np.count_nonzero(rivals >= best)
    return ranks


def text_to_video(scores: Scores, items: Sequence[int]) -> Ranks:
    """`scores` [queries, items]; `items` names each query's own."""
    return ranks_of(scores, [[item] for item in items])


def video_to_text(scores: Scores, items: Sequence[int]) -> Ranks:
    """Ranks of the best own caption of each item that has one, items in order; `scores` [queries, items]."""
    own: dict[int, list[int]] = {}
    for query, item in enumerate(items):
        own.setdefault(item, []).append(query)
    with_captions = sorted(own)
    return ranks_of(scores.T[with_captions], [own[item] for item in with_captions])


def dual_softmax(scores: Scores) -> NDArray[np.float64]:
    """Scores times their softmax over the queries (Cheng et al. 2021, at temperature 1)."""
    raised = np.exp(scores.astype(np.float64) - scores.max(axis=0))
    shares: NDArray[np.float64] = raised / raised.sum(axis=0)
    return scores * shares


def figures(ranks: Ranks) -> dict[str, float]:
    """R@k in percent, MedR (an even count takes the mean of the middle two) and MnR."""
    recalls = {f"R@{k}": 100 * float(np.mean(ranks <= k)) for k in DEPTHS}
    return {**recalls, "MedR": float(np.median(ranks)), "MnR": float(np.mean(ranks))}


def figures_with_intervals(ranks: Ranks) -> dict[str, object]:
    """`figures` and, under "ci", their bootstrap 95 % intervals (Efron 1979, percentiles over queries)."""
    draws = draws_of(len(ranks))
    cis = {f"R@{k}": interval_of(100 * (ranks <= k)[draws].mean(axis=1)) for k in DEPTHS}
    cis["MedR"] = interval_of(np.median(ranks[draws], axis=1))
    cis["MnR"] = interval_of(ranks[draws].mean(axis=1))
    return {**figures(ranks), "ci": cis}


def figures_of(ranked: Sequence[RankedQuery]) -> dict[str, object]:
    """`figures_with_intervals` of queries whose ranks are known."""
    return figures_with_intervals(np.array([query.rank for query in ranked]))


def differences(ours: Sequence[RankedQuery], theirs: Sequence[RankedQuery]) -> dict[str, object]:
    """Paired: our figures less theirs on the same queries, with intervals; raises RanksError when queries differ."""
    mine, other = _paired(ours, theirs)
    draws = draws_of(len(mine))
    found = {f"R@{k}": 100.0 * ((mine <= k).astype(np.int64) - (other <= k)) for k in DEPTHS}
    found["MnR"] = (mine - other).astype(np.float64)
    means = {name: float(values.mean()) for name, values in found.items()}
    return {**means, "ci": {name: interval_of(values[draws].mean(axis=1)) for name, values in found.items()}}


def draws_of(count: int) -> NDArray[np.int32]:
    """[resamples, count] indices of a bootstrap over `count` things."""
    # The same draws in each run: a figure printed twice shall be the same figure.
    return np.random.default_rng(SEED).integers(0, count, (RESAMPLES, count), dtype=np.int32)


def interval_of(values: NDArray[np.float64]) -> list[float]:
    """95 %, by percentiles."""
    low, high = np.percentile(values, [2.5, 97.5])
    return [float(low), float(high)]


def _paired(ours: Sequence[RankedQuery], theirs: Sequence[RankedQuery]) -> tuple[Ranks, Ranks]:
    other = {query.key: query.rank for query in theirs}
    missing = [query.key for query in ours if query.key not in other]
    if missing or len(ours) != len(other):
        raise RanksError(f"the two do not hold the same queries: {len(ours)} and {len(other)}, missing {missing[:3]}")
    return np.array([q.rank for q in ours]), np.array([other[q.key] for q in ours])


def write_ranks(path: Path, ranked: Sequence[RankedQuery]) -> None:
    """JSON lines `{"key", "rank"}`, in the order of the queries."""
    path.write_text("".join(json.dumps(asdict(query)) + "\n" for query in ranked), encoding="utf-8")


def read_ranks(path: Path) -> list[RankedQuery]:
    """What `write_ranks` wrote; raises RanksError."""
    try:
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        ranked = [RankedQuery(str(record["key"]), int(record["rank"])) for record in records]
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise RanksError(f"{path}: no rank file ({e!r})") from e
    if not ranked or len({query.key for query in ranked}) != len(ranked):
        raise RanksError(f"{path}: empty, or a query is there twice")
    return ranked


def pooled(files: Sequence[Path]) -> list[RankedQuery]:
    """The queries of several rank files as one set, such as several test parts or seeds, each with its own keys.

    A file's place keeps apart what has the same key in another file.
    """
    return [RankedQuery(f"{place}/{q.key}", q.rank) for place, file in enumerate(files) for q in read_ranks(file)]


def report(scores: Scores, items: Sequence[int], *, dual: bool = False) -> Mapping[str, object]:
    """The body of `eval`: t2v, v2t and, where asked for, t2v with dual softmax; `scores` [queries, items]."""
    body: dict[str, object] = {
        "t2v": figures_with_intervals(text_to_video(scores, items)),
        "v2t": figures_with_intervals(video_to_text(scores, items)),
    }
    if dual:
        body["t2v_dsl"] = figures_with_intervals(text_to_video(dual_softmax(scores), items))
    return body


def matched(scores: Scores, own: Sequence[int]) -> dict[str, dict[str, object]]:
    """t2v and v2t where several items have the same text; `scores` [texts, items], `own` names each item's text."""
    wanted = [[item for item, text in enumerate(own) if text == number] for number in range(len(scores))]
    return {
        "t2v": figures_with_intervals(ranks_of(scores, wanted)),
        "v2t": figures_with_intervals(ranks_of(scores.T, [[text] for text in own])),
    }


def figure_lines(body: dict[str, Any]) -> list[str]:
    """The body of `eval`, for people."""
    of = [f"{body['queries']} queries"]
    if "items" in body:
        of += [f"{body['items']} items", body["model"], body["ranking"]]
    lines = [", ".join(of)]
    for way in ("t2v", "v2t", "t2v_dsl"):
        if way in body:
            shown = [
                f"{name} {value:.1f}"
                + (" [{:.1f}, {:.1f}]".format(*body[way]["ci"][name]) if name in body[way].get("ci", {}) else "")
                for name, value in body[way].items()
                if name != "ci"
            ]
            lines.append(f"{way:<8} {'  '.join(shown)}")
    if "against" in body:
        lines.append(f"against  {json.dumps(body['against'])}")
    return lines
