import json
from pathlib import Path

import pytest

from search.query.spelling import Spelling, spelling_of

WORDS = [
    "the",
    "man",
    "woman",
    "playing",
    "guitar",
    "staying",
    "hike",
    "penguin",
    "play",
    "broth",
    "both",
    "kitchen",
    "cloth",
]
SPELLING = Spelling({word: place for place, word in enumerate(WORDS)})


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("a man plyaing giutar", "a man playing guitar"),
        ("a womaan in the kichen", "a woman in the kitchen"),
        ("playing guitar", "playing guitar"),
        ("a hiker and two sloths", "a hiker and two sloths"),
        ("a sloth in the ktichen", "a sloth in the kitchen"),
        ('"plyaing" giutar', '"plyaing" guitar'),
        ("Giutar GIUTAR giutar-man xgiutar1", "Giutar GIUTAR giutar-man xgiutar1"),
        ("teh mna", "teh mna"),
        ("zzzzzz", "zzzzzz"),
    ],
)
def test_slips_are_read_as_the_commonest_word_one_edit_away(typed: str, read: str) -> None:
    assert SPELLING.corrected(typed) == read


def test_words_come_from_a_word_piece_tokenizer(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    file.write_text(json.dumps({"model": {"type": "WordPiece", "vocab": {"guitar": 0, "##s": 1}}}))
    found = spelling_of((file,))
    assert found is not None
    assert found.corrected("giutar") == "guitar"
    file.write_text(json.dumps({"model": {"type": "BPE"}}))
    assert spelling_of((file,)) is None
    assert spelling_of(()) is None
