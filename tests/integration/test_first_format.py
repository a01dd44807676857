"""Libraries whose generations an earlier version of the program published."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from data.stores import generations
from data.stores.catalog import open_catalog
from data.stores.shards.folder import read_clips
from data.types import Generation
from indexer.upkeep.backup import backup
from indexer.upkeep.rollback import rollback
from search.answering.answers import search_library
from search.generation.opened import open_generation
from search.query.wire import SearchBody
from tests.bench import Bench, counts
from tests.first_format import write_first_format
from tests.instant_decoder import install, write
from tests.small_library import colour_pair


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Three videos, published as before."""
    install(monkeypatch)
    bench = Bench(tmp_path)
    for colour in ("red", "green", "blue"):
        write(bench.videos / f"{colour}.mp4", colour, "white")
    bench.run()
    for folder in (bench.library.generations, bench.library.segments, bench.library.samples):
        shutil.rmtree(folder)
    publish_as_before(bench)
    return bench


def publish_as_before(bench: Bench) -> Generation:
    clips = [read_clips(path) for path in bench.shards()]
    ids, values = (np.concatenate(each) for each in zip(*clips, strict=True))
    order = np.random.default_rng(1).permutation(len(ids))
    fingerprint = bench.shards()[0].parent.parent.name
    return write_first_format(bench.library, ids[order], values[order], fingerprint=fingerprint)


def best(bench: Bench, query: str) -> str:
    found = search_library(bench.library, SearchBody(query=query, limit=1), open_pair=lambda *_: colour_pair())
    return Path(found.moments[0].video).name


def test_it_is_sound_and_searched(bench: Bench) -> None:
    assert bench.problems() == []
    assert [best(bench, colour) for colour in ("red", "green", "blue")] == ["red.mp4", "green.mp4", "blue.mp4"]
    assert counts(bench.run()) == {"unchanged": 3}
    assert generations.names(bench.library) == ["00000001"], "nothing had changed"


def test_it_is_measured_once_where_that_can_be_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    best(bench, "red")
    before = (bench.library.calibration / "00000001.npz").stat().st_mtime_ns

    def never(*_: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr("data.stores.vectors.first_format.drawn", never)
    assert best(bench, "red") == "red.mp4"
    assert (bench.library.calibration / "00000001.npz").stat().st_mtime_ns == before


def test_what_is_kept_of_other_clips_or_damaged_is_not_used(bench: Bench) -> None:
    best(bench, "red")
    kept = bench.library.calibration / "00000001.npz"
    for damage in (b"", b"no archive", kept.read_bytes()[:-2000]):
        kept.write_bytes(damage)
        assert best(bench, "green") == "green.mp4"


def test_where_nothing_can_be_kept_it_is_searched_all_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("data.stores.vectors.first_format.replacing", full)
    assert best(bench, "red") == "red.mp4"
    assert "computed again each time" in caplog.text


def test_the_next_publish_makes_it_a_segment_and_keeps_what_has_lost_its_shard(bench: Bench) -> None:
    before = bench.served()
    bench.shards()[0].unlink()
    bench.videos.rename(bench.videos.with_name("unmounted"))
    more = bench.videos.with_name("more")
    write(more / "white.mp4", "white")
    bench.run(more)
    assert generations.current(bench.library).modalities
    assert before < bench.served()


def test_it_is_rolled_back_to_and_forth(bench: Bench) -> None:
    before = bench.served()
    write(bench.videos / "white.mp4", "white", "black", "white")
    bench.run()
    after = bench.served()
    assert best(bench, "black") == "white.mp4"
    assert rollback(bench.library).generation == "00000001"
    assert (bench.served(), best(bench, "red")) == (before, "red.mp4")
    assert bench.problems() == []
    rollback(bench.library, "00000002")
    assert bench.served() == after
    for number in range(2):
        write(bench.videos / f"more{number}.mp4", *["green"] * (number + 2))
        bench.run()
    assert generations.names(bench.library) == ["00000003", "00000004"]
    assert bench.problems() == []


def test_its_videos_are_kept_while_it_is(bench: Bench) -> None:
    (bench.videos / "red.mp4").unlink()
    bench.run()
    assert len(bench.shards()) == 3
    write(bench.videos / "white.mp4", "white")
    bench.run()
    assert len(bench.shards()) == 3, "red has gone with the generation that listed it"


def test_a_damaged_one_is_found_and_repaired(bench: Bench) -> None:
    served = bench.served()
    for name in ("index.faiss", "clip_ids.npy", "manifest.json"):
        file = generations.current(bench.library).folder / name
        if not file.exists():
            shutil.rmtree(bench.library.generations)
            file = publish_as_before(bench).folder / name
        file.write_bytes(b"cut")
        assert "generation" in [problem.kind for problem in bench.problems(is_deep=False)]
        bench.mend()
        bench.run()
        bench.mend()
        assert bench.served() == served
        assert bench.problems() == []


def test_a_backup_of_it_opens_elsewhere(bench: Bench, tmp_path: Path) -> None:
    backup(bench.library, tmp_path / "backup.tar")
    shutil.unpack_archive(tmp_path / "backup.tar", tmp_path / "restored", filter="data")
    bench.library = type(bench.library)(tmp_path / "restored")
    assert best(bench, "blue") == "blue.mp4"


def test_a_service_goes_over_to_segments(bench: Bench) -> None:
    catalog = open_catalog(bench.library.catalog)
    first = open_generation(bench.library, catalog, open_pair=lambda *_: colour_pair())
    write(bench.videos / "white.mp4", "white", "black")
    bench.run()
    second = open_generation(bench.library, catalog, open_pair=lambda *_: colour_pair(), before=first)
    assert len(second.vectors) == len(first.vectors) + 2
    catalog.close()
