"""Miniatures of the published files of moments, made here."""

import json
from pathlib import Path

import pytest

from data.academic.moments import MOMENTS, MomentSet
from data.manifests import ManifestError

HIGHLIGHT = {
    "qid": 8737,
    "query": "A man eats",
    "duration": 150,
    "vid": "j7rJstUseKg_360.0_510.0",
    "relevant_windows": [[72, 82], [84, 94]],
    "relevant_clip_ids": [36, 37],
    "saliency_scores": [[2, 1, 4], [0, 0, 3]],
}
TVR = {
    "vid_name": "s01e03_seg02",
    "duration": 76.19,
    "ts": [37.27, 42.49],
    "desc": "He sits.",
    "type": "v",
    "desc_id": 9,
}


def read(name: str, root: Path, split: str | None = None) -> MomentSet:
    how = MOMENTS[name]
    return how.read(root, split or how.splits[0])


def test_qvhighlights_has_windows_and_the_worth_of_clips(tmp_path: Path) -> None:
    (tmp_path / "highlight_val_release.jsonl").write_text(json.dumps(HIGHLIGHT) + "\n")
    of = read("qvhighlights", tmp_path)
    (one,) = of.sought
    assert (one.id, one.windows) == ("8737", ((72, 82), (84, 94)))
    assert one.saliency == {36: (2, 1, 4), 37: (0, 0, 3)}
    assert tmp_path / "videos/j7rJstUseKg_360.0_510.0.mp4" in of.videos[one.video]
    assert of.step_s == 2


def test_qvhighlights_test_is_the_file_that_has_its_windows(tmp_path: Path) -> None:
    (tmp_path / "highlight_test_with_gt.jsonl").write_text(json.dumps(HIGHLIGHT) + "\n")
    assert read("qvhighlights", tmp_path, "test").usual == 1_542


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ({"relevant_windows": [[72]]}, r"a window must be two seconds, got \[72\]"),
        ({"relevant_windows": [[72, float("nan")]]}, "a window must be two seconds"),
        ({"saliency_scores": [[2, 1, 4]]}, "2 relevant clips and 1 saliency scores"),
        ({"saliency_scores": [[2, 1], [0, 0]]}, "2 relevant clips and 2 saliency scores of three people"),
    ],
)
def test_qvhighlights_says_what_is_wrong_with_which_query(
    tmp_path: Path, spoil: dict[str, object], reason: str
) -> None:
    (tmp_path / "highlight_val_release.jsonl").write_text(json.dumps({**HIGHLIGHT, **spoil}) + "\n")
    with pytest.raises(ManifestError, match=f"query 8737: {reason}"):
        read("qvhighlights", tmp_path)


def test_a_release_without_windows_is_another_version(tmp_path: Path) -> None:
    hidden = {key: value for key, value in HIGHLIGHT.items() if key != "relevant_windows"}
    (tmp_path / "highlight_val_release.jsonl").write_text(json.dumps(hidden) + "\n")
    with pytest.raises(ManifestError, match=r"another version than is known.*wanted .*'relevant_windows'"):
        read("qvhighlights", tmp_path)


def test_charades_reads_its_lines_and_counts_those_of_no_length(tmp_path: Path) -> None:
    (tmp_path / "charades_sta_test.txt").write_text(
        "3MSZA 24.3 30.4##person turn a light on.\n3MSZA 30.4 30.4 ##person sits.\nAMT7R 0 9##a ## b.\n"
    )
    of = read("charades-sta", tmp_path)
    assert [(one.video, one.sentence, one.windows) for one in of.sought] == [
        ("3MSZA", "person turn a light on.", ((24.3, 30.4),)),
        ("AMT7R", "a ## b.", ((0, 9),)),
    ]
    assert of.empty == 1
    assert tmp_path / "Charades_v1_480/3MSZA.mp4" in of.videos["3MSZA"]


def test_charades_in_another_form_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "charades_sta_test.txt").write_text("3MSZA,24.3,30.4,person turns\n")
    with pytest.raises(ManifestError, match="txt:1: another version than is known: wanted 'VIDEO START END##SENTENCE'"):
        read("charades-sta", tmp_path)


def test_tvr_is_sought_in_all_its_videos(tmp_path: Path) -> None:
    (tmp_path / "tvr_val_release.jsonl").write_text(json.dumps(TVR) + "\n")
    of = read("tvr", tmp_path)
    assert of.sought[0].windows == ((37.27, 42.49),)
    assert of.step_s == 1.5
    assert MOMENTS["tvr"].corpus


def test_a_query_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tvr_val_release.jsonl").write_text(2 * (json.dumps(TVR) + "\n"))
    with pytest.raises(ManifestError, match="'9' are there twice"):
        read("tvr", tmp_path)


@pytest.mark.parametrize("name", sorted(MOMENTS))
def test_files_that_are_not_there_are_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ManifestError, match=f"{tmp_path}/.*can't be read"):
        read(name, tmp_path)
