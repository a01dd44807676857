"""Train the motion part on drawn videos while everything else stays as it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.training.pictures.flow import Motion
from models.training.pictures.motion import AXES, OPPOSITE

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Moves:
    """`steps` of `batch` drawn and a quarter as many real videos; `calm` weighs that nothing is seen in real ones."""

    steps: int
    batch: int
    rate: float
    calm: float
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Drawn videos: maps [N, T, 112, 14, 14], float16, and the motion of each."""

    maps: Tensor
    motions: list[str]


def learn_motion(motion: Motion, drawn: Drawn, real: Tensor, moves: Moves, report: Report) -> None:
    """`real` [M, T, 112, 14, 14] are clips whose motion nobody wrote down: they shall stay where they are."""
    rng = np.random.default_rng(moves.seed)
    optimizer = torch.optim.AdamW(motion.parameters(), lr=moves.rate, weight_decay=0.1)
    rates = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, moves.steps)
    wanted = wanted_of(drawn.motions)
    motion.train().requires_grad_(True)
    for step in range(moves.steps):
        chosen = torch.from_numpy(rng.integers(0, len(wanted), moves.batch))
        some = torch.from_numpy(rng.integers(0, len(real), max(1, moves.batch // 4)))
        seen, calm = motion(drawn.maps[chosen].float()), motion(real[some].float()).square().mean()
        # What a motion is matters more than what it is not: what enters from the left also moves right.
        loss = ((seen - wanted[chosen]).square() * (0.2 + wanted[chosen].abs())).sum(1).mean()
        optimizer.zero_grad(set_to_none=True)
        (loss + moves.calm * calm).backward()
        optimizer.step()
        rates.step()
        if step % 50 == 49:
            report(f"motion step {step + 1} of {moves.steps}, loss {loss:.3f}, seen in real clips {calm:.4f}")
    motion.eval()


def wanted_of(motions: Sequence[str]) -> Tensor:
    """[N, A]: 1 on a motion's axis, -1 for its opposite; nothing for what is no motion."""
    wanted = torch.zeros(len(motions), len(AXES))
    for row, motion in enumerate(motions):
        if motion in OPPOSITE:
            axis = motion if motion in AXES else OPPOSITE[motion]
            wanted[row, AXES.index(axis)] = 1.0 if motion == axis else -1.0
    return wanted
