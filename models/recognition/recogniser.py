"""A recogniser as the rest of the program sees it: NumPy in and out."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from models.published.towers import Runner, in_halves
from models.recognition.facts import Facts
from models.recognition.files import load
from models.spec import BadInput, Floats, Runtime

_AT_ONCE = 16


class Recogniser:
    """Says which of its classes clips show."""

    def __init__(self, facts: Facts, module: nn.Module, runtime: Runtime) -> None:
        self.facts = facts
        self._run = Runner(module.eval(), runtime, compiled=False)

    def probabilities(self, pixels: NDArray[np.uint8]) -> Floats:
        """pixels [B, T, S, S, 3] RGB → [B, C]; raises BadInput for clips of another shape."""
        clip = self.facts.clip
        shape = (clip.frames, clip.size, clip.size, 3)
        if pixels.shape[1:] != shape:
            raise BadInput(f"this recogniser takes clips of {shape}, got {pixels.shape[1:]}")
        parts = [in_halves(self._run, pixels[at : at + _AT_ONCE]) for at in range(0, len(pixels), _AT_ONCE)]
        return shares_of(np.concatenate(parts))


def shares_of(logits: Floats) -> Floats:
    """[B, C], each row summing to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def open_recogniser(folder: Path, runtime: Runtime) -> Recogniser:
    """What `train` left in a folder; raises BadWeights."""
    return Recogniser(*load(folder), runtime)
