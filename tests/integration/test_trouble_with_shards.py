"""Trouble in reading vectors costs none of them: what is proven to be damaged is put aside, and nothing deleted."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.stores import generations
from data.stores.catalog import open_catalog
from data.stores.shards import folder as shard_files
from data.stores.shards.folder import ShardWriter, read_account, read_clips, read_frames
from data.stores.vectors.contents import vectors_by_video
from indexer.upkeep.problems import problem_lines
from indexer.upkeep.rollback import rollback
from indexer.upkeep.verify import verify
from tests.bench import Bench, counts
from tests.first_format import write_first_format
from tests.instant_decoder import install, write


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Two videos; what is published holds neither, so that their shards have to be read."""
    install(monkeypatch)
    bench = Bench(tmp_path)
    write(bench.videos / "a.mp4", "red", "green")
    write(bench.videos / "b.mp4", "blue")
    bench.run()
    for folder in (bench.library.generations, bench.library.segments, bench.library.samples):
        shutil.rmtree(folder)
    bench.library.current.unlink()
    return bench


def aside(bench: Bench) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (bench.library.folder / "set-aside").rglob("*.npz")}


def repaired(bench: Bench) -> list[tuple[str, str]]:
    bench.mend()
    return [(problem.kind, problem.detail) for problem in bench.problems(is_deep=False)]


def rewrite(path: Path, monkeypatch: pytest.MonkeyPatch, *, format_: int = 2, bad: float | None = None) -> None:
    """The same shard in another format, of which the first has no account, or with a vector that is none."""
    ids, values = read_clips(path)
    frames, account, writer = read_frames(path), read_account(path), ShardWriter()
    assert frames is not None
    values = values.copy()
    if bad is not None:
        values[0, 0] = bad
    writer.append(ids, values, frames.times_s, frames.values.astype(np.float32))
    with monkeypatch.context() as patch:
        patch.setattr(shard_files, "FORMAT", format_)
        writer.save(path, account if format_ > 1 else None)
    writer.close()


def test_a_damaged_shard_is_set_aside_and_its_video_embedded_again(bench: Bench) -> None:
    one, other = bench.shards()
    damaged = one.read_bytes()[:-300]
    one.write_bytes(damaged)
    bench.run()
    assert aside(bench) == {one.name: damaged}
    assert any("is damaged" in said and "set-aside" in said for said in bench.listener.messages)
    assert bench.served() == set(read_clips(other)[0].tolist())
    assert bench.run().indexed == 1
    assert bench.shards() == [one, other]
    assert bench.problems() == []


