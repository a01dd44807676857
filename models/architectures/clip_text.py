"""CLIP's text transformer: causal, read at the end-of-text token."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.architectures.blocks import Activation, clip_blocks, quick_gelu


@dataclass(frozen=True, slots=True)
class TextSizes:
    """What decides the shapes of a text transformer; the MLPs are four times as wide when `hidden` is left out."""

    width: int
    heads: int
    layers: int
    dim: int
    context: int = 77
    vocabulary: int = 49408
    hidden: int | None = None


class TextTransformer(nn.Module):
    """Token ids → one vector, not yet of unit length."""

    def __init__(self, sizes: TextSizes, activation: Activation = quick_gelu) -> None:
        super().__init__()
        self.context = sizes.context
        self.token_embedding = nn.Embedding(sizes.vocabulary, sizes.width)
        self.positional_embedding = nn.Parameter(torch.zeros(sizes.context, sizes.width))
        self.blocks = clip_blocks(sizes.width, sizes.heads, sizes.layers, activation=activation, hidden=sizes.hidden)
        self.ln_final = nn.LayerNorm(sizes.width)
        self.projection = nn.Parameter(torch.zeros(sizes.width, sizes.dim))

    def forward(self, ids: Tensor) -> Tensor:
        """ids [B, L], L ≤ context → [B, D].

        The mask is causal and the end-of-text id the largest, so padding behind it changes nothing.
        """
        return self.ln_final(at_end(self.layers(ids), ids)) @ self.projection

    def layers(self, ids: Tensor) -> Tensor:
        """ids [B, L] → what the last layer makes of each token, [B, L, W]."""
        x = self.token_embedding(ids) + self.positional_embedding[: ids.shape[1]]
        for block in self.blocks:
            x = block(x, causal=True)
        return x


def at_end(x: Tensor, ids: Tensor) -> Tensor:
    """Of [B, L, W] what stands at each row's end-of-text token, [B, W]."""
    return x[torch.arange(len(ids), device=ids.device), ids.argmax(dim=-1)]
