from pathlib import Path

import pytest
import sentencepiece

from models.architectures.videoprism import PADDING
from models.published.pieces import plain, tokenizer
from models.published.towers import Tokenize
from models.spec import BadWeights
from tests import vocabularies

CONTEXT = 64


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return vocabularies.trained(tmp_path_factory.mktemp("vocabulary") / "sentencepiece.model")


@pytest.fixture(scope="module")
def ids(vocabulary: Path) -> Tokenize:
    return tokenizer([Path("weights.npz"), vocabulary], vocabularies.SIZE, CONTEXT)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Hello, World!", "hello world."),
        ("Hello,World..", "hello world."),
        ("  a\tDOG \n runs  ", "a dog runs."),
        ("it's a tail-wagging dog_show #1", "it s a tail wagging dog show 1."),
        ("", "."),
        ("...", "."),
        ("ÜBER «Straße» — ¿qué?", "über «straße» — ¿qué."),
        ("a \udcff broken name", "a broken name."),
    ],
)
def test_texts_are_read_in_lower_case_without_ascii_punctuation_and_with_a_full_stop(text: str, read: str) -> None:
    assert plain(text) == read


def test_ids_are_those_of_sentencepiece_without_start_and_end(ids: Tokenize, vocabulary: Path) -> None:
    texts = ["A dog runs!", "two people cook pasta in a small kitchen", "Unheard: ζ 犬"]
    theirs = sentencepiece.SentencePieceProcessor(model_file=str(vocabulary))
    for row, text in zip(ids(texts).tolist(), texts, strict=True):
        assert [piece for piece in row if piece != PADDING] == theirs.encode(plain(text))
    assert theirs.unk_id() in ids(texts)[2]


def test_what_is_shorter_than_the_longest_is_padded_behind_its_end(ids: Tokenize) -> None:
    short, long = ids(["a dog", "a dog runs through the snow"])
    length = ids(["a dog"]).shape[1]
    assert (short[:length] >= 0).all()
    assert (short[length:] == PADDING).all()
    assert (long >= 0).all()


def test_ten_thousand_words_are_cut_to_the_context(ids: Tokenize) -> None:
    row = ids(["word " * 10_000])
    assert row.shape == (1, CONTEXT)
    assert (row >= 0).all()


def test_nothing_to_read_is_a_full_stop_and_no_text_no_row(ids: Tokenize) -> None:
    assert ids([""]).tolist() == ids(["?!"]).tolist() == ids(["."]).tolist()
    assert ids([]).shape == (0, 0)


def test_a_vocabulary_of_another_size_is_refused_with_both(vocabulary: Path) -> None:
    with pytest.raises(BadWeights, match="is another vocabulary: it has 70 pieces instead of 32000"):
        tokenizer([vocabulary], 32_000, CONTEXT)


@pytest.mark.parametrize(
    "content", [b"", b"<html>not found</html>", b"\x00" * 4096, None], ids=["empty", "html", "0", "cut"]
)
def test_a_file_that_is_no_vocabulary_is_refused(content: bytes | None, vocabulary: Path, tmp_path: Path) -> None:
    path = tmp_path / "sentencepiece.model"
    path.write_bytes(vocabulary.read_bytes()[:500] if content is None else content)
    with pytest.raises(BadWeights, match=str(path)):
        tokenizer([path], vocabularies.SIZE, CONTEXT)


@pytest.mark.parametrize("count", [0, 2])
def test_it_takes_one_vocabulary(count: int, vocabulary: Path) -> None:
    with pytest.raises(BadWeights, match=r"one vocabulary \(\.model\) is needed beside the weights, got"):
        tokenizer([Path("weights.npz"), *[vocabulary] * count], vocabularies.SIZE, CONTEXT)
