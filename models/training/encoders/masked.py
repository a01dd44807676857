"""Masked video modelling: VideoMAE learns from videos alone (arXiv 2203.12602)."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn

from models.architectures.pixels import Normalised
from models.architectures.videomae import VideoMae, cubes
from models.published import layouts
from models.published.cards import IMAGENET_MEAN, IMAGENET_STD, given
from models.published.checkpoints import fill, read
from models.recognition.facts import mae_sizes
from models.spec import Runtime
from models.training.encoders.clips import Source, open_clips
from models.training.encoders.kinds import MaskedRecipe
from models.training.encoders.starts import begun
from models.training.encoders.steps import Learner, Report, Run, learn

_SHOWN = 4


class Modelling(nn.Module):
    """The model on bytes, with its masks."""

    def __init__(self, model: VideoMae, hidden: float) -> None:
        super().__init__()
        self.model, self.hidden = model, hidden
        self.normalised = Normalised(IMAGENET_MEAN, IMAGENET_STD)

    def guess(self, pixels: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Bytes [B, T, S, S, 3] → what the hidden cubes hold, and which are hidden [B, N]."""
        hidden = self._masks(pixels, rng)
        return self.model(self.normalised(pixels), hidden), hidden

    def loss(self, pixels: Tensor, rng: np.random.Generator) -> Tensor:
        guess, hidden = self.guess(pixels, rng)
        return self.model.loss(guess, _in_unit(pixels), hidden)

    def _masks(self, pixels: Tensor, rng: np.random.Generator) -> Tensor:
        sizes = self.model.sizes
        slots, side = pixels.shape[1] // sizes.tubelet, pixels.shape[2] // sizes.patch
        drawn = tubes(len(pixels), slots, side * side, self.hidden, rng)
        return torch.from_numpy(drawn).to(pixels.device)


def tubes(batch: int, slots: int, places: int, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """[B, slots · places], true where hidden: the same places in all slots, else what moves could be copied."""
    order = rng.random((batch, places)).argsort(axis=1)
    hidden: NDArray[np.bool_] = order < min(places - 1, max(1, int(share * places)))
    return np.tile(hidden, (1, slots))


def model_masked(
    recipe: MaskedRecipe, sources: Sequence[Source], folder: Path, report: Report, runtime: Runtime
) -> Path:
    """Train under `folder`, going on where an earlier run stopped; returns the file of weights, in VideoMAE's names."""
    run = Run(folder, report, runtime)
    clips = open_clips(sources, recipe.clip, recipe.per_video, folder / "clips", report)
    module = Modelling(_model(recipe), recipe.hidden).to(run.device)

    def loss_of(rng: np.random.Generator) -> Tensor:
        return module.loss(clips.drawn(recipe.schedule.batch, rng)[0].to(run.device), rng)

    def kept(step: int) -> None:
        picture = reconstruction(module, clips.middle(_SHOWN).to(run.device))
        Image.fromarray(picture).save(folder / f"reconstruction-{step:07}.png")

    learn(Learner.of(module, module.parameters(), loss_of, recipe.schedule.weight_decay), recipe.schedule, run, kept)
    path = folder / "videomae.safetensors"
    save_file(in_their_names(module.model), path)
    return path


def in_their_names(model: VideoMae) -> dict[str, Tensor]:
    """As others' files name the weights, so that they are read in one way."""
    state = model.state_dict().items()
    return {re.sub(r"\.patch_embed\.", ".patch_embed.proj.", name): tensor.cpu().contiguous() for name, tensor in state}


def _model(recipe: MaskedRecipe) -> VideoMae:
    decoder = recipe.decoder
    sizes = mae_sizes(recipe.encoder, (decoder.width, decoder.layers, decoder.heads))
    model = begun(lambda: VideoMae(sizes), recipe.schedule.seed)
    if recipe.start is not None:
        fill(model, layouts.VIDEOMAE, read(*given([recipe.start])), str(recipe.start))
    return model


def _in_unit(pixels: Tensor) -> Tensor:
    return (pixels.float() / 255).movedim(-1, 2)


@torch.no_grad()
def reconstruction(module: Modelling, pixels: Tensor) -> NDArray[np.uint8]:
    """[H, W, 3]: of each clip, in three rows, every fourth frame, what was shown of it, and what was made of that.

    A cube's mean and deviation, which nothing has to guess, are the true ones.
    """
    guess, hidden = module.guess(pixels, np.random.default_rng(0))
    patch, tubelet = module.model.sizes.patch, module.model.sizes.tubelet
    true = cubes(_in_unit(pixels), tubelet, patch)
    made, shown = true.clone(), true.clone()
    mean, deviation = true.mean(dim=2, keepdim=True), true.std(dim=2, keepdim=True) + 1e-6
    seen_again = guess.reshape(-1, *true.shape[2:]) * deviation[hidden] + mean[hidden]
    made[hidden] = seen_again
    shown[hidden] = 0.5
    rows = [_frames(each, pixels.shape, tubelet, patch) for each in (true, shown, made)]
    stacked = torch.stack(rows, dim=1)[:, :, ::4]  # [B, 3, T/4, S, S, 3]
    picture = stacked.permute(0, 1, 3, 2, 4, 5).flatten(0, 2).flatten(1, 2)
    return (picture.clamp(0, 1) * 255).byte().cpu().numpy()


def _frames(values: Tensor, shape: torch.Size, tubelet: int, patch: int) -> Tensor:
    """Cubes [B, N, tubelet·patch·patch, 3] → [B, T, S, S, 3]."""
    batch, frames, side = shape[0], shape[1] // tubelet, shape[2] // patch
    grid = values.reshape(batch, frames, side, side, tubelet, patch, patch, 3)
    return grid.permute(0, 1, 4, 2, 5, 3, 6, 7).reshape(shape)
