"""A classifier over answers learns from questions about videos."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.architectures.answers import AnswerNet
from models.architectures.pixels import Normalised
from models.architectures.tokenizer import padded_ids
from models.published import layouts
from models.published.cards import CLIP_MEAN, CLIP_STD, given
from models.published.checkpoints import fill, read
from models.recognition.answering import AnswerFacts, answer_net
from models.recognition.files import save
from models.spec import BadInput, Runtime
from models.training.encoders.clips import Clips, Source, open_clips
from models.training.encoders.kinds import AnswerRecipe
from models.training.encoders.starts import begun
from models.training.encoders.steps import Learner, LossOf, Report, Run, learn


@dataclass(frozen=True, slots=True)
class Told:
    """A question about the video of that number, and its answer."""

    video: int
    question: str
    answer: str


def commonest(told: Sequence[Told], count: int) -> tuple[str, ...]:
    """The answers that are given most often, the most frequent first."""
    return tuple(answer for answer, _ in Counter(one.answer for one in told).most_common(count))


def learn_answers(
    recipe: AnswerRecipe,
    answers: tuple[str, ...],
    told: Sequence[Told],
    sources: Sequence[Source],
    folder: Path,
    report: Report,
    runtime: Runtime,
) -> Path:
    """Train under `folder`, going on where an earlier run stopped; returns the classifier's folder.

    A source's label is its number. Questions with another answer, or about what can't be read, are left out and
    counted. Raises Diverged, BadWeights, and BadInput where nothing is left.
    """
    run = Run(folder, report, runtime)
    facts = AnswerFacts(answers, recipe.clip, recipe.paired, recipe.text, recipe.reading_layers)
    net = _begun(recipe, facts).to(run.device)
    if recipe.schedule.steps:
        clips = open_clips(sources, recipe.clip, recipe.per_video, folder / "clips", report)
        known = _usable(told, clips, answers, report)
        loss_of = _loss(net, clips, known, facts, recipe, run)
        learn(Learner.of(net, net.parameters(), loss_of, recipe.schedule.weight_decay), recipe.schedule, run)
    save(folder / "classifier", facts, net)
    return folder / "classifier"


def _begun(recipe: AnswerRecipe, facts: AnswerFacts) -> AnswerNet:
    torch.manual_seed(recipe.schedule.seed)
    net = answer_net(facts, recipe.dropout)
    begun(lambda: net.pair, recipe.schedule.seed)
    if recipe.start is not None:
        fill(net.pair, layouts.INTERNVIDEO1, read(*given([recipe.start])), str(recipe.start))
    return net


def _usable(told: Sequence[Told], clips: Clips, answers: Sequence[str], report: Report) -> list[Told]:
    readable, known = set(clips.labels.tolist()), set(answers)
    usable = [one for one in told if one.video in readable and one.answer in known]
    unread = sum(one.video not in readable for one in told)
    report(f"{len(usable)} questions; {unread} about videos that can't be read, "
           f"{len(told) - unread - len(usable)} with an answer that is none of the {len(answers)}")  # fmt: skip
    if not usable:
        raise BadInput(f"of {len(told)} questions none is left to learn from")
    return usable


def _loss(
    net: AnswerNet, clips: Clips, told: Sequence[Told], facts: AnswerFacts, recipe: AnswerRecipe, run: Run
) -> LossOf:
    numbers = {answer: number for number, answer in enumerate(facts.answers)}
    wanted = torch.tensor([numbers[one.answer] for one in told])
    normalised = Normalised(CLIP_MEAN, CLIP_STD).to(run.device)

    def loss_of(rng: np.random.Generator) -> Tensor:
        chosen = rng.integers(0, len(told), recipe.schedule.batch)
        shown = np.array([rng.choice(_of_video(clips, told[i].video)) for i in chosen])
        # What is left and right may be asked for.
        pixels = clips.shown(shown, rng, flips=False).to(run.device)
        ids = torch.from_numpy(padded_ids([told[i].question for i in chosen], facts.text.context, trim=True))
        logits = net(normalised(pixels), ids.to(run.device))
        return functional.cross_entropy(logits, wanted[torch.from_numpy(chosen)].to(run.device))

    return loss_of


def _of_video(clips: Clips, video: int) -> NDArray[np.int64]:
    # Labels are in order, since sources are.
    first, last = np.searchsorted(clips.labels, [video, video + 1])
    return np.arange(first, last)
