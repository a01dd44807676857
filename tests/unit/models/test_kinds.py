from collections import Counter
from pathlib import Path

import pytest

from models.training.sentences import kinds
from models.training.sentences.kinds import described, read_nouns

# As WordNet writes them: offset, file, type, names, pointers, gloss.
NOUNS = """  1 This software and database is being provided to you, the LICENSEE
00000001 03 n 01 entity 0 000 | that which is
00000002 05 n 02 animal 0 beast 1 001 @ 00000001 n 0000 | a living organism
00000003 05 n 01 fish 0 002 @ 00000002 n 0000 ~ 00000004 n 0000 | has fins
00000004 05 n 01 lionfish 0 002 @ 00000003 n 0000 #m 00000009 n 0000 | of the Pacific
00000005 06 n 01 bag 0 001 @ 00000001 n 0000 | of cloth
00000006 05 n 01 clownfish 0 001 @i 00000003 n 0000 | of anemones
"""


@pytest.fixture
def wordnet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "data.noun"
    path.write_text(NOUNS)
    facts = {"imagenet1k_clean_names": ["lionfish", "bag", "fish of a clown"]}
    facts["imagenet1k_to_21k"] = {"0": "n00000004", "1": "n00000005", "2": "n00000006"}  # type: ignore[assignment]
    monkeypatch.setattr(kinds, "NOUNS", path)
    monkeypatch.setattr(kinds, "_facts", facts.__getitem__)


def test_nouns_know_what_they_are_a_kind_of(tmp_path: Path) -> None:
    path = tmp_path / "data.noun"
    path.write_text(NOUNS)
    nouns = read_nouns(path)
    assert nouns["00000004"].above == ("00000003",)
    assert nouns["00000002"].names == ("animal", "beast")


@pytest.mark.usefixtures("wordnet")
def test_a_living_thing_is_what_people_call_it_and_its_name_does_not_say() -> None:
    # A bag is no living thing; the other fish's name says that it is one.
    assert kinds.kinds(Counter(fish=30, animal=20)) == ["fish", "", "animal"]
    assert kinds.kinds(Counter(fish=19, animal=20)) == ["animal", "", "animal"]


def test_classes_are_described_by_name_and_kind() -> None:
    told = described(["lionfish", "bag", "otter"], ["fish", "", "animal"])
    assert told == ["a photo of a lionfish, a fish", "a photo of a bag", "a photo of a otter, an animal"]
