"""Miniatures of the published files of retrieval, made here."""

import json
import pickle
import struct
from pathlib import Path

import pytest

from data.academic.captioned import CaptionedSet, chosen, found
from data.academic.retrieval import RETRIEVAL
from data.manifests import ManifestError

MSRVTT = {
    "videos": [
        {"video_id": "video1", "url": "u", "start time": 0.0, "end time": 9.0, "split": "train", "category": 3},
        {"video_id": "video7010", "url": "u", "start time": 0.0, "end time": 9.0, "split": "test", "category": 3},
    ],
    "sentences": [
        {"sen_id": 0, "video_id": "video7010", "caption": "a girl sings"},
        {"sen_id": 1, "video_id": "video1", "caption": "a cartoon"},
        {"sen_id": 2, "video_id": "video7010", "caption": "someone on a stage"},
    ],
}
LSMDC = "1031_Quantum_of_Solace_00.52.35.159-00.52.37.144"


def read(name: str, root: Path) -> CaptionedSet:
    how = RETRIEVAL[name]
    return how.read(root, chosen(how.splits, None))


def captions(of: CaptionedSet) -> dict[str, tuple[str, ...]]:
    return {video.id: video.captions for video in of.videos}


def test_msrvtt_1ka_has_one_caption_a_video(tmp_path: Path) -> None:
    (tmp_path / "MSRVTT_JSFUSION_test.csv").write_text(
        'key,vid_key,video_id,sentence\nret0,msr9770,video9770,"a person, connecting"\nret1,msr9771,video9771,a man\n'
    )
    of = read("msrvtt-1ka", tmp_path)
    assert captions(of) == {"video9770": ("a person, connecting",), "video9771": ("a man",)}
    assert of.videos[0].places[0] == tmp_path / "videos/all/video9770.mp4"
    assert of.usual == 1_000


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("key;vid_key;video_id;sentence\n", r"another version .* columns \['key;vid_key;video_id;sentence'\]"),
        ("video_id,sentence\nvideo1,a\nvideo1,b\n", "'video1' are there twice"),
        ("video_id,sentence\nvideo1,\n", "csv:2: nothing in one of the columns"),
        ("video_id,sentence\n", "names nothing"),
    ],
)
def test_another_table_says_what_differs(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "MSRVTT_JSFUSION_test.csv").write_text(text)
    with pytest.raises(ManifestError, match=reason):
        read("msrvtt-1ka", tmp_path)


def test_its_bank_is_the_captions_of_the_9k_that_are_trained_on(tmp_path: Path) -> None:
    (tmp_path / "MSRVTT_train.9k.csv").write_text("video_id\nvideo1\n")
    (tmp_path / "MSRVTT_data.json").write_text(json.dumps(MSRVTT))
    assert RETRIEVAL["msrvtt-1ka"].training(tmp_path) == ["a cartoon"]


@pytest.mark.parametrize("name", ["MSRVTT_data.json", "test_videodatainfo.json"])
def test_msrvtt_full_asks_with_every_caption_of_its_test_videos(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(json.dumps(MSRVTT))
    assert captions(read("msrvtt-full", tmp_path)) == {"video7010": ("a girl sings", "someone on a stage")}


def test_msrvtt_full_without_a_test_split_names_those_it_has(tmp_path: Path) -> None:
    other = {**MSRVTT, "videos": MSRVTT["videos"][:1]}
    (tmp_path / "MSRVTT_data.json").write_text(json.dumps(other))
    with pytest.raises(ManifestError, match=r"no video of the split 'test'; it has \['train'\]"):
        read("msrvtt-full", tmp_path)


def msvd(root: Path, content: bytes) -> None:
    (root / "test_list.txt").write_text("vid1_0_10\n")
    (root / "train_list.txt").write_text("vid2_0_10\n")
    (root / "raw-captions.pkl").write_bytes(content)


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_msvd_joins_words_of_its_pickle(tmp_path: Path, protocol: int) -> None:
    msvd(tmp_path, pickle.dumps({"vid1_0_10": [["a", "cat"], ["it", "sleeps"]], "vid2_0_10": [["a", "dog"]]}, protocol))
    of = read("msvd", tmp_path)
    assert captions(of) == {"vid1_0_10": ("a cat", "it sleeps")}
    assert tmp_path / "YouTubeClips/vid1_0_10.avi" in of.videos[0].places
    assert RETRIEVAL["msvd"].training(tmp_path) == ["a dog"]


@pytest.mark.parametrize(
    "content",
    [
        rb"(dS'vid1_0_10'" + b"\n" + rb"(l(lS'a'" + b"\n" + rb"aS'caf\xc3\xa9'" + b"\naas.",
        b"\x80\x02}U\tvid1_0_10]](U\x01aU\x05caf\xc3\xa9eas.",
    ],
)
def test_msvd_reads_strings_of_python_2(tmp_path: Path, content: bytes) -> None:
    msvd(tmp_path, content)
    assert captions(read("msvd", tmp_path)) == {"vid1_0_10": ("a café",)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"cos\nsystem\n(S'touch /tmp/never'\ntR.", "it asks for os.system"),
        (b"\x80\x02" + b"]r" + struct.pack("<I", 1 << 31) + b".", "expected a dictionary of captions, got list"),
        (pickle.dumps(["vid1_0_10"]), "expected a dictionary of captions, got list"),
        (pickle.dumps({"vid1_0_10": [["a"] * 201]}), "are no lists of words"),
        (pickle.dumps({"vid1_0_10": [["a" * 201]]}), "are no lists of words"),
        (pickle.dumps({"vid1_0_10": "a cat"}), "are no lists of words"),
        (pickle.dumps({"vid3_0_10": []}), "no captions of 'vid1_0_10'"),
        (b"no pickle", "no pickle of captions alone"),
    ],
)
def test_a_pickle_that_is_more_than_captions_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    msvd(tmp_path, content)
    with pytest.raises(ManifestError, match=reason):
        read("msvd", tmp_path)


