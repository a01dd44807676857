"""What is said of the items of a batch: some of their captions, and a phrase of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.sentences.phrases import Held, Key


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """`captions[r][i]` and `phrases[i]` are item i's; `holds` [N, N] says which item (row) holds which phrase."""

    captions: list[list[str]]
    phrases: list[str]
    holds: Tensor


def drawn_words(
    items: NDArray[np.int64], captions: Sequence[Sequence[str]], said: Held, rounds: int, rng: np.random.Generator
) -> Words:
    """At random: `rounds` captions of each item, different ones while there are enough."""
    orders = [rng.permutation(len(captions[item])) for item in items]
    spoken = [
        [captions[item][order[r % len(order)]] for item, order in zip(items, orders, strict=True)]
        for r in range(rounds)
    ]
    drawn = [_phrase(said, item, rng) for item in items]
    # What no caption says in short is said by a caption, which only its own item holds.
    phrases = [text or spoken[0][row] for row, (_, text) in enumerate(drawn)]
    holds = [[i == j or key in said.of[item] for j, (key, _) in enumerate(drawn)] for i, item in enumerate(items)]
    return Words(spoken, phrases, torch.tensor(holds))


def _phrase(said: Held, item: int, rng: np.random.Generator) -> tuple[Key, str]:
    """The rarer the likelier: what hundreds of items hold tells little."""
    keys = [key for key, texts in said.of[item].items() if any(texts)]
    if not keys:
        return (), ""
    chances = np.array([said.holders[key] ** -0.5 for key in keys])
    key = keys[rng.choice(len(keys), p=chances / chances.sum())]
    return key, str(rng.choice([text for text in said.of[item][key] if text]))
