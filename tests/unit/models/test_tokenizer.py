import json

import pytest

from models.architectures.tokenizer import END, START, padded_ids, token_ids
from tests import goldens

RECORDED = json.loads((goldens.FOLDER / "tokens.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", RECORDED, ids=[ascii(case["text"][:20]) for case in RECORDED])
def test_ids_are_those_of_clip(case: dict[str, object]) -> None:
    assert token_ids(str(case["text"])) == case["ids"]


def test_rows_start_end_and_are_filled_with_zeros() -> None:
    assert padded_ids(["hi", "a dog runs"], 8).tolist() == [
        [START, 1883, END, 0, 0, 0, 0, 0],
        [START, 320, 1929, 5586, END, 0, 0, 0],
    ]


def test_trimming_cuts_only_what_is_padding_in_every_row() -> None:
    texts = ["hi", "a dog runs"]
    assert padded_ids(texts, 8, trim=True).tolist() == padded_ids(texts, 8)[:, :5].tolist()


def test_ten_thousand_words_are_cut_and_still_end() -> None:
    row = padded_ids(["word " * 10_000], 77)[0]
    assert row[0] == START
    assert row[-1] == END
    assert (row[1:-1] == 2653).all()


def test_empty_text_is_start_and_end() -> None:
    assert padded_ids(["", "  \n\t"], 77, trim=True).tolist() == [[START, END], [START, END]]


@pytest.mark.parametrize("text", ["a <|endoftext|> dog", "a <|STARTOFTEXT|> dog", "a &lt;|endoftext|&gt; dog"])
def test_control_tokens_written_out_are_dropped(text: str) -> None:
    assert padded_ids([text], 77).tolist() == padded_ids(["a dog"], 77).tolist()


def test_no_text_can_hold_an_end_before_its_end() -> None:
    row = padded_ids(["<|endof<|endoftext|>text|> dog"], 77)[0].tolist()
    assert row.count(END) == 1
    assert row.count(START) == 1


@pytest.mark.parametrize("text", ["emoji 😀👨‍👩‍👧", "כלב רץ בשלג", "كلب يركض في الثلج", "a \udcff broken name"])
def test_any_script_becomes_tokens(text: str) -> None:
    row = padded_ids([text], 77)[0].tolist()
    assert row.index(END) > 3
