"""UniFormerV2's local blocks: CLIP's, which look along time before attention and before the net (arXiv 2211.09552)."""

import math

from torch import Tensor, nn

from models.architectures.blocks import Attention, Block, quick_gelu


def _along_time(width: int) -> nn.Sequential:
    """Each place by itself over three frames; it begins as nothing."""
    narrow = int(width // 1.5)
    last = nn.Conv3d(narrow, width, 1)
    for part in last.parameters():
        nn.init.zeros_(part)
    return nn.Sequential(
        nn.BatchNorm3d(width),
        nn.Conv3d(width, narrow, 1),
        nn.Conv3d(narrow, narrow, (3, 1, 1), padding=(1, 0, 0), groups=narrow),
        last,
    )


class MotionBlock(Block):
    """[B, T, 1+N, W] → the same; class tokens take no part in looking along time."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__(Attention(width, heads), width=width, activation=quick_gelu, norm=nn.LayerNorm)
        self.local1, self.local2 = _along_time(width), _along_time(width)

    def forward(self, x: Tensor, *, causal: bool = False, seen: Tensor | None = None) -> Tensor:
        batch = x.shape[:2]
        x = _moved(self.local1, x).flatten(0, 1)
        x = (x + self.attn(self.norm1(x), causal=causal, seen=seen)).unflatten(0, batch)
        x = _moved(self.local2, x)
        return x + self.mlp(self.norm2(x))


def _moved(local: nn.Sequential, x: Tensor) -> Tensor:
    patches = x[:, :, 1:]
    side = math.isqrt(patches.shape[2])
    grid = patches.permute(0, 3, 1, 2).unflatten(3, (side, side))
    out = x.clone()
    out[:, :, 1:] = patches + local(grid).flatten(3).permute(0, 2, 3, 1)
    return out


def motion_blocks(width: int, heads: int, layers: int) -> nn.ModuleList:
    """As many of them."""
    return nn.ModuleList(MotionBlock(width, heads) for _ in range(layers))
