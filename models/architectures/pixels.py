"""Bytes as modules of torch take them."""

import torch
from torch import Tensor, nn


class Normalised(nn.Module):
    """Bytes [B, T, S, S, 3] → frames [B, T, 3, S, S] less the mean, over the deviation."""

    mean: Tensor
    std: Tensor

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean), persistent=False)
        self.register_buffer("std", torch.tensor(std), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        return ((pixels.float() / 255 - self.mean) / self.std).movedim(-1, 2)


class FromPixels(nn.Module):
    """A module that takes normalised frames, given bytes."""

    def __init__(self, module: nn.Module, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.inner = module
        self.normalised = Normalised(mean, std)

    def forward(self, pixels: Tensor) -> Tensor:
        return self.inner(self.normalised(pixels))
