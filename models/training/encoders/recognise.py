"""One encoder learns to tell actions apart."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from torch import Tensor, nn
from torch.nn import functional

from models.architectures.internvideo1 import PairedRecogniser
from models.architectures.videomae import MaskedRecogniser
from models.recognition.facts import Facts, built
from models.recognition.files import core_of, save, take_over
from models.spec import Runtime
from models.training.encoders.clips import Clips, Source, open_clips
from models.training.encoders.kinds import ActionRecipe
from models.training.encoders.starts import begun
from models.training.encoders.steps import Learner, LossOf, Report, Run, learn


def learn_actions(
    recipe: ActionRecipe,
    classes: tuple[str, ...],
    sources: Sequence[Source],
    folder: Path,
    report: Report,
    runtime: Runtime,
) -> Path:
    """Train under `folder`, going on where an earlier run stopped; returns the recogniser's folder.

    Without steps it is what it starts from, such as a published fine-tuned file. Raises Diverged and BadWeights.
    """
    run = Run(folder, report, runtime)
    facts = Facts(classes, recipe.clip, recipe.masked, recipe.paired)
    module = _begun(recipe, facts).to(run.device)
    if recipe.schedule.steps:
        clips = open_clips(sources, recipe.clip, recipe.sets.per_video, folder / "clips", report)
        loss_of = told_apart(module, clips, recipe.schedule.batch, run, flips=recipe.sets.flips)
        decay = recipe.schedule.weight_decay
        learn(Learner.of(module, module.parameters(), loss_of, decay), recipe.schedule, run)
    save(folder / "recogniser", facts, module)
    return folder / "recogniser"


def told_apart(module: nn.Module, clips: Clips, batch: int, run: Run, *, flips: bool) -> LossOf:
    """Cross-entropy of what the module makes of some clips."""

    def loss_of(rng: np.random.Generator) -> Tensor:
        pixels, labels = clips.drawn(batch, rng, flips=flips)
        return functional.cross_entropy(module(pixels.to(run.device)), labels.to(run.device))

    return loss_of


def _begun(recipe: ActionRecipe, facts: Facts) -> nn.Module:
    module = begun(lambda: built(facts, recipe.dropout), recipe.schedule.seed)
    if recipe.start is not None:
        core = core_of(module)
        assert isinstance(core, MaskedRecogniser | PairedRecogniser)
        take_over(core, recipe.start, new_head=recipe.new_head)
    return module
