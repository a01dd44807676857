"""Sentences as VideoPrism reads them: in a plain form, cut into the pieces of a SentencePiece vocabulary."""

import string
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.architectures.videoprism import PADDING
from models.published.cards import VOCABULARY
from models.published.towers import Tokenize
from models.spec import BadWeights, ExtraMissing

_BLANKS = str.maketrans(dict.fromkeys(string.punctuation, " "))


def plain(text: str) -> str:
    """Lower case, without punctuation, one space between words, and a full stop."""
    # A surrogate (an undecodable byte of the command line) has no UTF-8 form.
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(whole.translate(_BLANKS).lower().split()) + "."


def tokenizer(files: Sequence[Path], size: int, context: int) -> Tokenize:
    """Rows of ids by the one vocabulary among `files`, of so many pieces; raises BadWeights."""
    vocabularies = [file for file in files if file.suffix == VOCABULARY]
    if len(vocabularies) != 1:
        found = ", ".join(map(str, vocabularies)) or "none"
        raise BadWeights(f"one vocabulary ({VOCABULARY}) is needed beside the weights, got {found}")
    return partial(piece_ids, pieces=_opened(vocabularies[0], size), context=context)


def piece_ids(texts: list[str], pieces: Any, context: int) -> NDArray[np.int64]:
    """[len(texts), L], L ≤ `context`, without start and end; `PADDING` behind what is shorter than the longest."""
    rows = [ids[:context] for ids in pieces.encode([plain(text) for text in texts])]
    padded = np.full((len(rows), max(map(len, rows), default=0)), PADDING, dtype=np.int64)
    for row, ids in zip(padded, rows, strict=True):
        row[: len(ids)] = ids
    return padded


def _opened(file: Path, size: int) -> Any:
    try:
        from sentencepiece import SentencePieceProcessor
    except ModuleNotFoundError as e:
        raise ExtraMissing("sentencepiece", extra="torch") from e
    try:
        pieces = SentencePieceProcessor(model_proto=file.read_bytes())
    except RuntimeError as e:
        raise BadWeights(f"{file} is no vocabulary of SentencePiece, or cut off") from e
    if pieces.vocab_size() != size:
        raise BadWeights(f"{file} is another vocabulary: it has {pieces.vocab_size()} pieces instead of {size}")
    return pieces
