"""Links, kills, orphans and backups: what could be taken for lost vectors or a lost catalogue, and is not."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from data.stores import generations
from data.stores.catalog import Catalog, open_catalog, views
from data.stores.catalog.engines import anew, sqlite
from data.types import Video, VideoError
from indexer.upkeep import rebuild
from indexer.upkeep.forget import forget
from indexer.upkeep.problems import Problem
from search.answering.thumbs import kept, listed
from search.query.wire import JudgmentBody
from tests import instant_decoder
from tests.bench import NEWER, Bench, counts
from tests.instant_decoder import InstantDecoder, indexed, write


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return indexed(tmp_path, monkeypatch)


def move_behind_a_link(folder: Path, away: Path) -> None:
    shutil.move(folder, away)
    folder.symlink_to(away)


def judge(bench: Bench) -> None:
    catalog = open_catalog(bench.library.catalog)
    video_id = views.embeddings(catalog)[0][0]
    kept(catalog, JudgmentBody(query="red", video_id=video_id, start_s=0, end_s=2, relevant=True))
    catalog.close()


def thumbs_and_roots(bench: Bench) -> tuple[int, int]:
    catalog = open_catalog(bench.library.catalog)
    found = listed(catalog, None, limit=10, offset=0).total, len(catalog.roots())
    catalog.close()
    return found


def orphan(bench: Bench) -> None:
    with closing(sqlite3.connect(bench.library.catalog)) as connection:
        connection.execute("INSERT INTO disks VALUES (?, ?, 1, '2026-01-01 00:00:00.000000')", (b"/nowhere", b""))
        connection.commit()


def facts(bench: Bench) -> Video:
    catalog = open_catalog(bench.library.catalog)
    found = views.video(catalog, views.embeddings(catalog)[0][0])
    catalog.close()
    assert found is not None
    return found[0]


def test_vectors_of_one_fingerprint_may_lie_behind_a_link_while_another_is_served(bench: Bench, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other / "o.mp4", "blue", "red")
    bench.run(bench.videos, other)
    other.rename(tmp_path / "unmounted")
    bench.run(spec=NEWER)
    shadow = bench.library.shadow()
    assert shadow is not None
    before = bench.shards()
    move_behind_a_link(bench.library.vectors / shadow, tmp_path / "disk")
    write(bench.videos / "n.mp4", "white")
    bench.run()
    assert set(before) <= set(bench.shards())
    assert bench.problems(is_deep=False) == []


def test_vectors_behind_a_link_to_a_disk_that_is_not_there_are_not_lost(bench: Bench, tmp_path: Path) -> None:
    (folder,) = bench.library.vectors.iterdir()
    move_behind_a_link(folder, tmp_path / "disk")
    report = bench.run()
    assert (counts(report), report.clips) == ({"unchanged": 2}, 0)
    (tmp_path / "disk").rename(tmp_path / "unmounted")
    with pytest.raises(NotADirectoryError, match="is its disk mounted"):
        bench.run()


def test_what_is_known_of_a_video_is_what_the_last_program_saw(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instant_decoder, "_FACTS", replace(instant_decoder._FACTS, width=1280, duration_s=9.0))
    bench.run(spec=NEWER)
    assert (facts(bench).width, facts(bench).duration_s) == (1280, 9.0)


@pytest.mark.parametrize(("where", "step"), [(sqlite, "_make"), (rebuild, "set_aside")])
def test_a_repair_that_is_killed_keeps_thumbs_and_roots(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, where: ModuleType, step: str
) -> None:
    judge(bench)
    damage = [Problem("catalogue", str(bench.library.catalog), "is damaged")]
    done = getattr(where, step)

    def killed(*given: object) -> None:
        done(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(where, step, killed)
        with pytest.raises(KeyboardInterrupt):
            bench.mend(damage)
    bench.mend(damage if bench.library.exists else None)
    assert thumbs_and_roots(bench) == (1, 1)
    bench.run()
    assert bench.problems() == []


def test_a_row_that_damage_let_in_twice_comes_along_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(bench)
    read = anew._readable
    monkeypatch.setattr(anew, "_readable", lambda place, table: [*read(place, table)] * 2)
    bench.mend([Problem("catalogue", str(bench.library.catalog), "is damaged")])
    assert thumbs_and_roots(bench) == (1, 1)


def test_a_row_that_refers_to_nothing_goes_alone(bench: Bench) -> None:
    judge(bench)
    orphan(bench)
    before = bench.ledger()
    assert [each.kind for each in bench.problems()] == ["row"]
    bench.mend()
    assert bench.problems() == []
    assert bench.ledger() == before
    assert thumbs_and_roots(bench) == (1, 1)
    assert not (bench.library.folder / "set-aside").exists()


def test_rows_that_a_lost_one_leaves_behind_go_with_it_and_their_vectors_stay(bench: Bench) -> None:
    with closing(sqlite3.connect(bench.library.catalog)) as connection:
        connection.execute("DELETE FROM videos")
        connection.commit()
    before = bench.shards()
    bench.mend()
    assert bench.problems() == []
    assert bench.shards() == before
    assert bench.run().clips == 0


def test_what_was_forgotten_does_not_come_back_after_a_kill(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    drop = Catalog.drop

    def killed(catalog: Catalog, keys: list[tuple[str, str]]) -> None:
        drop(catalog, keys)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Catalog, "drop", killed)
        with pytest.raises(KeyboardInterrupt):
            forget(bench.library, bench.videos / "a.mp4", keep_generations=1, say=bench.listener.say)
    bench.run(bench.videos)
    assert len(bench.shards()) == 1
    assert bench.problems() == []


def test_a_generation_without_its_manifest_gives_way_to_an_older_one(bench: Bench) -> None:
    older = generations.current(bench.library).generation
    write(bench.videos / "c.mp4", "white")
    bench.run()
    newest = generations.current(bench.library)
    (newest.folder / "manifest.json").unlink()
    bench.mend()
    assert older in generations.names(bench.library)
    assert bench.problems() == []
    assert len(bench.served()) == 4


def test_no_generation_goes_while_a_backup_reads_it(bench: Bench) -> None:
    write(bench.videos / "c.mp4", "white")
    bench.run()
    damaged = generations.current(bench.library).folder
    (damaged / "arrays.npz").write_bytes(b"none")
    with bench.library.keeping():
        bench.mend()
        assert damaged.exists()
    assert "until the backup is done" in bench.listener.messages[-1]
    bench.mend()
    assert not damaged.exists()
    assert bench.problems() == []


def test_a_damaged_shard_that_a_backup_holds_is_told_of(bench: Bench) -> None:
    bench.shards()[0].write_bytes(b"none")
    with bench.library.keeping():
        bench.mend()
    assert any("until the backup is done" in said for said in bench.listener.messages)
    assert len(bench.served()) == 3


def test_a_clip_that_can_not_be_made_again_now_is_no_other_clip(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: InstantDecoder, path: Path) -> None:
        raise VideoError(path, "memory", "not enough memory")

    monkeypatch.setattr(InstantDecoder, "decode", refused)
    monkeypatch.setattr(
        "indexer.upkeep.verify.fingerprint_for", lambda _: generations.current(bench.library).fingerprint
    )
    served = generations.current(bench.library).generation
    found = bench.problems()
    assert [each.kind for each in found] == ["unreadable"]
    bench.mend(found)
    assert generations.current(bench.library).generation == served
