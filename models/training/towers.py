"""The pair as torch modules: what is trained and then exported."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.backbone import classifier, stages
from models.training.language import SentenceEncoder

FEATURES = 1280
CLASSES = 1000


class FrameEncoder(nn.Module):
    """One EfficientNet-Lite with its classifier; `pixels` are normalised."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.stages = nn.Sequential(*stages(weights))
        self.classifier = classifier(weights)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """[N, 3, S, S] → features [N, 1280], class scores [N, 1000]."""
        features = self.stages(pixels).mean((2, 3))
        return features, self.classifier(features)


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
        """Features [B, T, F], class scores [B, T, 1000] → clips [B, D] and frames [B, T, D], unit length."""
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
        return functional.normalize(self.exit(self.dropout(hidden)) + self.share * (classes @ self.prototypes), dim=-1)


class VideoTower(nn.Module):
    """uint8 pixels [B, T, S, S, 3] → clips [B, D], frames [B, T, D]."""

    def __init__(self, encoder: FrameEncoder, pooling: Pooling) -> None:
        super().__init__()
        self.encoder, self.pooling = encoder, pooling

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Both unit length."""
        batch, count, size = pixels.shape[0], pixels.shape[1], pixels.shape[2]
        flat = pixels.reshape(-1, size, size, 3).permute(0, 3, 1, 2).float() / 127.5 - 1.0
        features, scores = self.encoder(flat)
        clips, frames = self.pooling(features.reshape(batch, count, -1), scores.reshape(batch, count, -1))
        return clips, frames


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
        return functional.normalize(sentences + self.exit(self.dropout(functional.gelu(self.entry(sentences)))), dim=-1)


class TextTower(nn.Module):
    """Token ids and mask [N, L] → [N, D], unit length."""

    def __init__(self, encoder: SentenceEncoder, residual: TextResidual) -> None:
        super().__init__()
        self.encoder, self.residual = encoder, residual

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """`mask` is 1 for tokens, 0 for padding."""
        moved: Tensor = self.residual(functional.normalize(self.encoder(ids, mask), dim=-1))
        return moved
