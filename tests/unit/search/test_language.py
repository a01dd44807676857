import pytest

from models.bank.sentences import queries
from search.query.language import language_of


def test_bank_is_taken_for_english() -> None:
    assert [sentence for sentence in queries() if language_of(sentence)] == []


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("ein Hund läuft auf dem Strand", "German"),
        ("eine Frau kocht", "German"),
        ("une femme dans la cuisine avec des fleurs", "French"),
        ("un perro corre en la playa", "Spanish"),
        ("un cane corre sulla spiaggia", "Italian"),
        ("um cachorro corre na praia", "Portuguese"),
        ("een kat op de tafel", "Dutch"),
        ("pies biegnie po plaży", "Polish"),
        ("собака на пляже", "another script (Cyrillic)"),
        ("犬", "another script (Cjk)"),
    ],
)
def test_other_languages_are_noticed(sentence: str, language: str) -> None:
    assert language_of(sentence) == language


@pytest.mark.parametrize(
    "sentence",
    [
        "a dog runs on the beach",
        "a man in a hat",
        "a cup of café au lait",
        "mna in teh kichen wiht a giutar",
        "kimono",
        "perro",
        "la la land",
        "",
        "42 !",
    ],
)
def test_english_slips_and_single_words_are_left_alone(sentence: str) -> None:
    assert language_of(sentence) is None
