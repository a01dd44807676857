import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.sources.choose import Chosen
from data.sources.fence import Fence
from data.sources.source import Walk
from data.sources.walk import Walker
from data.stores.catalog import Catalog, open_catalog
from indexer.plan.discover import discover
from tests.unit.indexer.test_discover import location


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return open_catalog(tmp_path / "library" / "catalog.db")


def write(folder: Path, *names: str, data: bytes = b"x") -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def walked(catalog: Catalog, folder: Path, fence: Fence | None = None) -> Walk:
    found = discover(catalog, os.fsencode(folder), os.fsencode(folder), fence or Fence())
    assert found is not None
    return found


def names(walk: Walk) -> list[str]:
    return [os.fsdecode(found.path) for found in walk.found]


def closed(monkeypatch: pytest.MonkeyPatch, *folders: Path, error: type[OSError] = PermissionError) -> None:
    """Let nobody look into these folders; file modes would not keep root out."""
    scandir = os.scandir

    def guarded(path: bytes) -> Iterator[os.DirEntry[bytes]]:
        if any(path == os.fsencode(folder) for folder in folders):
            raise error(13, "not to be entered")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)


@pytest.mark.parametrize(
    "name",
    [
        "#recycle",
        "$RECYCLE.BIN",
        ".Trash-1000",
        "@eaDir",
        "a film.trickplay",
        "lost+found",
        "System Volume Information",
        "@Recycle",
        "#snapshot",
        "LOST.DIR",
    ],
)
def test_what_was_thrown_away_or_belongs_to_a_system_is_not_entered(
    catalog: Catalog, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "v", "a.mp4", f"deep/{name}/b.mp4")
    closed(monkeypatch, folder / "deep" / name)
    walk = walked(catalog, folder)
    assert (names(walk), walk.unreadable) == (["a.mp4"], [])


def test_a_file_that_was_named_in_such_a_folder_stays(catalog: Catalog, tmp_path: Path) -> None:
    folder = write(tmp_path / "v", "a.mp4", "#recycle/b.mp4")
    root = catalog.add_root(os.fsencode(folder))
    catalog.record(location(root, b"#recycle/b.mp4"))
    assert names(walked(catalog, folder)) == ["#recycle/b.mp4", "a.mp4"]


def test_names_of_videos_that_hold_something_else_are_not_taken(catalog: Catalog, tmp_path: Path) -> None:
    folder = write(tmp_path / "v", "index.d.ts", "go.mod", "x/types.mts", data=b"export const G = 47;\n" * 99)
    write(folder, "00001.MTS", "tv.ts", data=(b"\x47\x40\0\x10" + bytes(184)) * 9)
    walk = walked(catalog, folder)
    assert names(walk) == ["00001.MTS", "tv.ts"]
    assert walk.others == {b".ts": 1, b".mod": 1, b".mts": 1}


def test_an_older_program_s_failures_over_such_files_go(catalog: Catalog, tmp_path: Path) -> None:
    folder = write(tmp_path / "v", "a.mp4", "index.d.ts")
    root = catalog.add_root(os.fsencode(folder))
    catalog.record(location(root, b"index.d.ts"))
    walk = walked(catalog, folder)
    assert names(walk) == ["a.mp4"]
    assert [each.path for each in walk.missed] == [b"index.d.ts"]


def test_a_stream_that_cannot_be_read_is_said_and_never_gone(catalog: Catalog, tmp_path: Path) -> None:
    folder = write(tmp_path / "v", "a.mp4", "tv.ts")
    root = catalog.add_root(os.fsencode(folder))
    catalog.record(location(root, b"tv.ts"))
    (folder / "tv.ts").unlink()
    (folder / "tv.ts").symlink_to("/proc/self/mem")  # it can be asked, and not read
    walk = walked(catalog, folder)
    assert walk.missed == []
    assert walk.unreadable == [os.fsencode(folder / "tv.ts")]


def test_files_of_other_endings_are_counted_by_ending(catalog: Catalog, tmp_path: Path) -> None:
    folder = write(tmp_path / "v", "a.mp4", "b.JPG", "c.jpg", "notes", ".hidden.jpg", "@eaDir/d.jpg")
    assert walked(catalog, folder).others == {b".jpg": 2, b"": 1}


def test_below_a_folder_that_cannot_be_read_all_stays_and_elsewhere_nothing_does(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "v", "a.mp4", "private/b.mp4", "privateer/c.mp4")
    root = catalog.add_root(os.fsencode(folder))
    for path in (b"gone.mp4", b"private/gone.mp4", b"privateer/gone.mp4"):
        catalog.record(location(root, path))
    closed(monkeypatch, folder / "private")
    walk = walked(catalog, folder)
    assert [each.path for each in walk.missed] == [b"gone.mp4", b"privateer/gone.mp4"]
    assert walk.unreadable == [os.fsencode(folder / "private")]


def test_another_name_of_a_folder_that_cannot_be_read_is_no_reason_to_miss_what_it_held(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "v", "a.mp4")
    write(tmp_path / "outside", "b.mp4")
    for name in ("one", "two"):
        (folder / name).symlink_to(tmp_path / "outside")
    root = catalog.add_root(os.fsencode(folder))
    catalog.record(location(root, b"one/b.mp4"))
    closed(monkeypatch, folder / "one", folder / "two")
    # The stat of the known file would find it; a network folder would not let it be asked either.
    (tmp_path / "outside" / "b.mp4").unlink()
    assert walked(catalog, folder).missed == []


@pytest.mark.parametrize("pattern", ["raw", "raw/", "raw/*", "r*w", "*/raw", "a/raw", "a/raw/*"])
def test_an_excluded_folder_is_not_entered_and_what_is_known_of_it_is_not_missed(
    catalog: Catalog, tmp_path: Path, pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = "a/raw" if "a/" in pattern or "*/" in pattern else "raw"
    folder = write(tmp_path / "v", "b.mp4", f"{inner}/c.mp4", f"{inner}/er/d.mp4", "raw.mp4")
    root = catalog.add_root(os.fsencode(folder))
    for path in (f"{inner}/c.mp4", f"{inner}/gone.mp4"):
        catalog.record(location(root, os.fsencode(path)))
    closed(monkeypatch, folder / inner)
    chosen = Chosen(exclude=(pattern,))
    walk = walked(catalog, folder, Fence(chosen))
    assert (walk.missed, walk.unreadable) == ([], [])
    left_out = {name for name in names(walk) if chosen.why_not(os.fsencode(name))}
    assert left_out - {"raw.mp4"} == {f"{inner}/c.mp4", f"{inner}/gone.mp4"}
    assert "b.mp4" in set(names(walk)) - left_out


@pytest.mark.parametrize("pattern", ["raw/*.mp4", "raw?", "*.tmp.mp4", "raw/[!c]*"])
def test_a_pattern_that_fits_only_some_files_of_a_folder_lets_it_be_entered(
    catalog: Catalog, tmp_path: Path, pattern: str
) -> None:
    folder = write(tmp_path / "v", "raw/c.mkv")
    walk = walked(catalog, folder, Fence(Chosen(exclude=(pattern,))))
    assert names(walk) == ["raw/c.mkv"]
    assert Chosen(exclude=(pattern,)).why_not(b"raw/c.mkv") is None


def test_a_walk_that_takes_one_file_looks_no_further(tmp_path: Path) -> None:
    folder = write(tmp_path / "v", "a.mp4", "b.mp4")
    walker = Walker(os.fsencode(folder))
    assert next(walker.files(os.fsencode(folder)))[0] == os.fsencode(folder / "a.mp4")
