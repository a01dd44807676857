"""MiniLM as a sentence encoder (Wang et al. 2020; Reimers and Gurevych 2019): BERT layers and mean pooling."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

HEADS = 12


class Layer(nn.Module):
    """One post-norm transformer layer (Vaswani et al. 2017) with erf GELU, as BERT has it."""

    def __init__(self, weights: Mapping[str, Tensor], name: str) -> None:
        super().__init__()
        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        self.qkv = _linear(
            torch.cat([weights[f"{part}.weight"] for part in parts]),
            torch.cat([weights[f"{part}.bias"] for part in parts]),
        )
        self.out = _named_linear(weights, f"{name}.attention.output.dense")
        self.attention_norm = _norm(weights, f"{name}.attention.output.LayerNorm")
        self.wide = _named_linear(weights, f"{name}.intermediate.dense")
        self.narrow = _named_linear(weights, f"{name}.output.dense")
        self.norm = _norm(weights, f"{name}.output.LayerNorm")

    def forward(self, states: Tensor, bias: Tensor, dropout: float = 0.0) -> Tensor:
        """States [N, L, D]; `bias` [N, 1, 1, L] is 0 for tokens and very negative for padding."""
        count, length, width = states.shape
        q, k, v = self.qkv(states).reshape(count, length, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-1, -2) * (width // HEADS) ** -0.5 + bias).softmax(-1)
        mixed = (weights @ v).transpose(1, 2).reshape(count, length, width)
        states = self.attention_norm(states + functional.dropout(self.out(mixed), dropout, self.training))
        return self.norm(
            states + functional.dropout(self.narrow(functional.gelu(self.wide(states))), dropout, self.training)
        )


class SentenceEncoder(nn.Module):
    """Token ids → mean of the last states over the tokens that are not padding."""

    def __init__(self, weights: Mapping[str, Tensor], *, dropout: float = 0.0) -> None:
        super().__init__()
        self.words = nn.Embedding.from_pretrained(weights["embeddings.word_embeddings.weight"].float(), freeze=False)
        # Every input is one sentence, so the first token type is part of each position.
        positions = (
            weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self.positions = nn.Embedding.from_pretrained(positions[:128].clone(), freeze=False)
        self.norm = _norm(weights, "embeddings.LayerNorm")
        count = 1 + max(int(key.split(".")[2]) for key in weights if key.startswith("encoder.layer."))
        self.layers = nn.ModuleList([Layer(weights, f"encoder.layer.{i}") for i in range(count)])
        self.dropout = dropout

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """`ids` and `mask` [N, L] → [N, D], not normalised."""
        states = self.norm(self.words(ids) + self.positions.weight[: ids.shape[1]])
        bias = (1.0 - mask[:, None, None].to(states.dtype)) * -1e4
        for layer in self.layers:
            states = layer(states, bias, self.dropout)
        weight = mask[:, :, None].to(states.dtype)
        return (states * weight).sum(1) / weight.sum(1)


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    linear = nn.Linear(weight.shape[1], weight.shape[0])
    linear.load_state_dict({"weight": weight, "bias": bias})
    return linear


def _named_linear(weights: Mapping[str, Tensor], name: str) -> nn.Linear:
    return _linear(weights[f"{name}.weight"], weights[f"{name}.bias"])


def _norm(weights: Mapping[str, Tensor], name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(weights[f"{name}.weight"].shape[0], eps=1e-12)
    norm.load_state_dict({"weight": weights[f"{name}.weight"], "bias": weights[f"{name}.bias"]})
    return norm
