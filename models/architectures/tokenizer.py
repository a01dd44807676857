"""CLIP's byte-pair tokeniser (Radford et al. 2021), built from its published merges."""

import functools
import gzip
import html
import itertools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split

from models.spec import ExtraMissing

START, END = 49406, 49407
_MERGES = Path(__file__).with_name("tokens") / "bpe_simple_vocab_16e6.txt.gz"
_MERGE_COUNT = START - 2 * 256
_WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"


def token_ids(text: str) -> list[int]:
    """Ids without start and end; a literal `<|endoftext|>` is read as that token, as CLIP does."""
    return list(_tokenizer().encode(_clean(text), add_special_tokens=False).ids)


def padded_ids(texts: list[str], context: int, *, trim: bool = False) -> NDArray[np.int64]:
    """[len(texts), context] as the text towers take them: start, tokens, end, zeros.

    What does not fit is cut and still ends in the end token. Start and end tokens written out in a
    text are dropped, since the tower would read the sentence at the first of them. `trim` cuts the
    columns that are padding in every row.
    """
    rows = np.zeros((len(texts), context), dtype=np.int64)
    for row, text in zip(rows, texts, strict=True):
        body = [token for token in token_ids(text) if token < START][: context - 2]
        row[: len(body) + 2] = [START, *body, END]
    return rows[:, rows.any(axis=0)] if trim else rows


def _clean(text: str) -> str:
    try:
        from ftfy import fix_text
    except ModuleNotFoundError as e:
        raise ExtraMissing("ftfy", extra="torch") from e
    # A surrogate (an undecodable byte of the command line) has no UTF-8 form.
    text = fix_text(text.encode("utf-8", "replace").decode("utf-8"))
    return " ".join(html.unescape(html.unescape(text)).split()).lower()


@functools.cache
def _tokenizer() -> Tokenizer:
    with gzip.open(_MERGES, "rt", encoding="utf-8") as lines:
        pairs = (line.split() for line in itertools.islice(lines, 1, _MERGE_COUNT + 1))
        merges = [(first, second) for first, second in pairs]
    letters = _byte_letters()
    words = [*letters, *(letter + "</w>" for letter in letters), *("".join(pair) for pair in merges)]
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(BPE(vocabulary, merges, end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = Sequence(
        [Split(Regex(_WORDS), "removed", invert=True), ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.add_special_tokens(["<|startoftext|>", "<|endoftext|>"])
    return tokenizer


def _byte_letters() -> list[str]:
    """A printable letter for each byte, in the vocabulary's order: printable bytes stand for themselves."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    return [chr(byte) for byte in printable] + [chr(256 + n) for n in range(256 - len(printable))]
