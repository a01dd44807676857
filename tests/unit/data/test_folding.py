import pytest

from data.folding import folded
from data.terms import Mark, Term, marks_in, phrase_of, pieces_of, terms_of


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Žluťoučký kůň", "zlutoucky kun"),
        ("STRASSE Straße", "strasse strasse"),
        ("e\u0301te\u0301 été", "ete ete"),
        ("don't (stop)", "don t stop"),
        ("ＡＢＣ１２", "abc12"),
        ("東京と京都", "東 京 と 京 都"),
        ("がぎ か", "が ぎ か"),
        ("iPhone用ケース", "iphone 用 ケ ー ス"),
        ("한국어 안녕", "한국어 안녕"),
        ("שָׁלוֹם עולם", "שלום עולם"),
        ("مَرْحَبًا", "مرحبا"),
        ("हिन्दी में", "हिन्दी में"),
        ("สวัสดี", "ส วั ส ดี"),
        ("50% _ —", "50"),
        ("", ""),
    ],
)
def test_words_are_folded_and_signs_stand_apart(text: str, plain: str) -> None:
    assert folded(text) == plain


def test_words_phrases_and_beginnings_are_told_apart() -> None:
    words, phrase, begun = Term(("a",)), Term(("big", "cat")), Term(("ho",), is_open=True)
    assert terms_of('a "Big cat" ho* …') == [words, phrase, begun]
    assert terms_of("don't 東京") == [Term(("don", "t")), Term(("東", "京"))]
    assert terms_of('"never closed') == [Term(("never", "closed"))]


def test_a_phrase_is_all_of_it() -> None:
    assert phrase_of("Platform 9") == [Term(("platform", "9"))]
    assert phrase_of("…") == []


def test_a_sentence_falls_into_words_and_pairs_of_signs() -> None:
    assert pieces_of("see 東京駅 now") == [Term(each) for each in (("see",), ("東", "京"), ("京", "駅"), ("now",))]


def test_a_pasted_text_asks_for_so_many_words_only() -> None:
    assert len(terms_of(" ".join(map(str, range(500))))) == 32


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("To Platform 9, please", '"platform 9"', ["Platform 9"]),
        ("Žluťoučký kůň", "kun zlut*", ["Žluťoučký", "kůň"]),
        ("東京と京都", "京都 東", ["東", "京都"]),
        ("e\u0301te\u0301", "ete", ["e\u0301te\u0301"]),
        ("שלום עולם", "עולם", ["עולם"]),
        ("nothing", "no", []),
    ],
)
def test_what_was_found_is_marked_in_the_text_as_it_was_written(text: str, words: str, marked: list[str]) -> None:
    assert [text[mark.start : mark.end] for mark in marks_in(text, terms_of(words))] == marked


def test_marks_that_overlap_are_one() -> None:
    assert marks_in("a b c", [Term(("a", "b")), Term(("b", "c"))]) == [Mark(0, 5)]
