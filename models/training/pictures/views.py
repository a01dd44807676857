"""Other views of a picture than the one that was cached: cut out of its maps, and mirrored."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

# Two pictures of three are cut, to no less than this part of each side.
_CUT, _LEAST = 2 / 3, 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """The part of each side that is seen, where its middle lies (from -1 to 1), and which pictures are mirrored."""

    sides: NDArray[np.float64]
    middles: NDArray[np.float64]
    mirrored: NDArray[np.bool_]


def drawn_views(count: int, may_turn: NDArray[np.bool_], rng: np.random.Generator) -> Views:
    """At random; only what `may_turn` is mirrored."""
    sides = np.where(rng.random(count) < _CUT, rng.uniform(_LEAST, 1.0, count), 1.0)
    middles = rng.uniform(-1, 1, (2, count)) * (1 - sides)
    return Views(sides, middles, (rng.random(count) < 0.5) & may_turn)


def seen(maps: Tensor, views: Views) -> Tensor:
    """Maps [N, C, H, W] of the whole pictures → of their views, as large."""
    across = np.where(views.mirrored, -views.sides, views.sides)
    none = np.zeros_like(across)
    rows = [[across, none, views.middles[0]], [none, views.sides, views.middles[1]]]
    grid = functional.affine_grid(
        torch.from_numpy(np.array(rows, np.float32).transpose(2, 0, 1)), list(maps.shape), align_corners=False
    )
    return functional.grid_sample(maps, grid, mode="bilinear", padding_mode="border", align_corners=False)
