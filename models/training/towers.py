"""The pair as torch modules: what is trained and then exported."""

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from models.training.backbone import classifier, stages
from models.training.pictures.flow import Motion
from models.training.sentences.language import SentenceEncoder

FEATURES = 1280


class Backbone(nn.Module):
    """One EfficientNet-Lite in four parts: `early` and `middle` end at 1/16 of the picture, `late` and `end` at 1/32.

    `early` stays as it was; what comes after it is tuned.
    """

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        parts = stages(weights)
        *_, sixteenth, halving = [i for i, part in enumerate(parts) if _stride(part) == 2]
        self.early = nn.Sequential(*parts[: sixteenth + 1])
        self.middle = nn.Sequential(*parts[sixteenth + 1 : halving])
        self.late = parts[halving]
        self.end = End(parts[halving + 1 :], classifier(weights))

    def forward(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        """Early maps [N, C, 14, 14] → features [N, 1280] and class scores [N, 1000]."""
        # Convolutions of narrow maps are twice as fast on the CPU with the channels last. The largest maps are computed
        # anew for the gradient rather than kept: a batch of them takes gigabytes.
        maps = maps.contiguous(memory_format=torch.channels_last)
        return self.end(self.late(checkpoint(self.middle, maps, use_reentrant=False)))


def _stride(part: nn.Module) -> int:
    conv = getattr(part, "conv", None) or getattr(part, "depthwise", None)
    return int(getattr(conv, "stride", 1))


class End(nn.Module):
    """The blocks at 1/32 of the picture, the head and the classifier."""

    def __init__(self, parts: Sequence[nn.Module], classes: nn.Linear) -> None:
        super().__init__()
        self.parts = nn.Sequential(*parts)
        self.classes = classes

    def forward(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        """Late maps [N, C, 7, 7] → features [N, 1280] and class scores [N, 1000]."""
        features = self.parts(maps).mean((2, 3))
        return features, self.classes(features)


class Pooling(nn.Module):
    """Attention over frames; the classifier's view of them is added as a mix of class names' sentence vectors.

    So what the classifier knows lands where the text tower already puts it, and a small head learns the rest.
    """

    prototypes: Tensor

    def __init__(self, inputs: int, prototypes: Tensor, *, width: int, dropout: float, noise: float) -> None:
        super().__init__()
        self.register_buffer("prototypes", prototypes)
        self.norm = nn.LayerNorm(inputs)
        self.entry = nn.Linear(inputs, width)
        self.attention = nn.Linear(width, 1)
        self.middle = nn.Linear(width, width)
        self.exit = nn.Linear(width, prototypes.shape[1])
        # Training starts from what the classifier alone says.
        nn.init.zeros_(self.exit.weight)
        nn.init.zeros_(self.exit.bias)
        self.log_sharpness = nn.Parameter(torch.zeros(()))
        self.share = nn.Parameter(torch.ones(()))
        self.dropout = nn.Dropout(dropout)
        self.noise = noise

    def forward(self, features: Tensor, scores: Tensor) -> tuple[Tensor, Tensor]:
        """Features [B, T, F], class scores [B, T, 1000] → clips [B, D] and frames [B, T, D], of any length."""
        hidden, classes = self._hidden(features), (scores * self.log_sharpness.exp()).softmax(-1)
        weights = self.attention(hidden).softmax(1)
        clips = self._place((weights * hidden).sum(1), (weights * classes).sum(1))
        return clips, self._place(hidden, classes)

    def _hidden(self, features: Tensor) -> Tensor:
        normed = self.norm(features)
        if self.training:
            normed = normed + self.noise * torch.randn_like(normed)
        return functional.gelu(self.entry(self.dropout(normed)))

    def _place(self, hidden: Tensor, classes: Tensor) -> Tensor:
        hidden = hidden + functional.gelu(self.middle(self.dropout(hidden)))
        return self.exit(self.dropout(hidden)) + self.share * (classes @ self.prototypes)


class VideoTower(nn.Module):
    """uint8 pixels [B, T, S, S, 3] → clips [B, D], frames [B, T, D], unit length."""

    def __init__(self, backbones: Sequence[Backbone], pooling: Pooling, motion: Motion) -> None:
        super().__init__()
        self.backbones = cast(Sequence[Backbone], nn.ModuleList(backbones))
        self.pooling, self.motion = pooling, motion

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Any T ≥ 1."""
        batch, count = pixels.shape[:2]
        flat = normalised(pixels.flatten(0, 1))
        middle = [backbone.middle(backbone.early(flat)) for backbone in self.backbones]
        ends = [backbone.end(backbone.late(maps)) for backbone, maps in zip(self.backbones, middle, strict=True)]
        parts = (*side_by_side(ends), middle[0])
        features, scores, maps = (part.reshape(batch, count, *part.shape[1:]) for part in parts)
        clips, frames = self.pooling(features, scores)
        return self.motion.moved(clips, maps), self.motion.still(frames)


def normalised(pixels: Tensor) -> Tensor:
    """uint8 [N, S, S, 3] → [N, 3, S, S] in [-1, 1]."""
    return pixels.permute(0, 3, 1, 2).float() / 127.5 - 1.0


def side_by_side(ends: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Several backbones' features concatenated, their class scores averaged."""
    return torch.cat([features for features, _ in ends], -1), torch.stack([s for _, s in ends]).mean(0)


class TextResidual(nn.Module):
    """Sentence vectors [N, D] → the same moved a little, unit length; the identity before training."""

    def __init__(self, dim: int, *, width: int, dropout: float) -> None:
        super().__init__()
        self.entry, self.exit = nn.Linear(dim, width), nn.Linear(width, dim)
        nn.init.zeros_(self.exit.weight)
        nn.init.zeros_(self.exit.bias)
        self.dropout = nn.Dropout(dropout)

    def forward(self, sentences: Tensor) -> Tensor:
        """`sentences` unit length."""
        moved = self.exit(self.dropout(functional.gelu(self.entry(sentences))))
        return functional.normalize(sentences + moved, dim=-1)


class TextTower(nn.Module):
    """Token ids and mask [N, L] → [N, D], unit length."""

    def __init__(self, encoder: SentenceEncoder, residual: TextResidual) -> None:
        super().__init__()
        self.encoder, self.residual = encoder, residual

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """`mask` is 1 for tokens, 0 for padding."""
        return self.residual(functional.normalize(self.encoder(ids, mask), dim=-1))
