"""ViCLIP: a CLIP whose vision tower attends over space and time jointly (InternVid, arXiv 2307.06942)."""

import warnings
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.architectures.blocks import clip_blocks, interpolate_time
from models.architectures.clip_text import TextSizes, TextTransformer


@dataclass(frozen=True, slots=True)
class VisionSizes:
    """What decides the shapes of the vision tower."""

    width: int
    layers: int
    heads: int
    patch: int
    dim: int
    frames: int = 8
    image: int = 224


class Vision(nn.Module):
    """One class token per clip; every patch of every frame sees every other."""

    def __init__(self, sizes: VisionSizes) -> None:
        super().__init__()
        width = sizes.width
        self.conv1 = nn.Conv3d(3, width, (1, sizes.patch, sizes.patch), (1, sizes.patch, sizes.patch), bias=False)
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros((sizes.image // sizes.patch) ** 2 + 1, width))
        self.temporal_positional_embedding = nn.Parameter(torch.zeros(1, sizes.frames, width))
        self.ln_pre = nn.LayerNorm(width)
        self.blocks = clip_blocks(width, sizes.heads, sizes.layers)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.zeros(width, sizes.dim))

    def forward(self, frames: Tensor) -> Tensor:
        """frames [B, T, 3, S, S], normalised → [B, D]; T = 1 is a picture."""
        patches = self.conv1(frames.transpose(1, 2)).flatten(3).permute(0, 2, 3, 1)
        patches = patches + self.positional_embedding[1:] + self._times(frames.shape[1])[:, None]
        cls = (self.class_embedding + self.positional_embedding[0]).expand(len(frames), 1, -1)
        x = self.ln_pre(torch.cat((cls, patches.flatten(1, 2)), dim=1))
        for block in self.blocks:
            x = block(x)
        return self.ln_post(x[:, 0]) @ self.proj

    def _times(self, steps: int) -> Tensor:
        table = self.temporal_positional_embedding[0]
        if steps == 1:
            return table.mean(dim=0, keepdim=True)
        if steps != len(table):
            warnings.warn(
                f"ViCLIP learned {len(table)} frames; its time positions are stretched to {steps}", stacklevel=2
            )
        return interpolate_time(table, steps)


class ViClip(nn.Module):
    """Both towers and the temperature of their cosine."""

    def __init__(self, vision: VisionSizes, text: TextSizes) -> None:
        super().__init__()
        self.vision = Vision(vision)
        self.text = TextTransformer(text)
        self.temp = nn.Parameter(torch.tensor(0.01))
