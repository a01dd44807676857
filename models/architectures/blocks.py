"""The pre-norm transformer that every family is made of, and its variations."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Activation = Callable[[Tensor], Tensor]
Norm = Callable[[int], nn.Module]

# No fused kernel caps scores: they are written out, and those of all queries at once would fill the memory.
_QUERIES_AT_ONCE = 256


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


def attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    heads: int,
    *,
    causal: bool = False,
    seen: Tensor | None = None,
    cap: float | None = None,
) -> Tensor:
    """Scaled dot-product attention of [B, Lq, D] over [B, Lk, D].

    Where `causal` each sees itself and what stands before it, else what is `seen` ([B, 1, Lq, Lk]), or all. With a
    `cap` each score is cap·tanh(score / cap).
    """
    q, k, v = (x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in (q, k, v))
    if cap is None:
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=seen, is_causal=causal)
    else:
        mixed = _attend_capped(q, k, v, cap, up_to_each(q.shape[2], q.device) if causal else seen)
    return mixed.transpose(1, 2).flatten(2)


def _attend_capped(q: Tensor, k: Tensor, v: Tensor, cap: float, seen: Tensor | None) -> Tensor:
    if seen is not None:
        return _capped(q, k, v, cap, seen)
    return torch.cat([_capped(some, k, v, cap) for some in q.split(_QUERIES_AT_ONCE, dim=2)], dim=2)


def _capped(q: Tensor, k: Tensor, v: Tensor, cap: float, seen: Tensor | None = None) -> Tensor:
    scores = (q * (q.shape[-1] ** -0.5 / cap)) @ k.transpose(-2, -1)
    # In float32 under autocast too: half precision leaves little of a tanh.
    scores = scores.float().tanh() * cap
    if seen is not None:
        scores = scores.masked_fill(~seen, -torch.inf)
    return scores.softmax(dim=-1).to(v.dtype) @ v


def up_to_each(length: int, device: torch.device) -> Tensor:
    """[length, length]: what is seen where each position sees itself and what stands before it."""
    steps = torch.arange(length, device=device)
    return steps[:, None] >= steps


class Attention(nn.Module):
    """Multi-head attention with one matrix for queries, keys and values.

    `bias` says which of the three have one; `qk_norm` normalises queries and keys over the full
    width, before the heads are split; `cap` is that of the scores.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        bias: Literal["qkv", "qv", "none"] = "qkv",
        qk_norm: Norm | None = None,
        cap: float | None = None,
    ) -> None:
        super().__init__()
        self.heads, self.cap = heads, cap
        self.qkv = nn.Linear(width, 3 * width, bias=bias == "qkv")
        self.q_bias = nn.Parameter(torch.zeros(width)) if bias == "qv" else None
        self.v_bias = nn.Parameter(torch.zeros(width)) if bias == "qv" else None
        self.q_norm = qk_norm(width) if qk_norm else nn.Identity()
        self.k_norm = qk_norm(width) if qk_norm else nn.Identity()
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor, *, causal: bool = False, seen: Tensor | None = None) -> Tensor:
        q, k, v = functional.linear(x, self.qkv.weight, self._bias()).chunk(3, dim=-1)
        q, k = self.q_norm(q), self.k_norm(k)
        return self.proj(attend(q, k, v, self.heads, causal=causal, seen=seen, cap=self.cap))

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

    def forward(self, x: Tensor, *, causal: bool = False, seen: Tensor | None = None) -> Tensor:
        x = x + self.ls1(self.attn(self.norm1(x), causal=causal, seen=seen))
        return x + self.ls2(self.mlp(self.norm2(x)))


def clip_blocks(
    width: int, heads: int, layers: int, *, activation: Activation = quick_gelu, hidden: int | None = None
) -> nn.ModuleList:
    """The blocks of CLIP's transformers."""
    return nn.ModuleList(
        Block(Attention(width, heads), width=width, activation=activation, norm=nn.LayerNorm, hidden=hidden)
        for _ in range(layers)
    )


def interpolate_time(table: Tensor, steps: int, *, antialias: bool = False) -> Tensor:
    """[T, …] resampled to [steps, …], linearly with half-pixel centres.

    With `antialias` each of fewer steps is a mean over all that it stands for, weighted by a triangle.
    """
    known = table.shape[0]
    if known == steps:
        return table
    reach = max(1.0, known / steps) if antialias else 1.0
    centres = (torch.arange(steps, dtype=torch.float64) + 0.5) * known / steps - 0.5
    distance = (centres[:, None] - torch.arange(known)).abs()
    weights = (1 - distance / reach).clamp(min=0)
    weights = weights / weights.sum(dim=1, keepdim=True)
    return torch.tensordot(weights.to(table), table, dims=1)
