import pytest

from models.training.sentences.phrases import Phrase, Word, cut, held, phrases_of


def words(tagged: str) -> list[Word]:
    """Words as the tagger gives them: "word/tag/chunk"; a chunk ends where "|" stands."""
    found, begins = [], True
    for each in tagged.split():
        if each == "|":
            begins = True
            continue
        text, tag, chunk = each.split("/")
        found.append(Word(text, tag, chunk, begins))
        begins = False
    return found


def texts(tagged: str) -> dict[tuple[str, ...], str]:
    return {phrase.key: phrase.text for phrase in cut(words(tagged))}


def test_a_thing_is_cut_with_what_is_said_of_it_and_without() -> None:
    assert texts("a/DT/NP big/JJ/NP red/JJ/NP car/NN/NP") == {
        ("big", "red", "car"): "a big red car",
        ("red", "car"): "a red car",
        ("car",): "a car",
    }
    assert texts("old/JJ/NP apples/NNS/NP") == {("old", "apple"): "old apples", ("apple",): "apples"}
    assert texts("an/DT/NP orange/JJ/NP bus/NN/NP")["bus",] == "a bus"


def test_what_is_done_is_cut_with_who_does_it_and_with_what_it_is_done_to() -> None:
    found = texts("the/DT/NP dog/NN/NP | is/VBZ/VP chasing/VBG/VP | a/DT/NP red/JJ/NP ball/NN/NP")
    assert found["chas",] == "chasing"
    assert found["chas", "red", "ball"] == "chasing a red ball"
    assert found["dog", "chas"] == "dog chasing"
    on = texts("sitting/VBG/VP | on/IN/PP | wooden/JJ/NP benches/NNS/NP")
    assert on["sit", "on", "wooden", "bench"] == "sitting on wooden benches"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("riding/VBG/VP | a/DT/NP bicycle/NN/NP", "rides/VBZ/VP | the/DT/NP bicycles/NNS/NP"),
        ("running/VBG/VP", "runs/VBZ/VP"),
        ("watching/VBG/VP", "watched/VBD/VP"),
        ("carrying/VBG/VP", "carries/VBZ/VP"),
        ("two/CD/NP children/NNS/NP", "a/DT/NP child/NN/NP"),
        ("berries/NNS/NP", "the/DT/NP berry/NN/NP"),
    ],
)
def test_forms_of_the_same_words_are_one_phrase(one: str, other: str) -> None:
    assert set(texts(one)) == set(texts(other))


def test_only_the_form_that_people_type_has_a_text() -> None:
    assert texts("he/PRP/NP | rides/VBZ/VP") == {("rid",): ""}


def test_what_names_nothing_to_be_seen_is_no_phrase() -> None:
    for empty in ("a/DT/NP video/NN/NP", "someone/NN/NP", "is/VBZ/VP", "a/DT/NP dog/NN/NP wades/NNS/NP"):
        assert cut(words(empty)) == set()


# The package leaves the files of its lexicon open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_items_hold_what_any_of_their_captions_holds() -> None:
    pytest.importorskip("textblob")
    said = held([["A red car.", "cars on a street"], ["the red cars"]])
    assert said.of[0]["car",] == ["a car", "cars"]
    assert said.holders["red", "car"] == 2
    assert said.holders["street",] == 1
    assert Phrase(("rid", "bicycle"), "riding a bicycle") in phrases_of("a man is riding a bicycle down the street")