def test_a_vector_that_is_none_is_never_searched(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = bench.shards()
    rewrite(one, monkeypatch, bad=np.nan)
    assert [problem.kind for problem in bench.problems(is_deep=False)] == ["shard"]
    bench.run()
    assert set(aside(bench)) == {one.name}
    assert bench.served() == set(read_clips(other)[0].tolist())


def test_a_generation_that_an_earlier_program_made_of_such_vectors_is_made_anew(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = bench.shards()
    rewrite(one, monkeypatch, bad=np.nan)
    with monkeypatch.context() as patch:
        patch.setattr(shard_files, "are_unit", lambda _: True)
        clips = [read_clips(path) for path in bench.shards()]
    ids, values = (np.concatenate(each) for each in zip(*clips, strict=True))
    write_first_format(bench.library, ids, values, fingerprint=one.parent.parent.name)
    assert len(bench.served()) == 3
    write(bench.videos / "c.mp4", "white")
    bench.run()
    catalog = open_catalog(bench.library.catalog)
    held = list(vectors_by_video(bench.library, generations.current(bench.library), catalog))
    catalog.close()
    assert {clip for _, ids, _ in held for clip in ids.tolist()} == bench.served() >= set(read_clips(other)[0].tolist())
    assert len(bench.served()) == 2
    assert all(np.isfinite(values).all() for _, _, values in held)
    assert set(aside(bench)) == {one.name}


def test_a_shard_of_a_newer_program_stays_and_the_rest_is_served(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = bench.shards()
    rewrite(one, monkeypatch, format_=99)
    newer = one.read_bytes()
    bench.run()
    assert bench.served() == set(read_clips(other)[0].tolist())
    assert any("made by a newer program (format 99): upgrade" in said for said in bench.listener.messages)
    ((kind, detail),) = repaired(bench)
    assert kind == "unreadable"
    assert "upgrade" in detail
    assert one.read_bytes() == newer
    assert aside(bench) == {}


def test_a_file_that_can_not_be_read_stays_and_the_rest_is_served(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = bench.shards()
    opened = Path.open

    def refused(path: Path, *how: Any, **named: Any) -> Any:
        if path == one:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opened(path, *how, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refused)
        bench.run()
        assert [kind for kind, _ in repaired(bench)] == ["unreadable"]
    assert bench.served() == set(read_clips(other)[0].tolist())
    assert any("Permission denied" in said and one.name in said for said in bench.listener.messages)
    assert aside(bench) == {}
    assert counts(bench.run()) == {"unchanged": 2}
    assert len(bench.served()) == 3


def test_lack_of_memory_stops_the_run_and_loses_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.read_bytes() for path in bench.shards()}

    def full(*_: object, **__: object) -> bytes:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("zipfile.ZipFile.read", full)
        with pytest.raises(MemoryError):
            bench.run()
        with pytest.raises(MemoryError):
            bench.problems(is_deep=False)
    assert {path: path.read_bytes() for path in bench.shards()} == before
    assert aside(bench) == {}
    assert counts(bench.run()) == {"unchanged": 2}
    assert len(bench.served()) == 3


def test_shards_in_a_folder_that_can_not_be_looked_into_are_not_lost(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, scandir = bench.shards()[0].parent, os.scandir

    def refused(path: Any) -> Iterator[os.DirEntry[str]]:
        if path == os.fspath(closed):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return scandir(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refused)
        with pytest.raises(PermissionError):
            bench.run()
    report = bench.run()
    assert (counts(report), report.clips) == ({"unchanged": 2}, 0)


def test_vectors_may_lie_on_another_disk_behind_a_link(bench: Bench, tmp_path: Path) -> None:
    bench.library.vectors.rename(tmp_path / "disk")
    bench.library.vectors.symlink_to(tmp_path / "disk")
    report = bench.run()
    assert (counts(report), report.clips) == ({"unchanged": 2}, 0)
    assert bench.problems() == []
    (tmp_path / "disk").rename(tmp_path / "unmounted")
    with pytest.raises(NotADirectoryError, match="is its disk mounted"):
        bench.run()
    (tmp_path / "unmounted").rename(tmp_path / "disk")
    assert bench.problems() == []


def test_rows_stay_when_all_vectors_seem_lost(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.run()
    write(bench.videos / "c.mp4", "white")
    bench.run()
    for path in bench.shards():
        rewrite(path, monkeypatch, format_=1)
    rollback(bench.library)
    shutil.rmtree(bench.library.generations / "00000002")
    bench.library.vectors.rename(tmp_path / "unmounted")
    bench.library.vectors.mkdir()
    bench.videos.rename(tmp_path / "away")
    bench.run(known=True)
    bench.library.vectors.rmdir()
    (tmp_path / "unmounted").rename(bench.library.vectors)
    (tmp_path / "away").rename(bench.videos)
    report = bench.run()
    assert (counts(report), report.clips) == ({"unchanged": 3}, 0)
    assert bench.problems() == []


def test_what_lies_among_the_vectors_and_is_none_is_set_aside(bench: Bench) -> None:
    (bench.library.vectors / "notes.npz").write_bytes(b"mine")
    shutil.copy(bench.shards()[0], bench.shards()[0].with_name("0" * 32 + ".npz"))
    bench.run()
    assert set(aside(bench)) == {"notes.npz", "0" * 32 + ".npz"}
    assert aside(bench)["notes.npz"] == b"mine"
    assert bench.problems() == []


def test_nothing_is_moved_while_a_backup_reads_it(bench: Bench) -> None:
    one = bench.shards()[0]
    one.write_bytes(one.read_bytes()[:-300])
    with bench.library.keeping():
        bench.run()
    assert one.exists()
    bench.run()
    assert set(aside(bench)) == {one.name}


def test_what_was_set_aside_is_counted_until_somebody_deletes_it(bench: Bench) -> None:
    one = bench.shards()[0]
    one.write_bytes(b"x" * 1000)
    bench.run()
    one.write_bytes(b"y" * 1000)
    bench.run()
    found = verify(bench.library, bench.settings(), is_deep=False, open_pair=bench.pair)
    assert found.set_aside_bytes == 2000
    assert any("2.0 kB set aside" in line for line in problem_lines(found.as_json()))
