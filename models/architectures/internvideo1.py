"""InternVideo's video-language towers: UniFormerV2 with global blocks only (arXiv 2212.03191, 2211.09552)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.architectures.blocks import Attention, Mlp, clip_blocks, quick_gelu
from models.architectures.clip_text import TextSizes, TextTransformer
from models.architectures.motion import motion_blocks

# The number of a tap and the query after its decoder → the query that goes on.
Between = Callable[[int, Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class VisionSizes:
    """`taps` are the layers, counted from 0 and in rising order, after which a decoder looks.

    With `motion` the blocks look along time as well, and the stem takes two frames into one.
    """

    width: int
    layers: int
    heads: int
    patch: int
    dim: int
    taps: Sequence[int]
    image: int = 224
    decoder_heads: int = 0
    decoder_mlp_ratio: float = 4
    motion: bool = False


def _unchanged(_tap: int, query: Tensor) -> Tensor:
    return query


def _stem(sizes: VisionSizes) -> nn.Conv3d:
    patch, frames = sizes.patch, 3 if sizes.motion else 1
    steps = (2 if sizes.motion else 1, patch, patch)
    return nn.Conv3d(3, sizes.width, (frames, patch, patch), steps, padding=(frames // 2, 0, 0), bias=False)


class GlobalDecoder(nn.Module):
    """One query per clip asks the tokens of all frames."""

    def __init__(self, width: int, heads: int, mlp_ratio: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = Mlp(width, round(width * mlp_ratio), quick_gelu)
        self.norm3 = nn.LayerNorm(width)

    def forward(self, query: Tensor, tokens: Tensor) -> Tensor:
        query = query + self.attn.across(self.norm1(query), self.norm3(tokens))
        return query + self.mlp(self.norm2(query))


class Trunk(nn.Module):
    """CLIP's blocks within each frame; at the taps a decoder gathers over space and time."""

    def __init__(self, sizes: VisionSizes) -> None:
        super().__init__()
        self.width = width = sizes.width
        self.taps = {layer: number for number, layer in enumerate(sizes.taps)}
        self.conv1 = _stem(sizes)
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros((sizes.image // sizes.patch) ** 2 + 1, width))
        self.ln_pre = nn.LayerNorm(width)
        self.motion = sizes.motion
        self.blocks = (motion_blocks if sizes.motion else clip_blocks)(width, sizes.heads, sizes.layers)
        self.temporal_cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.dpe = nn.ModuleList(nn.Conv3d(width, width, 3, padding=1, groups=width) for _ in sizes.taps)
        heads = sizes.decoder_heads or sizes.heads
        self.dec = nn.ModuleList(GlobalDecoder(width, heads, sizes.decoder_mlp_ratio) for _ in sizes.taps)
        self.balance = nn.Parameter(torch.zeros(width))
        self.ln_post = nn.LayerNorm(width)

    def gathered(self, frames: Tensor, between: Between = _unchanged) -> tuple[Tensor, Tensor]:
        """frames [B, T, 3, S, S], normalised, any T → the clip [B, W] before it is projected, and its last tokens.

        Those are [B, T, 1+N, W]. `between` may change the query [B, 1, W] after the decoder of each tap.
        """
        x = self._stem(frames)
        query = self.temporal_cls_token.expand(len(frames), -1, -1)
        for layer, block in enumerate(self.blocks):
            x = block(x) if self.motion else block(x.flatten(0, 1)).unflatten(0, x.shape[:2])
            if layer in self.taps:
                query = between(self.taps[layer], self._gather(query, x, self.taps[layer]))
        weight = self.balance.sigmoid()
        return self.ln_post((1 - weight) * query[:, 0] + weight * x[:, :, 0].mean(dim=1)), x

    def _stem(self, frames: Tensor) -> Tensor:
        """[B, T, 1+N, W]: each frame has its own class token."""
        patches = self.conv1(frames.transpose(1, 2)).flatten(3).permute(0, 2, 3, 1)
        cls = self.class_embedding.expand(*patches.shape[:2], 1, -1)
        return self.ln_pre(torch.cat((cls, patches), dim=2) + self.positional_embedding)

    def _gather(self, query: Tensor, x: Tensor, number: int) -> Tensor:
        cls, patches = x[:, :, :1], x[:, :, 1:]
        side = math.isqrt(patches.shape[2])
        grid = patches.permute(0, 3, 1, 2).unflatten(3, (side, side))
        moved = self.dpe[number](grid).flatten(3).permute(0, 2, 3, 1)
        return self.dec[number](query, torch.cat((cls, patches + moved), dim=2).flatten(1, 2))


class Vision(Trunk):
    """The tower: a clip in the space that it shares with texts."""

    def __init__(self, sizes: VisionSizes) -> None:
        super().__init__(sizes)
        self.proj = nn.Parameter(torch.zeros(sizes.width, sizes.dim))

    def forward(self, frames: Tensor) -> Tensor:
        """frames [B, T, 3, S, S], normalised, any T → [B, D]."""
        return self.gathered(frames)[0] @ self.proj


class PairedRecogniser(Trunk):
    """Which action a clip shows, by a linear head: UniFormerV2 (arXiv 2211.09552)."""

    def __init__(self, sizes: VisionSizes, classes: int, dropout: float = 0.0) -> None:
        super().__init__(sizes)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(sizes.width, classes)

    def forward(self, frames: Tensor) -> Tensor:
        """frames [B, T, 3, S, S], normalised, any T → logits [B, C]."""
        return self.judged(self.gathered(frames)[0])

    def judged(self, clip: Tensor) -> Tensor:
        """[B, W], normed → logits [B, C]."""
        return self.head(self.dropout(clip))


class InternVideo1(nn.Module):
    """Both towers and the learned scale of their cosine."""

    def __init__(self, vision: VisionSizes, text: TextSizes) -> None:
        super().__init__()
        self.vision = Vision(vision)
        self.text = TextTransformer(text)
        self.logit_scale = nn.Parameter(torch.zeros(()))
