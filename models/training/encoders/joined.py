"""Cross-model attention learns what two recognisers make of each other's tokens."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.architectures.cma import Joined
from models.recognition.facts import Facts, built
from models.recognition.files import core_of, facts_in, load, save
from models.spec import BadInput, Runtime
from models.training.encoders.clips import Clips, Source, open_clips
from models.training.encoders.kinds import JoinedRecipe
from models.training.encoders.steps import Learner, LossOf, Report, Run, learn


def join(recipe: JoinedRecipe, sources: Sequence[Source], folder: Path, report: Report, runtime: Runtime) -> Path:
    """Train under `folder`, going on where an earlier run stopped; returns the joined recogniser's folder.

    Before the first step its answers are the means of the two. Raises BadInput for two that do not fit, and Diverged.
    """
    run = Run(folder, report, runtime)
    facts = joined_facts(recipe)
    module = ensemble(recipe, facts).to(run.device)
    if recipe.schedule.steps:
        clips = open_clips(sources, facts.clip, recipe.sets.per_video, folder / "clips", report)
        loss_of = _loss(module, clips, recipe, run)
        learn(Learner.of(module, module.learned(), loss_of, recipe.schedule.weight_decay), recipe.schedule, run)
    save(folder / "recogniser", facts, module)
    return folder / "recogniser"


def joined_facts(recipe: JoinedRecipe) -> Facts:
    """Of both recognisers together; the clips are the masked one's. Raises BadInput where they do not fit."""
    masked, paired = facts_in(recipe.masked, Facts), facts_in(recipe.paired, Facts)
    if masked.masked is None or masked.paired is not None or paired.paired is None or paired.masked is not None:
        raise BadInput(f"{recipe.masked} is to be a masked and {recipe.paired} a paired recogniser, each by itself")
    if masked.classes != paired.classes:
        raise BadInput(f"{recipe.masked} and {recipe.paired} were trained on other classes")
    if masked.clip.size != paired.clip.size or masked.clip.frames % paired.clip.frames:
        raise BadInput(f"clips of {masked.clip} and {paired.clip}: sizes or numbers of frames do not go together")
    stride = masked.clip.frames // paired.clip.frames
    return Facts(masked.classes, masked.clip, masked.masked, paired.paired, stride)


def ensemble(recipe: JoinedRecipe, facts: Facts) -> Joined:
    """Both as they were trained, and nothing between them yet."""
    torch.manual_seed(recipe.schedule.seed)
    joined = built(facts, recipe.dropout)
    assert isinstance(joined, Joined)
    for part, folder in ((joined.masked, recipe.masked), (joined.paired, recipe.paired)):
        part.load_state_dict(core_of(load(folder)[1]).state_dict())
    return joined


def _loss(module: Joined, clips: Clips, recipe: JoinedRecipe, run: Run) -> LossOf:
    """Cross-entropy of the mixture, and of either side, so that both go on answering."""

    def loss_of(rng: np.random.Generator) -> Tensor:
        pixels, labels = clips.drawn(recipe.schedule.batch, rng, flips=recipe.sets.flips)
        masked, paired = module.apart(pixels.to(run.device))
        labels = labels.to(run.device)
        sides = functional.cross_entropy(masked, labels) + functional.cross_entropy(paired, labels)
        return functional.nll_loss(module.mixed(masked, paired), labels) + 0.5 * sides

    return loss_of
