"""A trained classifier over answers: what it is made of, and how it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.architectures.answers import AnswerNet
from models.architectures.pixels import Normalised
from models.architectures.tokenizer import padded_ids
from models.published.cards import CLIP_MEAN, CLIP_STD
from models.published.towers import device_named
from models.recognition.facts import ClipShape, PairedSizes, WordSizes, language_pair
from models.recognition.files import facts_in, filled_from
from models.recognition.recogniser import shares_of
from models.spec import Floats, Runtime


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """A classifier over `answers`, enough to build it again; the question looks at the video in so many layers."""

    answers: tuple[str, ...]
    clip: ClipShape
    paired: PairedSizes
    text: WordSizes
    reading_layers: int


def answer_net(facts: AnswerFacts, dropout: float = 0.0) -> AnswerNet:
    """Not initialised."""
    pair = language_pair(facts.paired, facts.text, facts.clip.size)
    return AnswerNet(pair, facts.text.heads, facts.reading_layers, len(facts.answers), dropout)


class Answering:
    """Says how likely each answer is that it knows."""

    def __init__(self, facts: AnswerFacts, net: AnswerNet, runtime: Runtime) -> None:
        self.facts = facts
        self._device = device_named(runtime.device)
        self._net = net.eval().to(self._device)
        self._normalised = Normalised(CLIP_MEAN, CLIP_STD).to(self._device)

    @torch.inference_mode()
    def probabilities(self, pixels: NDArray[np.uint8], questions: Sequence[str]) -> Floats:
        """A clip [T, S, S, 3] and questions about it → [questions, answers]."""
        frames = self._normalised(torch.from_numpy(np.ascontiguousarray(pixels)[None]).to(self._device))
        ids = torch.from_numpy(padded_ids(list(questions), self.facts.text.context, trim=True)).to(self._device)
        logits = self._net(frames.expand(len(ids), -1, -1, -1, -1), ids)
        return shares_of(logits.float().cpu().numpy())


def open_answering(folder: Path, runtime: Runtime) -> Answering:
    """What `train` left in a folder; raises BadWeights."""
    facts = facts_in(folder, AnswerFacts)
    net = answer_net(facts)
    filled_from(net, folder)
    return Answering(facts, net, runtime)
