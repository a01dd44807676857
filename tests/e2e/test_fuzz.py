"""Damaged copies of videos never crash or hang the indexer, and the ledger says what became of each.

`make fuzz-media` tries 500.
"""

import os
import random
from collections import Counter
from functools import partial
from pathlib import Path

from tests import media
from tests.bench import Bench

MUTANTS = int(os.environ.get("FUZZ_MUTANTS", "60"))


def originals(folder: Path) -> list[Path]:
    folder.mkdir()
    scenes = partial(media.scenes, duration_s=2.0, size=(64, 48))
    return [
        scenes(folder / "a.mp4", fps=8.0, cuts_s=(1.0,), audio="aac"),
        media.faststart(scenes(folder / "b.mp4", fps=8.0)),
        scenes(folder / "c.webm", fps=8.0, codec="libvpx-vp9"),
        scenes(folder / "d.ts", fps=25.0, codec="mpeg2video"),
        scenes(folder / "e.mkv", fps=8.0, codec="libx265", options={"x265-params": "log-level=none"}),
        scenes(folder / "f.avi", fps=8.0, codec="mpeg4"),
    ]


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Some bits, anywhere."""
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 8, 64))):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def cut_short(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def with_other_headers(data: bytes, chance: random.Random) -> bytes:
    """Some bytes of the first and last 2 KiB, where containers keep what they say about the rest."""
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 4, 16))):
        at = chance.randrange(min(2048, len(damaged)))
        damaged[at if chance.random() < 0.5 else -1 - at] = chance.choice((0, 1, 127, 128, 255))
    return bytes(damaged)


def with_a_hole(data: bytes, chance: random.Random) -> bytes:
    """A piece is missing, or nothing but zeros."""
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.randrange(1, 1 + len(data) // 4))
    return data[:start] + (b"" if chance.random() < 0.5 else bytes(end - start)) + data[end:]


MUTATIONS = (flipped, cut_short, with_other_headers, with_a_hole)


def test_no_damaged_file_crashes_or_hangs_the_indexer(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    chance = random.Random(5)
    sources = originals(tmp_path / "originals")
    for number in range(MUTANTS):
        source, mutate = sources[number % len(sources)], MUTATIONS[number // len(sources) % len(MUTATIONS)]
        mutant = bench.videos / f"{number:03}-{mutate.__name__}{source.suffix}"
        mutant.write_bytes(mutate(source.read_bytes(), chance))
    report = bench.run(settings=bench.settings(stall_s=20, decoder_memory_mb=2048))
    ledger = bench.ledger(limit=MUTANTS + 1)
    assert set(ledger) == {path.name for path in bench.videos.iterdir()}
    assert not [name for name, each in ledger.items() if each.state != "indexed" and not (each.stage and each.reason)]
    assert bench.problems(is_deep=False) == []
    ended = Counter(each.state for each in ledger.values())
    reasons = Counter(each.reason for each in ledger.values() if each.state == "failed")
    print(f"\n{MUTANTS} mutants in {report.seconds:.0f} s: {dict(ended)}; failures: {dict(reasons.most_common())}")  # noqa: T201
    assert not [reason for reason in reasons if reason and "Error:" in reason], "a bug of ours, not an oddity of theirs"
