"""What the subtitles of a two-hour recording add to a search: a library of it alone, asked with words and without.

    python -m benchmarks.recording [--hours 2] [--queries 200] [--json FILE]

Its lines, one every four seconds, are everyday queries, and other ones are asked. The recording is of clips of five
seconds that look like nothing in particular. Printed are milliseconds a query, of the pages that a person sees.
"""

import argparse
import json
import os
import random
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data.identity import clip_id_of, fingerprint_of
from data.stores.catalog import Catalog, open_catalog
from data.stores.library import Library
from data.stores.publishing import publish
from data.stores.shards.folder import ShardWriter
from data.stores.vectors.nearness import Bank, stamp_of
from data.types import Clip, Location, Shot, Video, Words
from models.bank.bank import bank_digest, bank_vectors
from models.bank.sentences import queries as everyday
from models.registry import open_pair
from search.answering.answers import answer
from search.generation.opened import OpenGeneration, open_generation
from search.query.wire import SearchBody

_SEEN, _SAID = fingerprint_of({"recording": "seen"}), fingerprint_of({"recording": "said"})
_CLIP_S, _LINE_S = 5.0, 4.0
_ID = "a" * 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    captions = list(everyday())
    random.Random(0).shuffle(captions)
    lines, queries = captions[asked.queries :], captions[: asked.queries]
    found = {}
    with ExitStack() as stack:
        opened = [stack.enter_context(_Recording(asked.hours * 3600, lines, said=said)) for said in (False, True)]
        for name, generation in zip(("without words", "with words"), opened, strict=True):
            found[name] = _timed(generation, queries)
    added = {key: round(found["with words"][key] - found["without words"][key], 1) for key in found["with words"]}
    print(json.dumps({**found, "added": added}, indent=1))
    if asked.json:
        asked.json.write_text(json.dumps({**found, "added": added}))


class _Recording:
    """A library of its own, for as long as a `with` lasts."""

    def __init__(self, length_s: float, lines: list[str], *, said: bool) -> None:
        self._length_s, self._lines, self._said = length_s, lines, said
        self._stack = ExitStack()

    def __enter__(self) -> OpenGeneration:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="sceneseek-recording-")))
        catalog = open_catalog(folder / "catalog.db")
        self._stack.callback(catalog.close)
        library, pair = Library(folder), open_pair("vlc-lite")
        _store(library, catalog, self._length_s, pair.spec.dim)
        if self._said:
            _say(catalog, self._length_s, self._lines)
        sha = pair.spec.weights_sha256
        kept = library.calibration / "bank.npz"
        bank = Bank(stamp_of(sha, bank_digest()), lambda: bank_vectors(sha, kept, pair.text().encode))
        others = {"subtitles": _SAID} if self._said else {}
        publish(library, catalog, pair.spec, _SEEN, bank=bank, say=print, others=others)
        return open_generation(library, catalog, open_pair=lambda *_: pair)

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def _store(library: Library, catalog: Catalog, length_s: float, dim: int) -> None:
    count = round(length_s / _CLIP_S)
    values = np.random.default_rng(0).normal(size=(count, dim)).astype(np.float32)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    clips = [
        Clip(clip_id_of(_ID, _SEEN, at), _ID, _SEEN, at, at, at * _CLIP_S, (at + 1) * _CLIP_S) for at in range(count)
    ]
    writer = ShardWriter()
    writer.append(np.array([clip.id for clip in clips]), values, np.empty((count, 0)), None)
    writer.save(library.shard(_SEEN, _ID))
    writer.close()
    catalog.add_root(b"/recording")
    shots = [Shot(_ID, _SEEN, clip.number, clip.start_s, clip.end_s) for clip in clips]
    catalog.store(_video(length_s), _SEEN, shots, clips, None)
    place = Location(b"/recording", os.fsencode("a.mp4"), _ID, 0, 0, "indexed", None, None, 0, 0, datetime.now(UTC))
    catalog.record(place)


def _say(catalog: Catalog, length_s: float, lines: list[str]) -> None:
    spoken = [
        Words(_ID, _SAID, at, at * _LINE_S, (at + 1) * _LINE_S, lines[at % len(lines)])
        for at in range(round(length_s / _LINE_S))
    ]
    catalog.store(_video(length_s), _SAID, [], [], None, texts=spoken)


def _video(length_s: float) -> Video:
    return Video(_ID, length_s, 1280, 720, 25.0, "h264", True, None)


def _timed(opened: OpenGeneration, queries: list[str]) -> dict[str, float]:
    took_ms: list[float] = []
    worked_ms: list[float] = []
    for query in queries:
        # Whoever asks again is not waited for: what is measured is the first time.
        opened.towers.texts([query])
        began, worked = time.perf_counter(), time.process_time()
        answer(opened, SearchBody(query=query))
        took_ms.append((time.perf_counter() - began) * 1000)
        worked_ms.append((time.process_time() - worked) * 1000)
    return {
        "median": round(float(np.median(took_ms)), 1),
        "95 %": round(float(np.quantile(took_ms, 0.95)), 1),
        "of a processor, median": round(float(np.median(worked_ms)), 1),
    }


if __name__ == "__main__":
    main()
