"""The words that a pair keeps of its sentence encoder's: a third of the text tower is its table of them."""

import json
from collections.abc import Sequence

import torch
from tokenizers import Tokenizer
from torch import nn

from models.training.towers import TextTower

# The end of ASCII in Unicode: accents are taken off before words are looked up.
_ASCII = 0x80
_LONGEST_NUMBER = 1


def trimmed(tokenizer: Tokenizer) -> tuple[Tokenizer, list[int]]:
    """Without rows that were never used, other letters than ASCII's, and what has digits and more than one sign.

    Returns which of the old ids the new ones are. What is left out is cut into parts that are there, or unknown.
    """
    facts = json.loads(tokenizer.to_str())
    words: dict[str, int] = facts["model"]["vocab"]
    kept = [word for word in sorted(words, key=words.__getitem__) if _of_use(word)]
    facts["model"]["vocab"] = {word: row for row, word in enumerate(kept)}
    for added in facts["added_tokens"]:
        added["id"] = kept.index(added["content"])
    for mark in facts["post_processor"]["special_tokens"].values():
        mark["ids"] = [kept.index(word) for word in mark["tokens"]]
    return Tokenizer.from_str(json.dumps(facts)), [words[word] for word in kept]


def with_words(tower: TextTower, rows: Sequence[int], *, tokens: int) -> TextTower:
    """`tower` itself, which keeps only these rows of its table, and places for so many tokens."""
    table = tower.encoder.words.weight.detach()[torch.tensor(rows)]
    tower.encoder.words = nn.Embedding.from_pretrained(table)
    tower.encoder.positions = nn.Embedding.from_pretrained(tower.encoder.positions.weight.detach()[:tokens])
    return tower


def _of_use(word: str) -> bool:
    plain = word.removeprefix("##")
    number = any(sign.isdigit() for sign in plain) and len(plain) > _LONGEST_NUMBER
    return not number and not word.startswith("[unused") and all(ord(sign) < _ASCII for sign in plain)
