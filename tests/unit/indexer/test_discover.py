import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.sources.source import Walk
from data.sources.walk import Walker
from data.stores.catalog import Catalog, open_catalog
from data.types import Location
from indexer.plan.discover import discover


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return open_catalog(tmp_path / "library" / "catalog.db")


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    for name in ("a.mp4", "deep/er/b.MKV", ".hidden/c.mp4", ".d.mp4", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def walk(catalog: Catalog, root: Path, within: Path | None = None) -> Walk | None:
    return discover(catalog, os.fsencode(root), os.fsencode(within or root))


def paths(walked: Walk | None) -> list[bytes]:
    assert walked is not None
    return [found.path for found in walked.found]


def test_videos_are_found_by_extension_and_hidden_ones_are_left(catalog: Catalog, videos: Path) -> None:
    assert paths(walk(catalog, videos)) == [b"a.mp4", b"deep/er/b.MKV"]


def test_a_file_named_on_purpose_is_found_whatever_its_name(catalog: Catalog, videos: Path) -> None:
    assert paths(walk(catalog, videos / "notes.txt")) == [b""]


def test_links_are_followed_but_never_in_circles(catalog: Catalog, videos: Path) -> None:
    (videos / "deep" / "loop").symlink_to(videos)
    (videos / "gone.mp4").symlink_to(videos / "nowhere.mp4")
    elsewhere = videos.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "e.mp4").write_bytes(b"x")
    (videos / "linked").symlink_to(elsewhere)
    assert paths(walk(catalog, videos)) == [b"a.mp4", b"deep/er/b.MKV", b"linked/e.mp4"]


def test_a_link_back_to_its_parent_gives_nothing_twice_whatever_was_looked_at_before(
    catalog: Catalog, videos: Path
) -> None:
    root = catalog.add_root(os.fsencode(videos))
    (videos / "deep" / "up").symlink_to(videos)
    assert paths(walk(catalog, videos, videos / "deep")) == [b"deep/er/b.MKV"]
    assert paths(walk(catalog, videos, videos / "deep" / "up")) == [b"a.mp4", b"deep/er/b.MKV"]
    catalog.record(location(root, b"deep/up/a.mp4"))
    walked = walk(catalog, videos)
    assert paths(walked) == [b"a.mp4", b"deep/er/b.MKV"]
    assert walked is not None
    assert [each.path for each in walked.missed] == [b"deep/up/a.mp4"]


def test_a_folder_with_several_names_is_looked_into_once(catalog: Catalog, videos: Path) -> None:
    (videos / "a first name").symlink_to(videos / "deep")
    outside = videos.parent / "outside"
    outside.mkdir()
    (outside / "e.mp4").write_bytes(b"x")
    for name in ("one", "two"):
        (videos / name).symlink_to(outside)
    (videos / "seen").symlink_to(videos / ".hidden")
    assert paths(walk(catalog, videos)) == [b"a.mp4", b"deep/er/b.MKV", b"seen/c.mp4", b"two/e.mp4"]


def test_names_that_are_no_text_are_found(catalog: Catalog, videos: Path) -> None:
    (Path(os.fsdecode(os.fsencode(videos) + b"/\xff\xfe.mp4"))).write_bytes(b"x")
    assert b"\xff\xfe.mp4" in paths(walk(catalog, videos))


def test_a_missing_or_empty_root_concludes_nothing(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert walk(catalog, tmp_path / "missing") is None
    assert walk(catalog, tmp_path / "empty") is None
    assert list(Walker(os.fsencode(tmp_path)).files(os.fsencode(tmp_path / "empty"))) == []


@pytest.fixture
def locked(videos: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that may not be read; file modes would not keep root out."""
    folder, scandir = videos / "deep", os.scandir

    def guarded(path: bytes) -> Iterator[os.DirEntry[bytes]]:
        if path == os.fsencode(folder):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    return folder


def test_a_folder_that_may_not_be_read_is_said_and_nothing_below_it_is_missed(
    catalog: Catalog, videos: Path, locked: Path
) -> None:
    root = catalog.add_root(os.fsencode(videos))
    for path in (b"gone.mp4", b"deep/er/b.MKV", b"deep/gone.mp4"):
        catalog.record(location(root, path))
    walked = walk(catalog, videos)
    assert paths(walked) == [b"a.mp4", b"deep/er/b.MKV"]
    assert walked is not None
    assert walked.unreadable == [os.fsencode(locked)]
    assert [each.path for each in walked.missed] == [b"gone.mp4"]
    walker = Walker(os.fsencode(locked))
    assert list(walker.files(os.fsencode(locked))) == []
    assert walker.unreadable == {os.fsencode(locked)}


def test_known_files_below_a_folder_that_may_not_be_asked_are_not_told_one_by_one(
    catalog: Catalog, videos: Path, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = catalog.add_root(os.fsencode(videos))
    known = [os.fsencode(f"deep/{number}.mp4") for number in range(3)]
    for path in known:
        catalog.record(location(root, path))
    stat = os.stat

    def guarded(path: str | bytes, **how: Any) -> os.stat_result:
        if os.fsencode(path).startswith(os.fsencode(locked) + b"/"):
            raise PermissionError(13, "Permission denied")
        return stat(path, **how)

    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", guarded)
        walked = walk(catalog, videos)
    assert walked is not None
    assert (walked.unreadable, walked.missed) == ([os.fsencode(locked)], [])


def test_a_root_that_became_a_file_is_that_file_and_the_others_are_missed(catalog: Catalog, tmp_path: Path) -> None:
    root = catalog.add_root(os.fsencode(tmp_path / "root"))
    catalog.record(location(root, b"a.mp4"))
    (tmp_path / "root").write_bytes(b"x")
    walked = walk(catalog, tmp_path / "root")
    assert paths(walked) == [b""]
    assert walked is not None
    assert [each.path for each in walked.missed] == [b"a.mp4"]


def location(root: bytes, path: bytes) -> Location:
    return Location(root, path, None, None, None, "failed", "decode", "damaged", 1, 1, datetime.now(UTC))
