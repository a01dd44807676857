"""Miniatures of the published files of questions, made here."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from data.manifests import ManifestError
from data.questions import Asked, lsmdc_mc, msrvtt_mc, msrvtt_qa, msvd_qa, ssv2_mc, tgif_qa

CHOICE = {"qid": 1, "clip_name": "video7020", "options": ["a cat", "a dog", "a car", "a sea", "a man"], "answer": 3}
CLIP = "1031_Quantum_of_Solace_00.52.35.159-00.52.37.144"


def lines(path: Path, *records: object) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def test_msrvtt_mc_names_the_video_and_counts_answers_from_0(tmp_path: Path) -> None:
    lines(tmp_path / "msrvtt_mc_test.jsonl", CHOICE)
    (one,) = msrvtt_mc(tmp_path)
    assert one.video == tmp_path / "videos/all/video7020.mp4"
    assert one.choices[one.answer] == "a sea"


def test_lsmdc_mc_counts_answers_from_1_and_finds_the_film_in_the_clips_name(tmp_path: Path) -> None:
    row = [CLIP, "a", "b", "c", "d", *(f"SOMEONE does {n}." for n in range(5)), "2"]
    (tmp_path / "LSMDC16_multiple_choice_test_randomized.csv").write_text("\t".join(row) + "\n")
    (one,) = lsmdc_mc(tmp_path)
    assert one.video == tmp_path / "1031_Quantum_of_Solace" / f"{CLIP}.avi"
    assert one.choices[one.answer] == "SOMEONE does 1."


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({**CHOICE, "answer": 5}, "the answer 5 is none of the 5 choices"),
        ({**CHOICE, "answer": -1}, "the answer -1 is none of the 5 choices"),
        ({**CHOICE, "options": ["a cat"]}, r"expected two sentences or more, got \['a cat'\]"),
        ({"video": "v.mp4", "caption": [], "answer": 0}, r"another version .* has \['answer', 'caption', 'video'\]"),
        (["video7020"], "another version than is known: record 1 has str"),
    ],
)
def test_msrvtt_mc_says_what_is_wrong_where(tmp_path: Path, record: object, reason: str) -> None:
    lines(tmp_path / "msrvtt_mc_test.jsonl", record)
    with pytest.raises(ManifestError, match=reason):
        msrvtt_mc(tmp_path)


def test_lsmdc_mc_in_other_columns_says_so(tmp_path: Path) -> None:
    (tmp_path / "LSMDC16_multiple_choice_test_randomized.csv").write_text(f"{CLIP}\ta\tb\n")
    with pytest.raises(ManifestError, match=r"csv:1: expected 11 columns between tabs, .* got 3"):
        lsmdc_mc(tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"msrvtt_mc_test\.jsonl: can't be read"):
        msrvtt_mc(tmp_path)


def test_msrvtt_qa_takes_ids_as_numbers_and_as_names(tmp_path: Path) -> None:
    asked = {"question": "what is it?", "answer": "cat", "category_id": 3, "id": 9}
    lines(tmp_path / "msrvtt_qa_train.jsonl", {**asked, "video_id": 7}, {**asked, "video_id": "video8"})
    videos = [one.video.name for one in msrvtt_qa(tmp_path, "train")]
    assert videos == ["video7.mp4", "video8.mp4"]


def test_msvd_qa_looks_its_films_up(tmp_path: Path) -> None:
    (tmp_path / "msvd_youtube_mapping.txt").write_text("-4wsuPCjDBc_5_15 vid1\n")
    records = [{"id": 0, "video_id": 1, "question": "who runs?", "answer": "dog"}]
    (tmp_path / "msvd_test_qa_encode.json").write_text(json.dumps(records))
    film = tmp_path / "YouTubeClips/-4wsuPCjDBc_5_15.avi"
    assert msvd_qa(tmp_path, "test") == [Asked("0", film, "who runs?", "dog")]


def test_tgif_frame_names_gifs(tmp_path: Path) -> None:
    lines(tmp_path / "frameqa_test.jsonl", {"gif_name": "tumblr_1", "question": "what colour?", "answer": "red"})
    assert tgif_qa(tmp_path, "test")[0].video == tmp_path / "gifs/tumblr_1.gif"


@pytest.mark.parametrize("spoil", [lambda one: one | {"answer": " "}, lambda one: one | {"question": ""}])
def test_a_question_without_words_or_answer_is_an_error(
    tmp_path: Path, spoil: Callable[[dict[str, str]], dict[str, str]]
) -> None:
    lines(tmp_path / "frameqa_test.jsonl", spoil({"gif_name": "a", "question": "what?", "answer": "red"}))
    with pytest.raises(ManifestError, match="has no words, or no answer"):
        tgif_qa(tmp_path, "test")


@pytest.mark.parametrize(
    "record",
    [
        {"video": "12.webm", "caption": ["Pushing a cup", "Lifting a cup"], "answer": 1},
        {"clip_name": "12", "options": ["Pushing a cup", "Lifting a cup"], "answer": 1},
    ],
)
def test_ssv2_mc_is_read_in_the_keys_of_either_code(tmp_path: Path, record: dict[str, object]) -> None:
    (tmp_path / "ssv2_mc_val.json").write_text(json.dumps([record]))
    (one,) = ssv2_mc(tmp_path)
    assert one.video == tmp_path / "videos/12.webm"
    assert one.choices[one.answer] == "Lifting a cup"
