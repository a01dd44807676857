"""InternVideo2-CLIP, small family: an RMS-normalised ViT over joint tokens beside MobileCLIP's text tower.

Papers: arXiv 2403.15377 (vision), 2311.17049 (text).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.architectures.blocks import Attention, Block, attend, interpolate_time, rms_norm, tanh_gelu
from models.architectures.clip_text import TextSizes, TextTransformer


@dataclass(frozen=True, slots=True)
class VisionSizes:
    """`pooled` is the width after attention pooling."""

    width: int
    layers: int
    heads: int
    patch: int = 14
    pooled: int = 768
    pool_heads: int = 16
    mlp_ratio: float = 4
    frames: int = 8
    image: int = 224


class AttentionPool(nn.Module):
    """The mean token asks all tokens."""

    def __init__(self, width: int, heads: int, dim: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_q, self.norm_k, self.norm_v = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.q, self.k, self.v = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.proj = nn.Linear(width, dim)

    def forward(self, x: Tensor) -> Tensor:
        query = self.q(self.norm_q(x.mean(dim=1, keepdim=True)))
        return self.proj(attend(query, self.k(self.norm_k(x)), self.v(self.norm_v(x)), self.heads))[:, 0]


class Vision(nn.Module):
    """One class token and joint positions over space and time."""

    def __init__(self, sizes: VisionSizes) -> None:
        super().__init__()
        width, norm = sizes.width, rms_norm(1e-6)
        self.patches = (sizes.image // sizes.patch) ** 2
        self.patch_embed = nn.Conv3d(3, width, (1, sizes.patch, sizes.patch), (1, sizes.patch, sizes.patch))
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + sizes.frames * self.patches, width))
        self.blocks = nn.ModuleList(
            Block(
                Attention(width, sizes.heads, bias="none", qk_norm=norm),
                width=width,
                activation=tanh_gelu,
                norm=norm,
                hidden=int(width * sizes.mlp_ratio),
                scaled=True,
            )
            for _ in range(sizes.layers)
        )
        self.pool = AttentionPool(width, sizes.pool_heads, sizes.pooled)

    def forward(self, frames: Tensor) -> Tensor:
        """frames [B, T, 3, S, S], normalised → [B, pooled]; T = 1 is a picture."""
        x = self.patch_embed(frames.transpose(1, 2)).flatten(2).transpose(1, 2)
        x = torch.cat((self.cls_token.expand(len(x), -1, -1), x), dim=1)
        x = x + positions_for(self.pos_embed, frames.shape[1], self.patches)
        for block in self.blocks:
            x = block(x)
        return self.pool(x)


def positions_for(table: Tensor, steps: int, patches: int) -> Tensor:
    """[1, 1+T·patches, D] for `steps` frames: averaged over time for a picture, else linear per place."""
    if steps == 1:
        cls, grid = table[:, :1], table[:, 1:].unflatten(1, (-1, patches))
        return torch.cat((cls, grid.mean(dim=1)), dim=1)
    return stretched_positions(table, steps, patches)


def stretched_positions(table: Tensor, steps: int, patches: int) -> Tensor:
    """[1, 1+T·patches, D] resampled linearly over time per place; the class token keeps its own."""
    cls, grid = table[:, :1], table[0, 1:].unflatten(0, (-1, patches))
    stretched = interpolate_time(grid.flatten(1), steps).reshape(1, steps * patches, -1)
    return torch.cat((cls, stretched), dim=1)


class InternVideo2(nn.Module):
    """Both towers and the temperature of their cosine."""

    def __init__(self, vision: VisionSizes, text: TextSizes) -> None:
        super().__init__()
        self.vision = nn.Sequential()
        self.vision.add_module("encoder", Vision(vision))
        self.vision.add_module("align", nn.Sequential(nn.LayerNorm(vision.pooled), nn.Linear(vision.pooled, text.dim)))
        self.text = TextTransformer(text, activation=functional.gelu)
        self.temp = nn.Parameter(torch.tensor(0.01))
