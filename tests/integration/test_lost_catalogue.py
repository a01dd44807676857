"""A catalogue that is lost or damaged comes back from the vectors, and until then nothing is removed on doubt."""

import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from numpy.typing import NDArray

from data.stores.catalog import Catalog, open_catalog, servable, views
from data.stores.catalog.errors import CatalogueUnavailable
from data.stores.library import Library
from data.stores.shards.folder import ShardWriter, read_clips, read_frames
from data.stores.unplaced import unplaced
from data.types import LibraryBusy
from indexer.upkeep.backup import backup
from models.spec import Embedded
from search.answering.answers import search_library
from search.answering.thumbs import kept
from search.query.wire import FilterBody, JudgmentBody, SearchBody
from tests.bench import Bench, counts
from tests.instant_decoder import indexed, write
from tests.small_library import ColourVideoTower


class Counting(ColourVideoTower):
    """Counts the clips that it is given."""

    clips = 0

    def encode(self, pixels: NDArray[Any]) -> Embedded:
        self.clips += len(pixels)
        return super().encode(pixels)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = indexed(tmp_path, monkeypatch)
    bench.tower = Counting()
    return bench


def embedded_anew(bench: Bench) -> int:
    assert isinstance(bench.tower, Counting)
    return bench.tower.clips


def lose(library: Library) -> None:
    for file in library.folder.glob("catalog.db*"):
        file.unlink()


def cut(library: Library) -> None:
    """Damage what comes after the first page: it opens, and is not whole."""
    data = library.catalog.read_bytes()
    library.catalog.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))


