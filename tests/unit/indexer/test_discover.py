import os
from pathlib import Path

import pytest

from data.catalog import Catalog, open_catalog
from indexer.discover import Walk, discover, holds_videos


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(open_catalog(tmp_path / "library" / "catalog.db"))


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


def test_names_that_are_no_text_are_found(catalog: Catalog, videos: Path) -> None:
    (Path(os.fsdecode(os.fsencode(videos) + b"/\xff\xfe.mp4"))).write_bytes(b"x")
    assert b"\xff\xfe.mp4" in paths(walk(catalog, videos))


def test_a_missing_or_empty_root_concludes_nothing(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert walk(catalog, tmp_path / "missing") is None
    assert walk(catalog, tmp_path / "empty") is None
    assert not holds_videos(os.fsencode(tmp_path / "empty"))
