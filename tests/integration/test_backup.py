"""A library copied in one file, and opened elsewhere."""

import tarfile
from pathlib import Path

import pytest

from data.durable import replacing
from data.stores.catalog import RootTaken
from data.stores.library import Library
from data.types import LibraryBusy
from indexer.upkeep.backup import backup
from indexer.upkeep.reroot import reroot
from search.answering.answers import search_library
from search.query.wire import SearchBody
from tests.bench import Bench, counts
from tests.instant_decoder import indexed, write


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return indexed(tmp_path, monkeypatch)


def restore(file: Path, folder: Path) -> Library:
    with tarfile.open(file) as archive:
        archive.extractall(folder, filter="data")
    return Library(folder)


def test_a_backup_taken_while_the_library_is_written_opens_elsewhere(bench: Bench, tmp_path: Path) -> None:
    served = bench.served()
    with bench.library.writing():
        size = backup(bench.library, tmp_path / "backup.tar")
    assert size == (tmp_path / "backup.tar").stat().st_size
    bench.library = restore(tmp_path / "backup.tar", tmp_path / "elsewhere")
    assert bench.problems() == []
    assert bench.served() == served
    assert counts(bench.run()) == {"unchanged": 2}


def test_videos_can_not_come_to_lie_where_another_root_is(bench: Bench, tmp_path: Path) -> None:
    write(tmp_path / "other" / "c.mp4", "white")
    bench.run(tmp_path / "other")
    for taken in (tmp_path / "other", tmp_path / "other" / "in", tmp_path):
        with pytest.raises(RootTaken, match="other is a known root already"):
            reroot(bench.library, bench.videos, taken)
    assert counts(bench.run(known=True)) == {"unchanged": 3}


def test_a_backup_leaves_out_what_the_service_is_writing(bench: Bench, tmp_path: Path) -> None:
    bench.library.calibration.mkdir(exist_ok=True)
    with replacing(bench.library.calibration / "bank.npz"):
        backup(bench.library, tmp_path / "backup.tar")
    with tarfile.open(tmp_path / "backup.tar") as archive:
        assert [name for name in archive.getnames() if name.endswith(".tmp") or "calibration" in name] == []


def test_a_backup_before_anything_is_published_holds_what_is_embedded(bench: Bench, tmp_path: Path) -> None:
    bench.library.current.unlink()
    backup(bench.library, tmp_path / "backup.tar")
    bench.library = restore(tmp_path / "backup.tar", tmp_path / "elsewhere")
    report = bench.run()
    assert (counts(report), report.clips) == ({"unchanged": 2}, 0)
    assert len(bench.served()) == 3


def test_a_backup_that_fails_leaves_the_one_before(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "backup.tar").write_bytes(b"old")
    bench.library.catalog.write_bytes(b"no database" * 100)
    with pytest.raises(Exception, match="not a database"):
        backup(bench.library, tmp_path / "backup.tar", overwrite=True)
    assert (tmp_path / "backup.tar").read_bytes() == b"old"


def test_videos_that_moved_with_their_folder_cost_no_work(bench: Bench, tmp_path: Path) -> None:
    served = bench.served()
    bench.videos.rename(tmp_path / "mounted elsewhere")
    assert reroot(bench.library, bench.videos, tmp_path / "mounted elsewhere") == 1
    report = bench.run(known=True)
    assert (counts(report), report.clips) == ({"unchanged": 2}, 0)
    assert bench.served() == served
    found = search_library(bench.library, SearchBody(query="blue", limit=1), open_pair=lambda *_: bench.pair())
    assert found.moments[0].video == str(tmp_path / "mounted elsewhere" / "deep" / "b.mp4")


def test_only_a_known_root_moves_and_only_when_nobody_writes(bench: Bench, tmp_path: Path) -> None:
    assert reroot(bench.library, tmp_path / "unknown", tmp_path / "new") == 0
    with bench.library.writing(), pytest.raises(LibraryBusy):
        reroot(bench.library, bench.videos, tmp_path / "new")
