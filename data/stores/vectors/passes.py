"""One query against many vectors: all inner products in one pass, and the best of them."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from threading import Lock

import numpy as np

from data.stores.vectors.faiss_file import multiply
from data.stores.vectors.store import Floats, Ids

_CORES = os.cpu_count() or 1
# A pass over fewer is done before another thread has woken up. Parts begin at multiples of `_TOGETHER`: kernels take
# some rows together, and a clip's score must not depend on where a part begins.
_PART_ROWS = 16_384
_TOGETHER = 64
_alone = Lock()


def products(query: Floats, values: Floats) -> Floats:
    """[N] inner products of `query` [D] with `values` [N, D]: on all cores when nobody else searches, else on one."""
    query, scores = np.ascontiguousarray(query, np.float32), np.empty(len(values), np.float32)
    parts = min(_CORES, len(values) // _PART_ROWS)
    if parts > 1 and _alone.acquire(blocking=False):
        try:
            _on_all_cores(query, values, scores, parts)
        finally:
            _alone.release()
    else:
        multiply(query, values, scores)
    return scores


def best(scores: Floats, k: int, ids_of: Callable[[Ids], Ids]) -> Ids:
    """Where the `k` best of `scores` [N] are, best first; of equals the one with the smaller id.

    `ids_of` gives the ids at some places: only those of the nearest are looked at.
    """
    k = min(k, len(scores))
    least = np.partition(scores, len(scores) - k)[len(scores) - k] if k else np.inf
    near = np.flatnonzero(scores >= least)
    chosen: Ids = near[np.lexsort((ids_of(near), -scores[near]))[:k]]
    return chosen


def _on_all_cores(query: Floats, values: Floats, scores: Floats, parts: int) -> None:
    each = -(-len(values) // parts // _TOGETHER) * _TOGETHER
    *others, mine = (slice(*ends) for ends in pairwise([*range(0, len(values), each), len(values)]))
    elsewhere = [_threads().submit(multiply, query, values[part], scores[part]) for part in others]
    multiply(query, values[mine], scores[mine])
    for part in elsewhere:
        part.result()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_CORES, thread_name_prefix="vectors")
