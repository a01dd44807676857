"""A language pair learns from videos with captions: InternVideo1's towers, contrasted (arXiv 2212.03191)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from models.architectures.internvideo1 import InternVideo1
from models.architectures.pixels import Normalised
from models.architectures.tokenizer import padded_ids
from models.published import layouts
from models.published.cards import CLIP_MEAN, CLIP_STD, given
from models.published.checkpoints import fill, read
from models.recognition.facts import language_pair
from models.spec import Floats, Runtime
from models.training.encoders.clips import Clips, Pixels, Source, open_clips
from models.training.encoders.kinds import LanguageRecipe
from models.training.encoders.starts import begun
from models.training.encoders.steps import Learner, LossOf, Report, Run, learn
from models.training.loss import Contrast, equal


class Contrasted(nn.Module):
    """Both towers and the temperature at which they are compared."""

    def __init__(self, pair: InternVideo1) -> None:
        super().__init__()
        self.pair, self.contrast = pair, Contrast()
        self.normalised = Normalised(CLIP_MEAN, CLIP_STD)

    def videos(self, pixels: Tensor) -> Tensor:
        """Bytes [B, T, S, S, 3] → [B, D], unit length."""
        return functional.normalize(self.pair.vision(self.normalised(pixels)).float(), dim=-1)

    def texts(self, texts: Sequence[str]) -> Tensor:
        """[B, D], unit length."""
        ids = torch.from_numpy(padded_ids(list(texts), self.pair.text.context, trim=True))
        return functional.normalize(self.pair.text(ids.to(self.contrast.log_scale.device)).float(), dim=-1)


def learn_language(
    recipe: LanguageRecipe,
    captions: Sequence[tuple[str, ...]],
    sources: Sequence[Source],
    folder: Path,
    report: Report,
    runtime: Runtime,
) -> tuple[Path, Contrasted]:
    """Train under `folder`, going on where an earlier run stopped; the file of weights, and the module in eval().

    A source's label is the number of its captions. Raises Diverged and BadWeights.
    """
    run = Run(folder, report, runtime)
    module = Contrasted(_pair(recipe)).to(run.device)
    clips = open_clips(sources, recipe.clip, 1, folder / "clips", report)
    loss_of = _loss(module, clips, captions, recipe.schedule.batch, run)
    learn(Learner.of(module, module.parameters(), loss_of, recipe.schedule.weight_decay), recipe.schedule, run)
    path = folder / "pair.safetensors"
    module.pair.logit_scale.data.copy_(module.contrast.log_scale.data)
    save_file({name: tensor.cpu().contiguous() for name, tensor in module.pair.state_dict().items()}, path)
    return path, module


@torch.inference_mode()
def cosines(module: Contrasted, texts: Sequence[str], clips: Pixels) -> Floats:
    """[texts, clips]; clips [N, T, S, S, 3]."""
    device = module.contrast.log_scale.device
    videos = [module.videos(torch.from_numpy(one[None]).to(device)) for one in clips]
    found: Floats = (module.texts(texts) @ torch.cat(videos).T).cpu().numpy()
    return found


def _pair(recipe: LanguageRecipe) -> InternVideo1:
    sizes = recipe.paired, recipe.text, recipe.clip.size
    pair = begun(lambda: language_pair(*sizes), recipe.schedule.seed)
    if recipe.start is not None:
        fill(pair, layouts.INTERNVIDEO1, read(*given([recipe.start])), str(recipe.start))
    return pair


def _loss(module: Contrasted, clips: Clips, captions: Sequence[tuple[str, ...]], batch: int, run: Run) -> LossOf:
    def loss_of(rng: np.random.Generator) -> Tensor:
        # A caption may say left or right.
        pixels, items = clips.drawn(batch, rng, flips=False)
        said = [str(rng.choice(captions[item])) for item in items.tolist()]
        right = equal(said).to(run.device)
        return module.contrast(module.videos(pixels.to(run.device)), module.texts(said), right)

    return loss_of
