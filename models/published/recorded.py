"""What was recorded of an original, how far ours are from it, and ours of VideoPrism."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.architectures.clip_text import TextSizes
from models.architectures.videoprism import PADDING, VideoPrism, VisionSizes
from models.published import layouts
from models.published.checkpoints import fill


@dataclass(frozen=True, slots=True)
class Golden:
    """One recorded case: the constructor's sizes, the published weights, inputs and outputs."""

    config: dict[str, Any]
    other: dict[str, Any]
    weights: dict[str, Tensor]
    io: dict[str, Tensor]

    def errors(self, outputs: Mapping[str, Tensor]) -> list[float]:
        """How far each of these is from what was recorded under its name, without those that were not."""
        return [relative_error(ours, self.io[name]) for name, ours in outputs.items() if name in self.io]


@dataclass(frozen=True, slots=True)
class Outputs:
    """Ours by the recorded names; `unlike` must differ from what was recorded, and `note` is for whoever reads on."""

    alike: dict[str, Tensor]
    unlike: dict[str, Tensor]
    note: str = ""


def relative_error(ours: Tensor, theirs: Tensor) -> float:
    """max|ours − theirs| / max|theirs|."""
    if ours.shape != theirs.shape:
        return math.inf
    ours, theirs = ours.double(), theirs.double()
    if torch.equal(ours, theirs):
        return 0.0  # Also where all are zero.
    error = float((ours - theirs).abs().max() / theirs.abs().max())
    return error if math.isfinite(error) else math.inf


def filled(model: nn.Module, layout: layouts.Layout, weights: Mapping[str, Tensor]) -> None:
    """Give the model the recorded weights."""
    fill(model, layout, weights, "weights.safetensors")
    model.eval()


# Layer norms outside the stacks, of which JAX's own code adds one to the array that it is given, where that is NumPy's.
_OUTER_NORMS = (
    "vision_encoder/spatial_ln/scale",
    "vision_encoder/temporal_ln/scale",
    "text_encoder/unimodal_ln/scale",
)
_POOLERS_NORM = "contrastive_vision_pooler/pooling_attention_layer_norm/scale"
# By how much the factors used at each of three calls were below those that were saved after the last one: those of the
# outer norms, and the pooler's, which was called once more, for the frames.
_RAISED_AFTERWARDS = {"unit": (2, 3), "frames": (2, 2), "raw": (1, 1)}
_RAISED_NOTE = "the recorder raised factors of the outer layer norms at each call before it saved them: lowered again"


def videoprism(golden: Golden) -> Outputs:
    """With the weights as they were saved, or lowered to what they were at each call, whichever is nearer."""
    saved = Outputs(_videoprism(golden, dict.fromkeys(_RAISED_AFTERWARDS, (0, 0))), {})
    lowered = Outputs(_videoprism(golden, _RAISED_AFTERWARDS), {}, _RAISED_NOTE)
    return min(saved, lowered, key=lambda outputs: max(golden.errors(outputs.alike), default=0.0))


def _videoprism(golden: Golden, raised: Mapping[str, tuple[int, int]]) -> dict[str, Tensor]:
    towers = {call: _towers(golden, *above) for call, above in raised.items()}
    clips, texts = _clips(golden, towers["unit"]), _texts(golden, towers["unit"])
    return {
        "outputs.video": functional.normalize(clips[:, 0], dim=-1),
        "outputs.text": functional.normalize(texts, dim=-1),
        "outputs.frame_embeddings": functional.normalize(_clips(golden, towers["frames"])[:, 1:], dim=-1),
        "outputs.video_raw": _clips(golden, towers["raw"])[:, 0],
        "outputs.text_raw": _texts(golden, towers["raw"]),
    }


def _clips(golden: Golden, towers: VideoPrism) -> Tensor:
    return towers.vision(golden.io["inputs.video"].movedim(-1, 2))


def _texts(golden: Golden, towers: VideoPrism) -> Tensor:
    padding = golden.io["inputs.paddings"].bool()
    return towers.text(golden.io["inputs.ids"].long().masked_fill(padding, PADDING))


def _towers(golden: Golden, outer: int, pooler: int) -> VideoPrism:
    config = golden.config
    width, heads = config["model_dim"], config["num_heads"]
    model = VideoPrism(
        VisionSizes(
            width=width,
            heads=heads,
            hidden=config["mlp_dim"],
            spatial=config["num_spatial_layers"],
            temporal=config["num_temporal_layers"],
            auxiliary=config["num_auxiliary_layers"],
            positions=tuple(config["pos_emb_shape"]),
            patch=config["patch_size"],
        ),
        TextSizes(
            width=width,
            heads=heads,
            layers=config["num_unimodal_layers"],
            dim=width,
            vocabulary=config["vocabulary_size"],
        ),
    )
    filled(model, layouts.VIDEOPRISM, _lowered(golden.weights, outer, pooler))
    return model


def _lowered(weights: Mapping[str, Tensor], outer: int, pooler: int) -> dict[str, Tensor]:
    by = {_POOLERS_NORM: pooler, **dict.fromkeys(_OUTER_NORMS, outer)}
    return {name: tensor - by.get(name.removeprefix("params/"), 0) for name, tensor in weights.items()}
