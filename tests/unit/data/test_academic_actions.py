"""Miniatures of the published lists of actions, made here."""

from pathlib import Path

import pytest

from data.academic.actions import ACTIONS
from data.manifests import ManifestError


def touch(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    return file


def test_ucf101_takes_a_split_and_says_classes_in_words(tmp_path: Path) -> None:
    lists = touch(tmp_path / "ucfTrainTestlist/classInd.txt").parent
    (lists / "classInd.txt").write_text("1 ApplyEyeMakeup\n2 YoYo\n")
    (lists / "testlist02.txt").write_text("YoYo/v_YoYo_g01_c01.avi\nYoYo/v_YoYo_g01_c02.avi\n")
    film = touch(tmp_path / "UCF-101/YoYo/v_YoYo_g01_c01.avi")
    of = ACTIONS["ucf101"].read(tmp_path, "2")
    assert of.classes == ("apply eye makeup", "yo yo")
    assert [(act.file, act.label) for act in of.acts] == [(film, 1)]
    assert of.missing == ("YoYo/v_YoYo_g01_c02.avi",)


def test_hmdb51_takes_what_is_tested_on(tmp_path: Path) -> None:
    lists = tmp_path / "testTrainMulti_7030_splits"
    lists.mkdir()
    (lists / "brush_hair_test_split1.txt").write_text("a.avi 1 \nb.avi 2 \nc.avi 0 \n")
    (lists / "wave_test_split1.txt").write_text("d.avi 2 \n")
    (lists / "wave_test_split2.txt").write_text("e.avi 2 \n")
    films = [touch(tmp_path / "videos/brush_hair/b.avi"), touch(tmp_path / "wave/d.avi")]
    of = ACTIONS["hmdb51"].read(tmp_path, "1")
    assert of.classes == ("brush hair", "wave")
    assert [act.file for act in of.acts] == films


def test_hmdb51_without_lists_says_which_are_wanted(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"no list of a class for split 3, such as brush_hair_test_split3\.txt"):
        ACTIONS["hmdb51"].read(tmp_path, "3")


def test_a_line_of_other_words_is_named(tmp_path: Path) -> None:
    lists = tmp_path / "testTrainMulti_7030_splits"
    lists.mkdir()
    (lists / "wave_test_split1.txt").write_text("d.avi\n")
    with pytest.raises(ManifestError, match=r"line 1 has 1 words instead of 2: 'd\.avi'"):
        ACTIONS["hmdb51"].read(tmp_path, "1")


@pytest.mark.parametrize("folder", [".", "val"])
def test_kinetics_finds_its_videos_below_the_split_or_beside_the_table(tmp_path: Path, folder: str) -> None:
    (tmp_path / "val.csv").write_text(
        "label,youtube_id,time_start,time_end,split\ntai chi,abc,10,20,val\nzumba,def,0,10,val\n"
    )
    film = touch(tmp_path / folder / "tai chi/abc_000010_000020.mp4")
    of = ACTIONS["kinetics400"].read(tmp_path, "val")
    assert of.classes == ("tai chi", "zumba")
    assert [act.file for act in of.acts] == [film]
    assert of.missing == ("def_000000_000010",)


def test_kinetics_without_its_table_names_it(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"test\.csv: is not there"):
        ACTIONS["kinetics700"].read(tmp_path, "test")
