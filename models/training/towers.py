"""The pair as torch modules: what is trained and then exported."""

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.backbone import classifier, stages
from models.training.language import SentenceEncoder

FEATURES = 1280
MOTION_CHANNELS = 112
# How far one axis may turn a clip: enough to order two sentences that differ in nothing else.
MOTION_SHARE = 0.35


class Backbone(nn.Module):
    """One EfficientNet-Lite in three parts: `early` ends at 1/16 of the picture, `end` is what gets tuned."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        parts = stages(weights)
        halving = max(i for i, part in enumerate(parts) if getattr(getattr(part, "depthwise", None), "stride", 1) == 2)
        self.early = nn.Sequential(*parts[:halving])
        self.late = nn.Sequential(*parts[halving:-3])
        self.end = End(parts[-3:], classifier(weights))


class End(nn.Module):
    """The last two blocks, the head and the classifier."""

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


class Motion(nn.Module):
    """What changes, where and in which order: how far a clip goes along each axis of motion; nothing for a still one.

    A frame's map of 7 × 7 places, less the clip's mean, is a token; each token is read together with the next. The
    axes are directions of the text space (from "moves right" to "moves left"). What a picture alone would say about
    them is taken out, so that stills do not lean to one side, and no other meaning is touched.
    """

    axes: Tensor
    dual: Tensor

    def __init__(self, axes: Tensor, *, reduced: int = 16, width: int = 128, dropout: float = 0.2) -> None:
        super().__init__()
        self.register_buffer("axes", axes)
        self.register_buffer("dual", torch.zeros_like(axes))
        self.aim(axes)
        self.dropout = nn.Dropout(dropout)
        self.reduce = nn.Conv2d(MOTION_CHANNELS, reduced, 1)
        self.token = nn.Linear(49 * reduced, width)
        self.pair = nn.Linear(2 * width, width)
        self.exit = nn.Linear(width, len(axes), bias=False)

    def forward(self, maps: Tensor) -> Tensor:
        """[B, T, 112, 7, 7] → places on the axes [B, A], each in (-1, 1)."""
        batch, count = maps.shape[:2]
        # One channel is left out of all frames of a clip, or none: anything else would look like a change.
        kept = self.dropout(maps.new_ones(batch, 1, MOTION_CHANNELS, 1, 1))
        tokens = self.token(self.reduce((maps * kept).flatten(0, 1)).reshape(batch, count, -1))
        changes = tokens - tokens.mean(1, keepdim=True)
        pairs = torch.cat([changes, torch.cat([changes[:, 1:], changes[:, -1:]], 1)], 2)
        still = functional.gelu(self.pair.bias)
        return torch.tanh(self.exit((functional.gelu(self.pair(pairs)) - still).mean(1)))

    def aim(self, axes: Tensor) -> None:
        """Take these axes [A, D]; along a row of the dual basis one axis changes and no other."""
        self.axes.copy_(axes)
        self.dual.copy_(torch.linalg.pinv(axes).T)

    def still(self, vectors: Tensor) -> Tensor:
        """Vectors [..., D] of any length with nothing along the axes; unit length."""
        unit = functional.normalize(vectors, dim=-1)
        return functional.normalize(unit - (unit @ self.axes.T) @ self.dual, dim=-1)

    def moved(self, clips: Tensor, maps: Tensor) -> Tensor:
        """Clips [B, D] of any length with their motion; unit length."""
        turn = MOTION_SHARE * (self(maps) @ functional.normalize(self.dual, dim=-1))
        return functional.normalize(self.still(clips) + turn, dim=-1)


class VideoTower(nn.Module):
    """uint8 pixels [B, T, S, S, 3] → clips [B, D], frames [B, T, D], unit length."""

    def __init__(self, backbones: Sequence[Backbone], pooling: Pooling, motion: Motion) -> None:
        super().__init__()
        self.backbones = cast(Sequence[Backbone], nn.ModuleList(backbones))
        self.pooling, self.motion = pooling, motion

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Any T ≥ 1."""
        batch, count = pixels.shape[:2]
        early = [backbone.early(normalised(pixels.flatten(0, 1))) for backbone in self.backbones]
        ends = [backbone.end(backbone.late(maps)) for backbone, maps in zip(self.backbones, early, strict=True)]
        places = functional.avg_pool2d(early[0], 2)
        return self.join(*(part.reshape(batch, count, *part.shape[1:]) for part in (*side_by_side(ends), places)))

    def join(self, features: Tensor, scores: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """Per frame: features [B, T, F], class scores [B, T, 1000], pooled early maps [B, T, 112, 7, 7]."""
        clips, frames = self.pooling(features, scores)
        return self.motion.moved(clips, places), self.motion.still(frames)


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
