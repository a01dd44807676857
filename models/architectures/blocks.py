"""The pre-norm transformer that every family is made of, and its variations."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Activation = Callable[[Tensor], Tensor]
Norm = Callable[[int], nn.Module]


def quick_gelu(x: Tensor) -> Tensor:
    """CLIP's approximation of GELU."""
    return x * torch.sigmoid(1.702 * x)


def tanh_gelu(x: Tensor) -> Tensor:
    """GELU's tanh approximation, which fused kernels compute."""
    return functional.gelu(x, approximate="tanh")


def layer_norm(eps: float) -> Norm:
    """LayerNorm of any width with this `eps`."""
    return lambda width: nn.LayerNorm(width, eps=eps)


def rms_norm(eps: float) -> Norm:
    """RMSNorm of any width with this `eps`."""
    return lambda width: nn.RMSNorm(width, eps=eps)


def attend(q: Tensor, k: Tensor, v: Tensor, heads: int, *, causal: bool = False) -> Tensor:
    """Scaled dot-product attention of [B, Lq, D] over [B, Lk, D]."""
    q, k, v = (x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in (q, k, v))
    return functional.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2)


class Attention(nn.Module):
    """Multi-head attention with one matrix for queries, keys and values.

    `bias` says which of the three have one; `qk_norm` normalises queries and keys over the full
    width, before the heads are split.
    """

    def __init__(
        self, width: int, heads: int, *, bias: Literal["qkv", "qv", "none"] = "qkv", qk_norm: Norm | None = None
    ) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=bias == "qkv")
        self.q_bias = nn.Parameter(torch.zeros(width)) if bias == "qv" else None
        self.v_bias = nn.Parameter(torch.zeros(width)) if bias == "qv" else None
        self.q_norm = qk_norm(width) if qk_norm else nn.Identity()
        self.k_norm = qk_norm(width) if qk_norm else nn.Identity()
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor, *, causal: bool = False) -> Tensor:
        q, k, v = functional.linear(x, self.qkv.weight, self._bias()).chunk(3, dim=-1)
        return self.proj(attend(self.q_norm(q), self.k_norm(k), v, self.heads, causal=causal))

    def across(self, query: Tensor, context: Tensor) -> Tensor:
        """Queries from one sequence, keys and values from another."""
        width = query.shape[-1]
        bias = self._bias()
        wq, wkv = self.qkv.weight.split((width, 2 * width))
        bq, bkv = (None, None) if bias is None else bias.split((width, 2 * width))
        k, v = functional.linear(context, wkv, bkv).chunk(2, dim=-1)
        return self.proj(attend(functional.linear(query, wq, bq), k, v, self.heads))

    def _bias(self) -> Tensor | None:
        if self.q_bias is None or self.v_bias is None:
            return self.qkv.bias
        return torch.cat((self.q_bias, torch.zeros_like(self.q_bias), self.v_bias))


class Mlp(nn.Module):
    """Two layers with an activation between."""

    def __init__(self, width: int, hidden: int, activation: Activation) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(self.activation(self.fc1(x)))


class LayerScale(nn.Module):
    """A learned factor per channel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gamma


class Block(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x)), which is four times as wide when `hidden` is left out."""

    def __init__(
        self,
        attention: Attention,
        *,
        width: int,
        activation: Activation,
        norm: Norm,
        hidden: int | None = None,
        scaled: bool = False,
    ) -> None:
        super().__init__()
        self.norm1 = norm(width)
        self.attn = attention
        self.ls1 = LayerScale(width) if scaled else nn.Identity()
        self.norm2 = norm(width)
        self.mlp = Mlp(width, hidden or 4 * width, activation)
        self.ls2 = LayerScale(width) if scaled else nn.Identity()

    def forward(self, x: Tensor, *, causal: bool = False) -> Tensor:
        x = x + self.ls1(self.attn(self.norm1(x), causal=causal))
        return x + self.ls2(self.mlp(self.norm2(x)))


def clip_blocks(
    width: int, heads: int, layers: int, *, activation: Activation = quick_gelu, hidden: int | None = None
) -> nn.ModuleList:
    """The blocks of CLIP's transformers."""
    return nn.ModuleList(
        Block(Attention(width, heads), width=width, activation=activation, norm=nn.LayerNorm, hidden=hidden)
        for _ in range(layers)
    )


def interpolate_time(table: Tensor, steps: int) -> Tensor:
    """[T, D] resampled to [steps, D], linearly with half-pixel centres."""
    if table.shape[0] == steps:
        return table
    return functional.interpolate(table.T[None], size=steps, mode="linear", align_corners=False)[0].T
