"""A library whose shards are in an object store: the folder may be lost, the store may be away, and nothing else is."""

import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from data.exits import ENVIRONMENT
from data.remote import ranged, s3
from data.remote.errors import RemoteError
from data.stores.binding import OtherStore
from data.stores.library import Library
from indexer.upkeep.backup import backup
from indexer.upkeep.forget import forget
from sceneseek.commands.exits import exit_code
from tests.bench import Bench, counts
from tests.instant_decoder import install, write
from tests.objects import Bucket


@pytest.fixture
def bench(tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(ranged, "_PAUSE_S", 0.01)
    install(monkeypatch)
    bench = Bench(tmp_path)
    write(bench.videos / "a.mp4", "red", "green")
    write(bench.videos / "b.mp4", "blue")
    bench.library = replace(bench.library, store=f"s3://{bucket.name}/library")
    return bench


def _lose(bench: Bench, *names: str) -> None:
    """Remove these from the library's folder."""
    for name in names:
        place = bench.library.folder / name
        shutil.rmtree(place) if place.is_dir() else place.unlink()


def test_they_are_put_there_and_the_folder_needs_no_copy(bench: Bench, bucket: Bucket) -> None:
    assert counts(bench.run()) == {"indexed": 2}
    assert len(bucket.keys("library/")) == 2
    served = bench.served()
    _lose(bench, "vectors")
    assert bench.problems() == []
    _lose(bench, "vectors", "snapshots", "segments", "samples", "CURRENT")
    assert counts(bench.run()) == {"unchanged": 2}
    assert bench.served() == served
    assert (bench.library.folder / "STORE").read_text() == f"s3://{bucket.name}/library\n"


def test_a_lost_catalogue_is_made_anew_from_them(bench: Bench) -> None:
    bench.run()
    served = bench.served()
    _lose(bench, "vectors", "catalog.db")
    assert bench.library.has_lost_its_catalogue
    bench.mend()
    assert counts(bench.run()) == {"unchanged": 2}
    assert bench.served() == served
    assert bench.problems() == []


def test_a_library_moves_there_with_its_next_run(bench: Bench, bucket: Bucket) -> None:
    there = bench.library
    bench.library = Library(there.folder)
    bench.run()
    bench.library = there
    assert [problem.kind for problem in bench.problems(is_deep=False)] == ["unsent", "unsent"]
    assert bucket.keys("library/") == []
    assert counts(bench.run()) == {"unchanged": 2}
    assert len(bucket.keys("library/")) == 2
    assert f"the vectors of 2 videos are being put into s3://{bucket.name}/library" in bench.listener.messages
    _lose(bench, "vectors")
    assert bench.problems() == []


def test_a_forgotten_setting_and_another_librarys_store_are_refused(bench: Bench, tmp_path: Path) -> None:
    bench.run()
    there = bench.library
    bench.library = Library(there.folder)
    with pytest.raises(OtherStore, match="SCENESEEK_STORE has to name it") as raised:
        bench.run()
    assert exit_code(raised.value) == ENVIRONMENT
    bench.library = replace(there, folder=tmp_path / "other")
    with pytest.raises(OtherStore, match="holds the vectors of another library"):
        bench.run()


def test_a_store_that_is_away_stops_a_run_and_loses_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.run()
    served = bench.served()
    write(bench.videos / "c.mp4", "white")
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        s3.client.cache_clear()
        with pytest.raises(RemoteError, match="can't be reached") as raised:
            bench.run()
        assert exit_code(raised.value) == ENVIRONMENT
        assert bench.served() == served
    s3.client.cache_clear()
    assert counts(bench.run()) == {"indexed": 1, "unchanged": 2}


def test_what_is_damaged_there_is_set_aside_and_made_anew(bench: Bench, bucket: Bucket) -> None:
    bench.run()
    key = bucket.keys("library/")[0]
    bucket.put(key, b"no shard")
    problems = bench.problems(is_deep=False)
    assert [(each.kind, each.detail) for each in problems] == [
        ("shard", "is damaged: what the object store has is not what was put there")
    ]
    bench.mend(problems)
    assert bench.problems() == []
    (aside,) = (bench.library.folder / "set-aside").rglob("*.npz")
    assert aside.read_bytes() == b"no shard"


def test_what_is_removed_there_is_put_there_again_or_made_anew(bench: Bench, bucket: Bucket) -> None:
    bench.run()
    for key in bucket.keys("library/"):
        bucket.drop(key)
    assert counts(bench.run()) == {"unchanged": 2}
    assert len(bucket.keys("library/")) == 2
    for key in bucket.keys("library/"):
        bucket.drop(key)
    _lose(bench, "vectors")
    assert counts(bench.run()) == {"indexed": 2}
    assert len(bucket.keys("library/")) == 2


def test_what_no_generation_needs_any_more_goes(bench: Bench, bucket: Bucket) -> None:
    settings = bench.settings(keep_generations=1)
    bench.run(settings=settings)
    forget(bench.library, bench.videos / "a.mp4", keep_generations=1, say=print)
    assert len(bucket.keys("library/")) == 1
    assert bench.problems() == []


def test_a_backup_is_whole_and_needs_no_store(bench: Bench, tmp_path: Path) -> None:
    bench.run()
    _lose(bench, "vectors")
    backup(bench.library, tmp_path / "copy.tar")
    with tarfile.open(tmp_path / "copy.tar") as archive:
        archive.extractall(tmp_path / "copy", filter="data")
    bench.library = Library(tmp_path / "copy")
    assert bench.problems() == []
    assert len(bench.shards()) == 2
