"""A library of millions of clips on one machine: `python -m benchmarks.large DATA WORK_DIR N [--json FILE]`.

Clips are made from the real ones of `DATA` (`real_vectors.py` says how, and prints how alike they are), sentences are
captions of videos and photographs that are not among them. A clip's bias is measured as ever, but with 300 of the
everyday queries and 512 clips in the place of all: that takes an eighth of the time. The segment and its codes are
made by the program; only the catalogue is empty. What the codes find is compared with the exact ranking by cosines
less bias, over all clips block by block; times are of the search for the 263 clips that a first page looks at, warm.
Then what fewer or more lists would give, and the same behind filters that every 2nd, 20th and 200th video passes.

Everything lies in WORK_DIR and is taken up again there by the next run of the same N; remove it when done.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.growth import _CLIP
from benchmarks.real_vectors import EACH, Numbers, Pictures, pictures, sentences
from data.stores.catalog import open_catalog
from data.stores.library import Library
from data.stores.vectors import segments
from data.stores.vectors.coded import rules
from data.stores.vectors.coded.building import build_codes, read_built
from data.stores.vectors.coded.rules import candidates_for, probes_for
from data.stores.vectors.coded.store import CodedVectors
from data.stores.vectors.coded.view import Coded, CodedView
from data.stores.vectors.facts import Facts
from data.stores.vectors.first_format import facts_of
from data.stores.vectors.held import Held, Part
from data.stores.vectors.nearness import asking, bias_of, hub_of, with_bias
from data.stores.vectors.segments import Segment, draft, drafting
from data.stores.vectors.store import Floats, Hits, Ids
from models.bank.bank import known_vectors
from models.pair import Pair
from models.registry import open_pair

FIRST_PAGE = 263
QUERIES, FEW_QUERIES, DEEP = 500, 50, 100
LISTS_LOOKED_THROUGH = (5, 10, 20, 40, 80, 160, 320)
RECALLS = ("recall@1", "recall@10", "recall@100")
_BANK_STEP, _SAMPLE = 8, 512
_VIDEOS_AT_ONCE = 2000
_BLOCK = 65_536


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("clips", type=int)
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    pair = open_pair("vlc-lite")
    texts = sentences(asked.data, asked.work / "real", pair, asked.queries)
    place = asked.work / str(asked.clips)
    library = Library(place, exact_clips=1)
    segment = _segment(library, pair, asked.data, asked.work / "real", asked.clips)
    row: dict[str, Any] = {"clips": asked.clips, "machine": platform.machine(), "cores": os.cpu_count()}
    row |= _built(library, segment)
    store = _opened(library, segment)
    ids = segment.ids()
    exact = _exact(place / f"exact-{asked.queries}.npz", segment, texts)
    row |= measured(store, ids, texts, exact)
    print(json.dumps(row, indent=1), flush=True)
    row["by_lists"] = [_by_lists(count, store, ids, texts, exact) for count in LISTS_LOOKED_THROUGH]
    print(json.dumps(row["by_lists"], indent=1), flush=True)
    row["filters"] = [_filtered(store, ids, texts[:FEW_QUERIES], one_in, place, segment) for one_in in (2, 20, 200)]
    print(json.dumps(row["filters"], indent=1))
    if asked.json:
        asked.json.write_text(json.dumps(row, indent=1))


def _segment(library: Library, pair: Pair, data: Path, kept: Path, count: int) -> Segment:
    """Made once: a segment is there whole or not at all."""
    for name in segments.names(library):
        return Segment(library.segments / name, pair.spec.dim)
    began_s = time.monotonic()
    real = pictures(data, kept, pair)
    bank = known_vectors(pair.spec.weights_sha256, kept / "bank.npz")
    assert bank is not None
    near = Nearness(real, bank[::_BANK_STEP])
    with drafting(library) as folder:
        made = draft(folder, pair.spec.dim, _pieces(real, near, count // EACH))
        segment = made.save(library, made.facts)
    print(f"made {count:,} clips in {time.monotonic() - began_s:.0f} s", flush=True)
    return segment


class Nearness:
    """What is taken from the cosines of made clips, by a part of what the program measures with."""

    def __init__(self, real: Pictures, bank: Floats) -> None:
        self._bank = bank
        self._sample = real.like_them(np.random.default_rng(0), _SAMPLE)[::EACH]

    def hub(self, values: Floats) -> Floats:
        return hub_of(values @ self._bank.T)

    def density(self, values: Floats) -> Floats:
        return hub_of(values @ self._sample.T)


def _pieces(real: Pictures, near: Nearness, videos: int) -> Iterator[tuple[Facts, Floats]]:
    for first in range(0, videos, _VIDEOS_AT_ONCE):
        some = range(first, min(first + _VIDEOS_AT_ONCE, videos))
        values = real.like_them(np.random.default_rng(first + 1), len(some))
        pieces = [values[at : at + 1024] for at in range(0, len(values), 1024)]
        facts = facts_of(_clips(some))
        hub, density = (np.concatenate([how(each) for each in pieces]) for how in (near.hub, near.density))
        yield Facts(facts.video_ids, facts.firsts, facts.ids, facts.numbers, facts.shots, facts.starts_s, facts.ends_s,
                    hub, density), values  # fmt: skip


def _clips(videos: range) -> np.ndarray[Any, Any]:
    some = np.repeat(np.array(videos), EACH)
    clips = np.zeros(len(some), _CLIP)
    clips["number"] = np.tile(np.arange(EACH), len(videos))
    clips["shot"] = clips["number"] // 3
    clips["video"] = np.repeat([f"{number:032x}" for number in videos], EACH)
    # Ids are hashes in a library: here some that are as mixed, and differ.
    numbers = (some * EACH + clips["number"]).astype(np.uint64)
    clips["id"] = (numbers * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(1)
    clips["start_s"], clips["end_s"] = clips["number"] * 10.0, clips["number"] * 10.0 + 10
    return clips


def _built(library: Library, segment: Segment) -> dict[str, Any]:
    """Seconds are those of this run: where an earlier one had begun, of the rest."""
    began_s, load = time.monotonic(), os.getloadavg()[0]
    build_codes(library, Held((Part.of(segment),)), lambda message: print(message, flush=True))
    took_s = time.monotonic() - began_s
    sizes = {file.name: round(file.stat().st_size / 1e9, 2) for file in sorted(segment.folder.rglob("*.*"))}
    return {"build_s": round(took_s), "load_before_build": round(load, 1), "gigabytes": sizes}


def _exact(path: Path, segment: Segment, texts: Floats, one_in: int = 1) -> Numbers:
    """[Q, DEEP] rows by cosines less bias, all of every so manyth video compared."""
    if not path.exists():
        facts, values = segment.facts(), segment.mapped()
        bias, queries = bias_of(facts.hub, facts.density), np.array([asking(each, less_bias=True) for each in texts])
        scores, rows = np.empty((len(texts), 0), np.float32), np.empty((len(texts), 0), np.int64)
        for start in range(0, len(values), _BLOCK):
            some = slice(start, start + _BLOCK)
            fresh = queries @ with_bias(np.asarray(values[some]), bias[some]).T
            fresh[:, np.arange(start, start + fresh.shape[1]) // EACH % one_in != 0] = -np.inf
            at = np.argpartition(-fresh, DEEP, axis=1)[:, :DEEP]
            both = np.concatenate([scores, np.take_along_axis(fresh, at, axis=1)], axis=1)
            of_both = np.concatenate([rows, at + start], axis=1)
            best = np.argsort(-both, axis=1)[:, :DEEP]
            scores, rows = np.take_along_axis(both, best, axis=1), np.take_along_axis(of_both, best, axis=1)
        np.savez(path, rows=rows)
    found: Numbers = np.load(path)["rows"]
    return found


def _opened(library: Library, segment: Segment) -> CodedVectors:
    (values, codes), facts = read_built(segment), segment.facts()
    view = CodedView(Coded(segment.name, facts, values, codes), np.ones(len(facts.video_ids), np.bool_))
    return CodedVectors([view], segment.dim, open_catalog(library.catalog), "f" * 32)


def measured(store: CodedVectors, ids: Ids, texts: Floats, exact: Numbers) -> dict[str, Any]:
    """Every sentence twice: the second time is warm."""
    load = os.getloadavg()[0]
    cold, warm = _asked(store, texts), _asked(store, texts)
    (view,) = store.views
    assert isinstance(view, CodedView)
    lists = view.loaded.codes.lists
    return {
        "lists": lists,
        "probes": probes_for(FIRST_PAGE, lists, count=len(store), found=len(store)),
        "candidates": candidates_for(FIRST_PAGE),
        **_recalls(warm.found, ids, exact),
        **_times(warm),
        "first_time_p95_ms": round(float(np.percentile(cold.took_ms, 95)), 2),
        "load_before_search": round(load, 1),
        **resident(),
    }


def _by_lists(count: int, store: CodedVectors, ids: Ids, texts: Floats, exact: Numbers) -> dict[str, float]:
    """What looking through so many lists would give."""
    usual, rules._PROBES = rules._PROBES, count
    try:
        warm = _asked(store, texts)
    finally:
        rules._PROBES = usual
    return {"lists": count, **_recalls(warm.found, ids, exact), **_times(warm)}


def _filtered(
    store: CodedVectors, ids: Ids, texts: Floats, one_in: int, place: Path, segment: Segment
) -> dict[str, Any]:
    """The same where only every so manyth video may be found, by fewer sentences."""
    exact = _exact(place / f"exact-{len(texts)}-{one_in}.npz", segment, texts, one_in)
    (view,) = store.views
    narrow = replace(view, allowed=np.arange(len(view.allowed)) % one_in == 0)
    within = CodedVectors(store.views, store.dim, open_catalog(place / "catalog.db"), "f" * 32, [narrow])
    _asked(within, texts)
    warm = _asked(within, texts)
    return {
        "one_in": one_in,
        "is_exact": within.is_exact,
        **_recalls(warm.found, ids, exact),
        **_times(warm),
    }


@dataclass(frozen=True, eq=False)
class Answers:
    found: list[Hits]
    took_ms: list[float]
    cpu_ms: list[float]


def _asked(store: CodedVectors, texts: Floats) -> Answers:
    answers = Answers([], [], [])
    for query in texts:
        began_s, cpu_s = time.perf_counter(), time.thread_time()
        hits = next(store.nearest(query, FIRST_PAGE, less_bias=True))
        answers.took_ms.append((time.perf_counter() - began_s) * 1000)
        answers.cpu_ms.append((time.thread_time() - cpu_s) * 1000)
        answers.found.append(hits)
    return answers


def _times(answers: Answers) -> dict[str, float]:
    """A search runs on one thread: on a machine that does other things its CPU time is what an idle one would take."""
    each = {"": answers.took_ms, "cpu_": answers.cpu_ms}
    return {f"{name}p{p}_ms": round(float(np.percentile(ms, p)), 2) for name, ms in each.items() for p in (50, 95, 99)}


def _recalls(found: Sequence[Hits], ids: Ids, exact: Numbers) -> dict[str, float]:
    shares = []
    for hits, rows in zip(found, exact, strict=True):
        ranked = hits.clips.ids[np.argsort(-(hits.cosines - hits.clips.bias))]
        shares.append([len(set(ids[rows[:k]].tolist()) & set(ranked[:k].tolist())) / k for k in (1, 10, DEEP)])
    return dict(zip(RECALLS, np.mean(shares, axis=0).round(4).tolist(), strict=True))


def resident() -> dict[str, int]:
    """Megabytes of this process: its own, those of files that are mapped, and the most of both so far."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    names = {"anonymous_mb": "RssAnon", "mapped_mb": "RssFile", "peak_mb": "VmHWM"}
    return {name: int(lines[key].split()[0]) >> 10 for name, key in names.items()}


if __name__ == "__main__":
    main()