def spoil_clips(library: Library) -> None:
    """Damage the table of clips, and no other."""
    with closing(sqlite3.connect(library.catalog)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((page,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'clips'")
        ((size,),) = connection.execute("PRAGMA page_size")
    with library.catalog.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


def scribble(library: Library) -> None:
    library.catalog.write_bytes(b"not a database, whatever its name says" * 100)


def repair(bench: Bench) -> list[str]:
    bench.mend()
    return [problem.kind for problem in bench.problems(is_deep=True)]


def answers(bench: Bench) -> list[Any]:
    """Everything about what is found for each colour, also by when it was indexed."""
    since = FilterBody(indexed_from=datetime.now(UTC) - timedelta(hours=1))
    found = [
        search_library(bench.library, SearchBody(query=colour, filters=since), open_pair=lambda *_: bench.pair())
        for colour in ("red", "green", "blue")
    ]
    return [[moment.model_dump() for moment in each.moments] for each in found]


def embeddings(bench: Bench) -> list[Any]:
    catalog = open_catalog(bench.library.catalog)
    rows = [(key, ids.tolist()) for key, ids in views.clip_ids_by_embedding(catalog)]
    clips = [servable.clips_of(catalog, fingerprint, [video_id]).tolist() for (video_id, fingerprint), _ in rows]
    catalog.close()
    return [rows, clips]


def make_first_format(path: Path) -> None:
    """Write a shard as an earlier program did."""
    ids, values = read_clips(path)
    frames, writer = read_frames(path), ShardWriter()
    assert frames is not None
    writer.append(ids, values, frames.times_s, frames.values.astype("f4"))
    writer.save(path)
    writer.close()


@pytest.mark.parametrize("ruin", [lose, cut, scribble])
def test_it_is_made_anew_and_the_folders_bring_the_paths_back(bench: Bench, ruin: Callable[[Library], None]) -> None:
    before, rows, served = answers(bench), embeddings(bench), bench.served()
    ruin(bench.library)
    assert [problem.kind for problem in bench.problems()][:1] == ["catalogue"]
    assert repair(bench) == []
    assert embeddings(bench) == rows
    assert bench.served() == served
    report = bench.run()
    assert (counts(report), report.clips) == ({"unchanged": 2}, 0)
    assert embedded_anew(bench) == 0
    assert answers(bench) == before
    assert unplaced(bench.library) == set()
    assert bench.problems() == []


@pytest.mark.parametrize("ruin", [cut, scribble])
def test_the_damaged_one_is_set_aside_and_where_is_said(bench: Bench, ruin: Callable[[Library], None]) -> None:
    ruin(bench.library)
    damaged = bench.library.catalog.read_bytes()
    repair(bench)
    (aside,) = (bench.library.folder / "set-aside").glob("*/catalog.db")
    assert aside.read_bytes() == damaged
    assert any(str(aside.parent) in message for message in bench.listener.messages)


def test_the_next_run_takes_the_vectors_in_even_without_a_repair(bench: Bench) -> None:
    before = answers(bench)
    lose(bench.library)
    assert bench.run().clips == 0
    assert embedded_anew(bench) == 0
    assert answers(bench) == before
    assert bench.problems() == []


def test_nothing_is_removed_while_a_folder_is_not_indexed_again(bench: Bench) -> None:
    other = bench.videos.with_name("other")
    for colour in ("black", "white"):
        write(other / f"{colour}.mp4", colour)
    bench.run(other)
    before = bench.shards()
    lose(bench.library)
    repair(bench)
    embedded = embedded_anew(bench)
    for number in range(4):
        write(bench.videos / f"new{number}.mp4", *["red"] * (number + 1))
        bench.run(settings=bench.settings(keep_generations=1))
    assert set(bench.shards()) > set(before)
    assert len(unplaced(bench.library)) == 2
    assert bench.problems(is_deep=False) == []
    assert embedded_anew(bench) - embedded == 1 + 2 + 3 + 4
    assert counts(bench.run(other)) == {"unchanged": 2}
    assert embedded_anew(bench) - embedded == 1 + 2 + 3 + 4
    assert unplaced(bench.library) == set()


def test_what_was_found_again_and_is_gone_then_is_removed_as_ever(bench: Bench) -> None:
    lose(bench.library)
    bench.run()
    (bench.videos / "a.mp4").unlink()
    for number in range(2):
        write(bench.videos / f"new{number}.mp4", *["red"] * (number + 1))
        bench.run(settings=bench.settings(keep_generations=1))
    assert len(bench.shards()) == 3
    assert bench.problems() == []


def test_thumbs_and_roots_come_along_when_they_can_be_read(bench: Bench) -> None:
    catalog = open_catalog(bench.library.catalog)
    video_id = views.embeddings(catalog)[0][0]
    kept(catalog, JudgmentBody(query="red", video_id=video_id, start_s=0, end_s=1, relevant=True))
    catalog.close()
    spoil_clips(bench.library)
    assert repair(bench) == []
    catalog = open_catalog(bench.library.catalog)
    with catalog.connect() as connection:
        assert connection.exec_driver_sql("SELECT query FROM judgments").scalars().all() == ["red"]
    catalog.close()
    assert any("with 1 thumb" in message for message in bench.listener.messages)
    assert counts(bench.run(known=True)) == {"unchanged": 2}


def test_vectors_of_the_first_format_are_kept_and_their_videos_embedded_anew(bench: Bench) -> None:
    for path in bench.shards():
        make_first_format(path)
    assert bench.problems() == []
    old = {path: path.read_bytes() for path in bench.shards()}
    lose(bench.library)
    repair(bench)
    aside = {path.name: path.read_bytes() for path in (bench.library.folder / "set-aside").rglob("*.npz")}
    assert aside == {path.name: data for path, data in old.items()}
    assert any("older format" in message for message in bench.listener.messages)
    assert bench.run().indexed == 2
    assert bench.problems() == []


def test_a_run_without_a_repair_keeps_the_first_format_until_it_is_made_anew(bench: Bench) -> None:
    for path in bench.shards():
        make_first_format(path)
    before = bench.shards()
    lose(bench.library)
    assert bench.run(bench.videos / "a.mp4").indexed == 1
    assert bench.shards() == before


def test_a_shard_whose_rows_a_killed_run_did_not_write_is_not_embedded_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(bench.videos / "c.mp4", "white", "black", "red")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Catalog, "store", killed)
        bench.run()
    embedded = embedded_anew(bench)
    assert counts(bench.run()) == {"unchanged": 3}
    assert embedded_anew(bench) == embedded
    assert bench.problems() == []


def test_a_catalogue_is_not_replaced_while_a_backup_is_written(bench: Bench) -> None:
    scribble(bench.library)
    with bench.library.keeping(), pytest.raises(LibraryBusy, match="backup"):
        repair(bench)
    assert bench.library.catalog.read_bytes().startswith(b"not a database")


def test_an_older_catalogue_from_a_backup_takes_in_what_came_after_it(bench: Bench, tmp_path: Path) -> None:
    shutil.copy(bench.library.catalog, tmp_path / "older.db")
    write(bench.videos / "c.mp4", "white")
    bench.run()
    lose(bench.library)
    shutil.copy(tmp_path / "older.db", bench.library.catalog)
    embedded = embedded_anew(bench)
    assert counts(bench.run()) == {"unchanged": 3}
    assert embedded_anew(bench) == embedded
    assert bench.problems() == []


def test_a_locked_catalogue_is_not_a_damaged_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(place: Path) -> None:
        raise CatalogueUnavailable(place, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr("indexer.upkeep.verify.open_catalog", locked)
    with pytest.raises(CatalogueUnavailable, match="locked"):
        bench.problems()


def test_an_emptied_catalogue_is_filled_again(bench: Bench) -> None:
    before, served = answers(bench), bench.served()
    lose(bench.library)
    bench.library.catalog.touch()
    assert repair(bench) == []
    assert bench.served() == served
    assert bench.run().clips == 0
    assert embedded_anew(bench) == 0
    assert answers(bench) == before


def test_a_backup_knows_what_has_no_place_yet(bench: Bench, tmp_path: Path) -> None:
    lose(bench.library)
    repair(bench)
    backup(bench.library, tmp_path / "backup.tar")
    with tarfile.open(tmp_path / "backup.tar") as archive:
        archive.extractall(tmp_path / "restored", filter="data")
    assert unplaced(Library(tmp_path / "restored")) == unplaced(bench.library) != set()
