"""Folders that may be looked into from afar."""

import os
from pathlib import Path

import pytest

from data.sources import places as room
from data.sources.places import NoSuchPlace, PlaceRefused, Places, path_bytes


def _places(tmp_path: Path, *allowed: Path) -> Places:
    return Places([bytes(each) for each in allowed or (tmp_path,)], bytes(tmp_path / "library"))


def test_so_many_folders_are_listed_and_no_more(tmp_path: Path) -> None:
    for number in range(room.MOST_FOLDERS + 5):
        (tmp_path / f"{number:05}").mkdir()
    listing = _places(tmp_path).listed(bytes(tmp_path))
    assert (len(listing.folders), listing.is_cut) == (room.MOST_FOLDERS, True)
    assert listing.folders[0].name == b"00000"


def test_what_is_counted_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_MOST_COUNTED", 5)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        for number in range(4):
            (tmp_path / folder / f"{number}.mp4").touch()
    listing = _places(tmp_path).listed(bytes(tmp_path))
    assert ([each.videos for each in listing.folders], listing.is_cut) == ([4, 1], True)


def test_a_place_inside_another_leads_up_to_that(tmp_path: Path) -> None:
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    places = _places(tmp_path, tmp_path / "a", tmp_path / "a" / "b" / "c")
    assert places.listed(bytes(tmp_path / "a" / "b")).parent == bytes(tmp_path / "a")
    assert places.listed(bytes(tmp_path / "a" / "b" / "c")).parent is None


def test_a_place_whose_name_begins_alike_is_another(tmp_path: Path) -> None:
    for name in ("films", "films-private"):
        (tmp_path / name).mkdir()
    with pytest.raises(PlaceRefused, match="outside"):
        _places(tmp_path, tmp_path / "films").checked(bytes(tmp_path / "films-private"))


def test_a_place_that_is_a_link_is_the_folder_behind_it(tmp_path: Path) -> None:
    (tmp_path / "disk" / "films").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    listing = _places(tmp_path, tmp_path / "link").listed(bytes(tmp_path / "link"))
    assert [each.path for each in listing.folders] == [bytes(tmp_path / "disk" / "films")]
    assert listing.parent is None


def test_the_library_is_not_listed_and_not_to_be_added_behind_a_link_either(tmp_path: Path) -> None:
    (tmp_path / "library" / "thumbs").mkdir(parents=True)
    (tmp_path / "alias").symlink_to(tmp_path / "library")
    places = _places(tmp_path)
    assert places.listed(bytes(tmp_path)).folders == []
    for path in ("library", "library/thumbs", "alias", "alias/thumbs"):
        with pytest.raises(PlaceRefused, match="own folder"):
            places.checked(bytes(tmp_path / path))


def test_links_in_a_circle_are_no_folder(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to(tmp_path / "round")
    assert _places(tmp_path).listed(bytes(tmp_path)).folders == []
    with pytest.raises(NoSuchPlace):
        _places(tmp_path).checked(bytes(tmp_path / "round"))


def test_a_folder_that_may_not_be_read_counts_nothing_and_a_file_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o000)
    (tmp_path / "a.mp4").touch()
    listing = _places(tmp_path).listed(bytes(tmp_path))
    assert ([each.name for each in listing.folders], listing.videos) == ([b"closed"], 1)
    with pytest.raises(NoSuchPlace):
        _places(tmp_path).checked(bytes(tmp_path / "a.mp4"))


def test_escaped_bytes_of_a_name_are_meant_unless_there_is_such_a_name(tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/\xe9"
    Path(os.fsdecode(odd)).mkdir()
    asked = path_bytes(f"{tmp_path}/\\udce9")
    assert _places(tmp_path).checked(asked) == odd
    (tmp_path / "\\udce9").mkdir()
    assert _places(tmp_path).checked(asked) == bytes(tmp_path / "\\udce9")


@pytest.mark.parametrize("text", ["\ud800", "a\0b"])
def test_what_can_be_no_path_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(NoSuchPlace):
        _places(tmp_path).checked(path_bytes(text))
