"""Published sets as a person would have them, measured by towers that know colours, and on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from data.exits import USAGE
from data.manifests import ManifestError
from sceneseek.commands.app import app
from search.evaluation.academic import DATASETS, Published, dataset_lines, measured
from search.evaluation.figures import RankedQuery
from tests import media
from tests.small_library import Timeline, colour_pair, write_video

FILMS: dict[str, Timeline] = {
    "video1": [("red", 2)],
    "video2": [("green", 2)],
    "video3": [("blue", 2)],
    "video4": [("white", 2)],
}


@pytest.fixture
def msrvtt(tmp_path: Path) -> Path:
    for name in ("video1", "video2", "video3"):
        write_video(tmp_path / "videos/all" / f"{name}.mp4", FILMS[name])
    media.text(tmp_path / "videos/all/video5.mp4")
    rows = ["video1,red", "video2,blue", "video3,blue", "video4,white", "video5,black"]
    (tmp_path / "MSRVTT_JSFUSION_test.csv").write_text("\n".join(["video_id,sentence", *rows]) + "\n")
    (tmp_path / "MSRVTT_train.9k.csv").write_text("video_id\nvideo9\n")
    data = {"videos": [{"video_id": "video9"}], "sentences": [{"video_id": "video9", "caption": "green"}]}
    (tmp_path / "MSRVTT_data.json").write_text(json.dumps(data))
    return tmp_path


def run(name: str, root: Path, **more: Any) -> tuple[list[RankedQuery], dict[str, Any]]:
    return measured(Published(name, root, **more), colour_pair(), lambda _: None)


def test_what_is_not_there_and_what_is_damaged_is_named_and_the_rest_measured(msrvtt: Path) -> None:
    ranked, body = run("msrvtt-1ka", msrvtt)
    assert (body["videos"], body["share"]) == (3, 60)
    assert (body["missing"], body["unread"]) == (["video4"], ["video5"])
    assert [(one.key, one.rank) for one in ranked] == [("video1#0", 1), ("video2#0", 3), ("video3#0", 1)]
    assert body["t2v"]["R@1"] == pytest.approx(200 / 3)
    assert body["t2v"]["MnR"] == pytest.approx(5 / 3)
    lines = dataset_lines(body)
    assert (
        "3 videos, 3 queries; 60.0 % of its videos are left: 1 not there ('video4'), 1 unreadable ('video5'); "
        in lines[2]
    )
    assert "papers count 1000 videos" in lines[2]
    assert "split: 1k-A test (JSFusion); queries: one caption a video; captions a video: [1, 1]; frames: 2" in lines[1]
    assert [line.split()[0] for line in lines[3:]] == ["t2v", "v2t"]


def test_dual_softmax_and_a_query_bank_add_figures_and_are_said(msrvtt: Path) -> None:
    _, body = run("msrvtt-1ka", msrvtt, dual=True, bank=True)
    assert {"t2v_dsl", "v2t_dsl", "t2v_qbnorm"} <= body.keys()
    assert body["protocol"]["query_bank"] == "1 captions of the training split"
    assert "over all queries" in body["protocol"]["dual_softmax"]


def test_a_bank_without_its_file_is_said_before_any_video_is_read(msrvtt: Path) -> None:
    (msrvtt / "MSRVTT_train.9k.csv").unlink()
    said: list[str] = []
    with pytest.raises(ManifestError, match=r"MSRVTT_train\.9k\.csv: can't be read"):
        measured(Published("msrvtt-1ka", msrvtt, bank=True), colour_pair(), said.append)
    assert not said


def test_only_the_first_half_minute_of_didemo_counts(tmp_path: Path) -> None:
    write_video(tmp_path / "videos/a.mp4", [("red", 30), ("blue", 60)], fps=1)
    write_video(tmp_path / "videos/b.mp4", [("blue", 30), ("red", 60)], fps=1)
    records = [{"video": name, "description": text} for name, text in (("a.mp4", "red"), ("b.mp4", "blue"))]
    (tmp_path / "test_data.json").write_text(json.dumps(records))
    (tmp_path / "test_list.txt").write_text("a.mp4\nb.mp4\n")
    assert run("didemo", tmp_path)[1]["t2v"]["R@1"] == 100


def test_moments_are_found_where_they_are(tmp_path: Path) -> None:
    write_video(tmp_path / "videos/v_0_30.mp4", [("red", 10), ("blue", 6), ("red", 14)])
    one = {"qid": 1, "query": "blue", "vid": "v_0_30", "relevant_windows": [[10, 16]], "duration": 30}
    worth = {"relevant_clip_ids": [5, 6, 7], "saliency_scores": [[4, 3, 1]] * 3}
    other = {**one, "qid": 2, "vid": "gone"}
    (tmp_path / "highlight_val_release.jsonl").write_text(f"{json.dumps({**one, **worth})}\n{json.dumps(other)}\n")
    ranked, body = run("qvhighlights", tmp_path)
    assert ranked == [RankedQuery("1", 1)]
    assert (body["moments"]["R1@0.7"], body["moments"]["mAP"], body["moments"]["mIoU"]) == (100, 100, 100)
    assert (body["highlights"]["HIT@1 VeryGood"], body["highlights"]["HL-mAP Good"]) == (100, pytest.approx(200 / 3))
    assert (body["missing"], body["share"]) == (["gone"], 50)
    assert [line.split()[0] for line in dataset_lines(body)[3:]] == ["moments", "highlights"]


def test_tvr_seeks_in_all_videos(tmp_path: Path) -> None:
    write_video(tmp_path / "videos/a.mp4", [("red", 6), ("blue", 6)])
    write_video(tmp_path / "videos/b.mp4", [("green", 6), ("white", 6)])
    sought = [("a", [6, 12], "blue"), ("b", [0, 6], "white")]
    lines = (
        {"vid_name": name, "ts": ts, "desc": text, "desc_id": n, "duration": 12, "type": "v"}
        for n, (name, ts, text) in enumerate(sought)
    )
    (tmp_path / "tvr_val_release.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    _, body = run("tvr", tmp_path)
    assert (body["corpus"]["R1@0.7"], body["corpus"]["R100@0.7"]) == (50, 50)


def test_actions_are_told_without_training(tmp_path: Path) -> None:
    lists = tmp_path / "ucfTrainTestlist"
    lists.mkdir()
    (lists / "classInd.txt").write_text("1 red\n2 blue\n")
    (lists / "testlist01.txt").write_text("red/v_1.avi\nblue/v_2.avi\nblue/v_3.avi\n")
    write_video(tmp_path / "UCF-101/red/v_1.avi", [("red", 1)])
    write_video(tmp_path / "UCF-101/blue/v_2.avi", [("blue", 1)])
    ranked, body = run("ucf101", tmp_path)
    assert body["actions"]["top1"] == 100
    assert (body["missing"], body["classes"], body["usual_classes"]) == (["blue/v_3.avi"], 2, 101)
    assert [one.rank for one in ranked] == [1, 1]


def test_nothing_at_all_is_an_error_that_says_where_it_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "MSRVTT_JSFUSION_test.csv").write_text("video_id,sentence\nvideo1,red\n")
    with pytest.raises(ManifestError, match=r"of 1 videos 1 are not there, such as .*videos/all/video1\.mp4"):
        run("msrvtt-1ka", tmp_path)


def test_videos_without_a_word_are_no_set(tmp_path: Path) -> None:
    write_video(tmp_path / "videos/a.mp4", [("red", 1)])
    (tmp_path / "vatex_validation_v1.0.json").write_text(json.dumps([{"videoID": "a", "enCap": [" "]}]))
    with pytest.raises(ManifestError, match="none of the 1 videos that are there has a caption with words"):
        run("vatex", tmp_path)


@pytest.mark.parametrize(
    ("name", "more", "reason"),
    [
        ("msrvtt-1ka", {"split": "train"}, "no split 'train'"),
        ("tvr", {"dual": True}, "tvr is no set of retrieval"),
        ("msrvtt-mc", {"split": "val"}, "msrvtt-mc has one split only"),
    ],
)
def test_what_a_set_has_not_is_refused(tmp_path: Path, name: str, more: dict[str, Any], reason: str) -> None:
    with pytest.raises(ManifestError, match=reason):
        run(name, tmp_path, **more)


def test_the_command_line_measures_and_writes_ranks_that_compare(msrvtt: Path, tmp_path: Path) -> None:
    words = ["eval", "--dataset", "msrvtt-1ka", "--root", str(msrvtt), "--ranks", str(tmp_path / "ranks.jsonl")]
    first = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert json.loads(first.stdout)["model"] == "vlc-lite"
    again = CliRunner().invoke(app, [*words, "--against", str(tmp_path / "ranks.jsonl")], catch_exceptions=False)
    assert again.exit_code == 0
    assert "against" in again.stdout
    assert "left out: " in again.stderr


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--dataset", "msrvtt-guess"], "there are msrvtt-1ka, msrvtt-full"),
        (["captions.jsonl", "--split", "val"], "are about a --dataset"),
        (["--dataset", "vatex", "--all-captions"], "are about a manifest"),
    ],
)
def test_the_command_line_refuses_what_can_not_be(words: list[str], reason: str) -> None:
    result = CliRunner().invoke(app, ["eval", *words])
    assert result.exit_code == USAGE
    assert reason in result.stderr


def test_every_set_has_one_name() -> None:
    assert len(set(DATASETS)) == len(DATASETS)
