import json
from pathlib import Path

import pytest

from data.actions import read_actions, read_classes
from data.manifests import ManifestError


def touched(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_a_folder_for_each_class_by_alphabet(tmp_path: Path) -> None:
    touched(tmp_path / "run/a.mp4", tmp_path / "jump/deep/b.MKV", tmp_path / "run/notes.txt")
    found = read_actions(tmp_path)
    assert found.classes == ("jump", "run")
    assert [(act.file.name, act.label) for act in found.acts] == [("b.MKV", 0), ("a.mp4", 1)]


def test_videos_in_no_folder_have_no_label(tmp_path: Path) -> None:
    touched(tmp_path / "run/a.mp4", tmp_path / "jump/b.mp4", tmp_path / "stray.mp4")
    with pytest.raises(ManifestError, match=r"'stray\.mp4' lie in no folder of a class"):
        read_actions(tmp_path)


def test_a_folder_that_a_known_class_lacks_is_named(tmp_path: Path) -> None:
    touched(tmp_path / "run/a.mp4", tmp_path / "jump/b.mp4")
    with pytest.raises(ManifestError, match="no folder for 'swim'"):
        read_actions(tmp_path, classes=["jump", "run", "swim"])
    with pytest.raises(ManifestError, match="'jump' are none of the 2 classes"):
        read_actions(tmp_path, classes=["run", "swim"])


def test_an_empty_class_and_a_single_one_are_errors(tmp_path: Path) -> None:
    touched(tmp_path / "run/a.mp4")
    with pytest.raises(ManifestError, match=r"two classes or more are needed, got \['run'\]"):
        read_actions(tmp_path)
    (tmp_path / "jump").mkdir()
    with pytest.raises(ManifestError, match="no video in the folder of 'jump'"):
        read_actions(tmp_path)


KINETICS = (
    "label,youtube_id,time_start,time_end,split\n"
    "tai chi,aaaaaaaaaaa,1,11,val\nzumba,bbbbbbbbbbb,12,22,val\nzumba,ccccccccccc,0,10,val\n"
)


def test_kinetics_table_finds_files_by_id_and_seconds_and_counts_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "val.csv").write_text(KINETICS)
    touched(tmp_path / "val/tai chi/aaaaaaaaaaa_000001_000011.mp4", tmp_path / "val/bbbbbbbbbbb.mp4")
    found = read_actions(tmp_path / "val.csv", root=tmp_path / "val")
    assert found.classes == ("tai chi", "zumba")
    assert [act.label for act in found.acts] == [0, 1]
    assert found.missing == ("ccccccccccc_000000_000010",)


def test_something_something_reads_templates_without_brackets(tmp_path: Path) -> None:
    labels = {"Moving something up": "1", "Dropping something": "0"}
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    record = {"id": "7", "label": "moving a cup up", "template": "Moving [something] up", "placeholders": ["a cup"]}
    (tmp_path / "val.json").write_text(json.dumps([record]))
    touched(tmp_path / "7.webm")
    classes = read_classes(tmp_path / "labels.json")
    assert classes == ("Dropping something", "Moving something up")
    assert [act.label for act in read_actions(tmp_path / "val.json", classes=classes).acts] == [1]


def test_lines_of_a_path_and_a_class_by_number_or_name(tmp_path: Path) -> None:
    touched(*(tmp_path / f"{n} x.mp4" for n in range(11)))
    (tmp_path / "numbers.txt").write_text("".join(f"{n} x.mp4 {n}\n" for n in range(11)))
    numbered = read_actions(tmp_path / "numbers.txt")
    assert numbered.classes[2] == "2"
    assert [act.label for act in numbered.acts] == list(range(11))
    (tmp_path / "names.csv").write_text("0 x.mp4, tai chi\n1 x.mp4, zumba\n")
    assert read_actions(tmp_path / "names.csv").classes == ("tai chi", "zumba")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (KINETICS.replace("zumba,b", ",b"), "'bbbbbbbbbbb_000012_000022' have no label"),
        (KINETICS + "tai chi,ccccccccccc,0,10,val\n", "'ccccccccccc_000000_000010' are there twice"),
        (KINETICS.replace("time_start", "begins"), "no set of actions .*time_start"),
        (KINETICS, "none of its 3 videos is there, such as"),
    ],
)
def test_tables_that_can_not_be_used_are_named(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "val.csv").write_text(text)
    with pytest.raises(ManifestError, match=reason):
        read_actions(tmp_path / "val.csv")


def test_a_list_of_other_classes_says_so(tmp_path: Path) -> None:
    (tmp_path / "val.csv").write_text(KINETICS)
    touched(tmp_path / "aaaaaaaaaaa.mp4")
    with pytest.raises(ManifestError, match="'zumba' are none of the 2 classes"):
        read_actions(tmp_path / "val.csv", classes=["tai chi", "yoga"])


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("labels.txt", "run\nrun\n", "the classes 'run' are there twice"),
        ("labels.json", '{"run": "0", "jump": "0"}', "each once; twice: \\[0\\]"),
        ("labels.json", '["run"]', "no list of names"),
        ("labels.txt", "run\n", "two classes or more"),
    ],
)
def test_lists_of_classes_that_can_not_be_used_are_named(tmp_path: Path, name: str, text: str, reason: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ManifestError, match=reason):
        read_classes(tmp_path / name)
