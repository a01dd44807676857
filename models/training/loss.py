"""Symmetric InfoNCE (van den Oord et al. 2018; Radford et al. 2021) with a learned temperature."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional


class Contrast(nn.Module):
    """The loss of a batch of pairs of which some are right for others, too (UniCL, Yang et al. 2022)."""

    def __init__(self, *, temperature: float = 0.05) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(1.0 / temperature).log())

    def forward(self, videos: Tensor, texts: Tensor, right: Tensor, hardest: float = 0.0) -> Tensor:
        """`videos`, `texts` [N, D] unit length; `right` [N, N] says which text (column) is right for which video.

        `hardest` weighs the worst wrong one of each beside all of them together.
        """
        cosines = videos @ texts.T
        both = [self._one_way(*way, hardest) for way in ((cosines, right), (cosines.T, right.T))]
        return (both[0] + both[1]) / 2

    def _one_way(self, cosines: Tensor, right: Tensor, hardest: float) -> Tensor:
        wanted = right / right.sum(1, keepdim=True)
        loss = functional.cross_entropy(cosines * self.log_scale.exp().clamp(max=100.0), wanted)
        return loss + hardest * worst_by(cosines, right) if hardest else loss


def equal(texts: list[str]) -> Tensor:
    """[N, N]: which captions say the same; a caption is right for every item that has it."""
    number = torch.from_numpy(np.unique(texts, return_inverse=True)[1].reshape(-1))
    return number[:, None] == number


def worst_by(cosines: Tensor, right: Tensor, margin: float = 0.2) -> Tensor:
    """What the worst wrong one of each row lacks to lie `margin` below the row's own (VSE++, Faghri et al. 2018)."""
    worst = cosines.masked_fill(right, -1.0).amax(1)
    return functional.relu(margin + worst - cosines.diagonal()).mean()
