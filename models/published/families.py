"""The published models by name: their sizes and how their files are laid out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from models.architectures import internvideo1, internvideo2, viclip, videoprism
from models.architectures.clip_text import TextSizes
from models.architectures.internvideo1 import InternVideo1
from models.architectures.internvideo2 import InternVideo2
from models.architectures.tokenizer import padded_ids
from models.architectures.viclip import ViClip
from models.architectures.videoprism import VideoPrism
from models.published import layouts, pieces
from models.published.cards import CARDS, VOCABULARY
from models.published.checkpoints import difference, fill, merged, renamed
from models.published.layouts import Layout
from models.published.towers import Tokenize
from models.spec import BadWeights

Towers = InternVideo1 | ViClip | InternVideo2 | VideoPrism


@dataclass(frozen=True, slots=True)
class Family:
    """A model to build, the layout of its files, and how many tokens it reads.

    `pieces` is the size of the vocabulary that is published beside it; those without one read CLIP's tokens.
    """

    layout: Layout
    build: Callable[[], Towers]
    context: int = 77
    pieces: int = 0


def _text_b(context: int = 77) -> TextSizes:
    return TextSizes(width=512, heads=8, layers=12, dim=512, context=context)


def _text_l(context: int = 77) -> TextSizes:
    return TextSizes(width=768, heads=12, layers=12, dim=768, context=context)


def _internvideo1_b16() -> Towers:
    sizes = internvideo1.VisionSizes(width=768, layers=12, heads=12, patch=16, dim=512, taps=range(8, 12))
    return InternVideo1(sizes, _text_b())


def _internvideo1_l14() -> Towers:
    sizes = internvideo1.VisionSizes(width=1024, layers=24, heads=16, patch=14, dim=768, taps=range(20, 24))
    return InternVideo1(sizes, _text_l())


def _viclip_b16() -> Towers:
    return ViClip(viclip.VisionSizes(width=768, layers=12, heads=12, patch=16, dim=512), _text_b(context=32))


def _viclip_l14() -> Towers:
    return ViClip(viclip.VisionSizes(width=1024, layers=24, heads=16, patch=14, dim=768), _text_l(context=32))


def _internvideo2_s14() -> Towers:
    return InternVideo2(internvideo2.VisionSizes(width=384, layers=12, heads=6), _text_b())


def _internvideo2_b14() -> Towers:
    return InternVideo2(internvideo2.VisionSizes(width=768, layers=12, heads=12), _text_b())


def _internvideo2_l14() -> Towers:
    return InternVideo2(internvideo2.VisionSizes(width=1024, layers=24, heads=16), _text_b())


def _videoprism_b16() -> Towers:
    sizes = videoprism.VisionSizes(
        width=768, heads=12, hidden=3072, spatial=12, temporal=4, auxiliary=2, positions=(16, 16, 16)
    )
    return VideoPrism(sizes, TextSizes(width=768, heads=12, layers=12, dim=768, vocabulary=_C4_EN))


def _videoprism_l8() -> Towers:
    sizes = videoprism.VisionSizes(
        width=1024, heads=16, hidden=4096, spatial=24, temporal=4, auxiliary=2, positions=(8, 16, 16)
    )
    return VideoPrism(sizes, TextSizes(width=1024, heads=16, layers=12, dim=1024, vocabulary=_C4_EN))


_C4_EN = 32_000
FAMILIES: dict[str, Family] = {
    "internvideo1-b16": Family(layouts.INTERNVIDEO1, _internvideo1_b16),
    "internvideo1-l14": Family(layouts.INTERNVIDEO1, _internvideo1_l14),
    "viclip-b16": Family(layouts.VICLIP, _viclip_b16, context=32),
    "viclip-l14": Family(layouts.VICLIP, _viclip_l14, context=32),
    "internvideo2-s14": Family(layouts.INTERNVIDEO2, _internvideo2_s14),
    "internvideo2-b14": Family(layouts.INTERNVIDEO2, _internvideo2_b14),
    "internvideo2-l14": Family(layouts.INTERNVIDEO2, _internvideo2_l14),
    "videoprism-b16": Family(layouts.VIDEOPRISM, _videoprism_b16, context=64, pieces=_C4_EN),
    "videoprism-l8": Family(layouts.VIDEOPRISM, _videoprism_l8, context=64, pieces=_C4_EN),
}


def on_meta(name: str) -> Towers:
    """The model with shapes and no numbers."""
    with torch.device("meta"):
        return FAMILIES[name].build()


def load(name: str, paths: Sequence[Path]) -> Towers:
    """The model with the files' weights, in eval(); raises BadWeights."""
    files = [path for path in paths if path.suffix != VOCABULARY]
    state, model, layout = merged(files), on_meta(name), FAMILIES[name].layout
    source = ", ".join(str(path) for path in files)
    if layout.lacks_text(state):
        raise BadWeights(
            f"{source}: a video tower alone, without the text tower that a search by words needs; "
            f"{name} takes {CARDS[name].files}"
        )
    if problem := difference(model, renamed(layout, state)):
        raise BadWeights(f"{source}: no weights of {name}: {nearest_family(state)}; {problem}")
    fill(model, layout, state, source)
    return model.eval()


def tokenizer(name: str, paths: Sequence[Path]) -> Tokenize:
    """What makes rows of ids of sentences, by the vocabulary among the files where the model has its own."""
    family = FAMILIES[name]
    if family.pieces:
        return pieces.tokenizer(paths, family.pieces, family.context)
    return partial(padded_ids, context=family.context, trim=True)


def nearest_family(state: Mapping[str, Tensor]) -> str:
    """In words which known model the tensors resemble most, or that they resemble none."""
    shares = {name: _share(name, state) for name in FAMILIES}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < 0.1:
        return "it looks like none of the models known here"
    return f"it looks like {best} ({shares[best]:.0%} of its tensors fit)"


def _share(name: str, state: Mapping[str, Tensor]) -> float:
    want = {key: tensor.shape for key, tensor in on_meta(name).state_dict().items()}
    ours = renamed(FAMILIES[name].layout, state)
    return sum(key in ours and ours[key].shape == shape for key, shape in want.items()) / len(want)
