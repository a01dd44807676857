"""What is wrong with a library is found and, where that is possible, put right."""

import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from data.durable import replacing
from data.stores import generations
from data.stores.catalog import open_catalog
from data.types import LibraryBusy
from indexer.upkeep.verify import verify
from tests import instant_decoder
from tests.bench import Bench
from tests.instant_decoder import install, write
from tests.small_library import COLOURS


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    install(monkeypatch)
    bench = Bench(tmp_path)
    write(bench.videos / "a.mp4", "red", "green")
    write(bench.videos / "b.mp4", "blue")
    bench.run()
    return bench


def kinds(bench: Bench, *, is_deep: bool = False) -> list[str]:
    return sorted(problem.kind for problem in bench.problems(is_deep=is_deep))


def repaired(bench: Bench) -> list[str]:
    """What is still wrong after a repair with this library's own pair."""
    bench.mend(bench.problems())
    return kinds(bench, is_deep=True)


def test_a_sound_library_has_no_problem(bench: Bench) -> None:
    found = verify(bench.library, bench.settings(), is_deep=True, open_pair=bench.pair)
    assert found.as_json() == {
        "ok": True,
        "videos": 2,
        "clips": 3,
        "unplaced": 0,
        "set_aside_bytes": 0,
        "problems": [],
    }


def test_what_a_killed_process_left_is_found_and_removed(bench: Bench) -> None:
    half = bench.library.generations / ".building.1.tmp"
    half.mkdir()
    (half / "index.faiss").write_bytes(b"x")
    shard = bench.shards()[0]
    shard.with_name(".x.npz.1.tmp").write_bytes(b"x")
    shutil.copy(shard, shard.with_name("0" * 32 + ".npz"))
    assert kinds(bench) == ["leftover", "leftover", "stray"]
    assert repaired(bench) == []
    assert not half.exists()


def test_what_the_service_is_writing_is_left_to_it(bench: Bench) -> None:
    bench.library.calibration.mkdir(exist_ok=True)
    with replacing(bench.library.calibration / "bank.npz") as file:
        assert kinds(bench) == []
        write(bench.videos / "white.mp4", "white")
        bench.run()
        file.write(b"whole")
    assert (bench.library.calibration / "bank.npz").read_bytes() == b"whole"


def test_lost_and_damaged_shards_are_embedded_again(bench: Bench) -> None:
    one, other = bench.shards()
    served = bench.served()
    one.unlink()
    other.write_bytes(other.read_bytes()[:-300] + b"\0" * 300)
    assert kinds(bench) == ["shard", "shard"]
    assert repaired(bench) == []
    assert bench.shards() == sorted([one, other])
    assert bench.served() == served


def test_a_flipped_bit_in_a_shard_is_damage(bench: Bench) -> None:
    shard = bench.shards()[0]
    data = bytearray(shard.read_bytes())
    at = data.index(b"NUMPY", data.index(b"clip_values")) + 130
    data[at] ^= 1
    shard.write_bytes(data)
    assert kinds(bench) == ["shard"]


def test_a_lost_shard_is_made_again_by_the_next_run_and_search_keeps_its_clips(bench: Bench) -> None:
    served = bench.served()
    bench.shards()[0].unlink()
    assert bench.run().indexed == 1
    assert bench.served() == served
    assert kinds(bench, is_deep=True) == []


def test_a_lost_shard_of_an_absent_file_stays_a_problem_and_its_clips_stay_searchable(bench: Bench) -> None:
    served = bench.served()
    bench.videos.rename(bench.videos.with_name("unmounted"))
    bench.shards()[0].unlink()
    assert repaired(bench) == ["shard"]
    assert bench.served() == served


def test_a_damaged_generation_is_built_anew(bench: Bench) -> None:
    served = bench.served()
    (index,) = bench.library.segments.glob("*/index.faiss")
    index.write_bytes(index.read_bytes()[:-10])
    (problem,) = bench.problems(is_deep=False)
    assert problem.kind == "generation"
    assert str(index) in problem.detail
    assert repaired(bench) == []
    assert bench.served() == served


def test_a_generation_of_an_engine_that_is_not_here_is_built_anew(bench: Bench) -> None:
    bench.run()
    manifest = generations.current(bench.library).folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"flat"', '"another"'))
    assert kinds(bench) == ["generation"]
    assert repaired(bench) == []
    assert generations.current(bench.library).modalities["visual"].engine == "flat"


def test_a_lost_generation_is_built_anew(bench: Bench) -> None:
    served = bench.served()
    shutil.rmtree(generations.current(bench.library).folder)
    assert kinds(bench) == ["generation", "leftover", "leftover"], "its segment and its sample are listed by nobody"
    bench.mend(bench.problems())
    bench.run()
    assert bench.served() == served
    assert kinds(bench, is_deep=True) == []


def test_a_repair_that_is_killed_leaves_the_name_of_the_damaged_generation(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = bench.served()
    write(bench.videos / "c.mp4", "white")
    bench.run()
    (generations.current(bench.library).folder / "manifest.json").write_bytes(b"{")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(generations, "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            bench.mend()
    assert "generation" in kinds(bench), "not taken for a library in which nothing was ever indexed"
    assert repaired(bench) == []
    assert bench.served() > served


def test_bytes_that_changed_behind_the_same_size_and_time_are_found(bench: Bench) -> None:
    path = bench.videos / "b.mp4"
    before = path.stat()
    path.write_text("red ")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert kinds(bench) == []
    assert kinds(bench, is_deep=True) == ["file"]


def test_a_file_of_other_bytes_is_indexed_again(bench: Bench) -> None:
    path, old = bench.videos / "a.mp4", bench.served()
    before = path.stat()
    path.write_text("red  blue")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert repaired(bench) == []
    assert len(bench.served() & old) == 1
    assert len(bench.served()) == 3


def test_vectors_of_another_picture_are_found(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(instant_decoder.PAINT, "blue", COLOURS["red"])
    assert kinds(bench, is_deep=True) == ["vector"]


def test_a_catalogue_that_is_none_is_damage(bench: Bench) -> None:
    bench.library.catalog.write_bytes(b"not a database, whatever its name says" * 100)
    assert kinds(bench) == ["catalogue"]


def test_rows_that_refer_to_nothing_are_told(bench: Bench) -> None:
    catalog = open_catalog(bench.library.catalog)
    with catalog.connect() as connection:
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        connection.execute(text("DELETE FROM videos"))
        connection.commit()
    catalog.close()
    assert "row" in kinds(bench)


def test_a_library_that_is_being_written_is_not_judged(bench: Bench) -> None:
    with bench.library.writing(), pytest.raises(LibraryBusy):
        bench.problems()
