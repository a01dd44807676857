"""Train the motion part on drawn videos while everything else stays as it is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.motion import AXES, MIRRORED, OPPOSITE
from models.training.towers import Motion

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Moves:
    """`steps` of `batch` drawn and as many real videos; `calm` weighs that nothing is seen in real ones."""

    steps: int
    batch: int
    rate: float
    calm: float
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Drawn videos: early maps [N, T, 112, 7, 7], float16, and the motion of each."""

    places: Tensor
    motions: list[str]


def learn_motion(motion: Motion, drawn: Drawn, real: Tensor, moves: Moves, report: Report) -> None:
    """`real` [M, T, 112, 7, 7] are clips whose motion nobody wrote down: they shall stay where they are.

    Drawn videos come as they are, mirrored and backwards, with the motion that this makes.
    """
    rng = np.random.default_rng(moves.seed)
    optimizer = torch.optim.AdamW(motion.parameters(), lr=moves.rate, weight_decay=0.1)
    rates = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, moves.steps)
    motion.train().requires_grad_(True)
    for step in range(moves.steps):
        places, wanted = _turned(drawn, rng.integers(0, len(drawn.motions), moves.batch), rng)
        seen, calm = motion(places), motion(real[rng.integers(0, len(real), moves.batch)].float()).square().mean()
        # What a motion is matters more than what it is not: what enters from the left also moves right.
        loss = ((seen - wanted).square() * (0.2 + wanted.abs())).sum(1).mean()
        optimizer.zero_grad(set_to_none=True)
        (loss + moves.calm * calm).backward()
        optimizer.step()
        rates.step()
        if step % 50 == 49:
            report(f"motion step {step + 1} of {moves.steps}, loss {loss:.3f}, seen in real clips {calm:.4f}")
    motion.eval()


def _turned(drawn: Drawn, chosen: NDArray[np.int64], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    places, wanted = [], torch.zeros(len(chosen), len(AXES))
    for row, (index, mirrored, backwards) in enumerate(zip(chosen, *rng.random((2, len(chosen))) < 0.5, strict=True)):
        clip, motion = drawn.places[index], drawn.motions[index]
        if mirrored:
            clip, motion = clip.flip(-1), MIRRORED.get(motion, motion)
        if backwards:
            clip, motion = clip.flip(0), OPPOSITE[motion]
        places.append(clip)
        axis = motion if motion in AXES else OPPOSITE[motion]
        wanted[row, AXES.index(axis)] = 1.0 if motion == axis else -1.0
    return torch.stack(places).float(), wanted