def test_didemo_joins_descriptions_and_takes_half_a_minute(tmp_path: Path) -> None:
    described = [
        {"video": "1@N0_2_3.avi", "description": "a dog runs", "times": [[0, 0]], "annotation_id": 1},
        {"video": "1@N0_2_3.avi", "description": "it stops", "times": [[2, 3]], "annotation_id": 2},
        {"video": "4@N0_5_6.mov", "description": "unused", "times": [[2, 3]], "annotation_id": 3},
    ]
    (tmp_path / "test_data.json").write_text(json.dumps(described))
    (tmp_path / "test_list.txt").write_text("1@N0_2_3.avi\n")
    of = read("didemo", tmp_path)
    assert captions(of) == {"1@N0_2_3.avi": ("a dog runs it stops",)}
    assert of.videos[0].first_s == 30
    (tmp_path / "videos").mkdir()
    for name in ("1@N0_2_3.avi.mp4", "1@N0_2_3.mp4"):
        (tmp_path / "videos" / name).touch()
        assert found(of.videos[0].places) is not None
        (tmp_path / "videos" / name).unlink()


def test_activitynet_joins_sentences_and_finds_videos_with_and_without_v(tmp_path: Path) -> None:
    whole = {"v_abc": {"duration": 9.5, "timestamps": [[0, 4], [4, 9]], "sentences": ["He runs.", " He falls."]}}
    (tmp_path / "val_1.json").write_text(json.dumps(whole))
    of = read("activitynet", tmp_path)
    assert captions(of) == {"v_abc": ("He runs. He falls.",)}
    assert {tmp_path / "videos/v_abc.mp4", tmp_path / "videos/abc.mkv"} <= set(of.videos[0].places)
    assert of.split == "val_1"


def test_lsmdc_reads_columns_between_tabs_whatever_quotes_are_in_them(tmp_path: Path) -> None:
    row = "\t".join([LSMDC, "1", "2", "1", "2", 'SOMEONE says "no.'])
    (tmp_path / "LSMDC16_challenge_1000_publictect.csv").write_text(row + "\n")
    of = read("lsmdc", tmp_path)
    assert captions(of) == {LSMDC: ('SOMEONE says "no.',)}
    assert of.videos[0].places[0] == tmp_path / "1031_Quantum_of_Solace" / f"{LSMDC}.avi"


def test_lsmdc_of_other_columns_says_so(tmp_path: Path) -> None:
    (tmp_path / "LSMDC16_challenge_1000_publictect.csv").write_text(f"{LSMDC}\tSOMEONE runs.\n")
    with pytest.raises(ManifestError, match="csv:1: expected 6 columns between tabs, got 2"):
        read("lsmdc", tmp_path)


VATEX = [{"videoID": f"v{n}_000010_000020", "enCap": ["one", "two"], "chCap": ["一"]} for n in range(2)]


def test_vatex_takes_the_listed_part_of_validation_or_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "vatex_validation_v1.0.json").write_text(json.dumps(VATEX))
    assert len(read("vatex", tmp_path).videos) == 2
    (tmp_path / "test_list.txt").write_text("v1_000010_000020\n")
    of = read("vatex", tmp_path)
    assert captions(of) == {"v1_000010_000020": ("one", "two")}
    assert "test_list.txt" in of.split


def test_a_list_that_names_others_says_which(tmp_path: Path) -> None:
    (tmp_path / "vatex_validation_v1.0.json").write_text(json.dumps(VATEX))
    (tmp_path / "test_list.txt").write_text("v9\n")
    with pytest.raises(ManifestError, match="no captions of 'v9'"):
        read("vatex", tmp_path)


def test_captions_that_are_no_list_are_refused(tmp_path: Path) -> None:
    (tmp_path / "vatex_validation_v1.0.json").write_text(json.dumps([{**VATEX[0], "enCap": "one"}]))
    with pytest.raises(ManifestError, match="'enCap' must be a list of strings"):
        read("vatex", tmp_path)


def test_a_split_that_there_is_not_is_refused() -> None:
    with pytest.raises(ManifestError, match="no split 'train' of this set; there are val_1, val_2"):
        chosen(RETRIEVAL["activitynet"].splits, "train")


@pytest.mark.parametrize("name", sorted(RETRIEVAL))
def test_files_that_are_not_there_are_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ManifestError, match=f"{tmp_path}/.*can't be read"):
        read(name, tmp_path)
    with pytest.raises(ManifestError, match=f"{tmp_path}/.*can't be read"):
        RETRIEVAL[name].training(tmp_path)
