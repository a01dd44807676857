from search.bank import queries
from search.language import language_of


def test_bank_holds_enough_different_everyday_queries() -> None:
    sentences = queries()
    assert len(sentences) == len(set(sentences)) >= 2000
    assert sentences == queries()
    assert all(sentence == sentence.strip() and "  " not in sentence and ";" not in sentence for sentence in sentences)


def test_bank_is_taken_for_english() -> None:
    assert [sentence for sentence in queries() if language_of(sentence)] == []


def test_other_languages_are_noticed() -> None:
    assert language_of("ein Hund läuft auf dem Strand") == "German"
    assert language_of("une femme dans la cuisine avec des fleurs") == "French"
    assert language_of("собака на пляже") == "another script (Cyrillic)"
    assert language_of("犬") is not None
    assert language_of("a dog runs on the beach") is None
    assert language_of("café au lait 42 !") is None
