"""Symmetric InfoNCE (van den Oord et al. 2018; Radford et al. 2021) with a learned temperature."""

import torch
from torch import Tensor, nn


class Contrast(nn.Module):
    """The loss of a batch of pairs; a pair that counts as right for another is no negative of it."""

    def __init__(self, *, temperature: float = 0.05, smoothing: float = 0.0) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(1.0 / temperature).log())
        self.smoothing = smoothing

    def forward(self, videos: Tensor, texts: Tensor, groups: Tensor) -> Tensor:
        """`videos`, `texts` [N, D] unit length; pairs with equal `groups` [N] are not told apart."""
        scores = videos @ texts.T * self.log_scale.exp().clamp(max=100.0)
        same = (groups[:, None] == groups) & ~torch.eye(len(groups), dtype=torch.bool, device=groups.device)
        scores = scores.masked_fill(same, -1e4)
        right = torch.arange(len(groups), device=groups.device)
        both = [nn.functional.cross_entropy(s, right, label_smoothing=self.smoothing) for s in (scores, scores.T)]
        return (both[0] + both[1]) / 2
