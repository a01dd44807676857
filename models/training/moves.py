"""Train the motion part on drawn videos while everything else stays as it is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.training.motion import OPPOSITE, PHRASES
from models.training.pair import PairInTraining

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Moves:
    """`steps` of `batch` drawn videos, each also backwards; `calm` weighs how little real clips may be moved."""

    steps: int
    batch: int
    rate: float
    calm: float
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Drawn videos: clips without motion [N, D] not normalised, maps [N, T, 112, 7, 7], motions and things by name."""

    clips: Tensor
    places: Tensor
    motions: list[str]
    things: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class Real:
    """Real clips in the same way, whose vectors shall stay."""

    clips: Tensor
    places: Tensor


def learn_motion(pair: PairInTraining, drawn: Drawn, real: Real, moves: Moves, report: Report) -> None:
    """Opposite motions are each other's hard negatives, as are a video and the same one backwards."""
    rng = np.random.default_rng(moves.seed)
    vectors = phrase_vectors(pair, drawn)
    motion = pair.video.motion
    optimizer = torch.optim.AdamW(motion.parameters(), lr=moves.rate, weight_decay=0.05)
    rates = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, moves.steps)
    for step in range(moves.steps):
        chosen = rng.integers(0, len(drawn.motions), moves.batch)
        loss = _told_apart(pair, drawn, vectors, chosen, rng)
        calm = _moved(pair, real, rng.integers(0, len(real.clips), moves.batch))
        optimizer.zero_grad(set_to_none=True)
        (loss + moves.calm * calm).backward()
        optimizer.step()
        rates.step()
        if step % 50 == 49:
            report(f"motion step {step + 1} of {moves.steps}, loss {loss:.3f}, real clips moved by {calm:.4f}")


def phrase_vectors(pair: PairInTraining, drawn: Drawn) -> dict[tuple[str, str], Tensor]:
    """(thing, motion) → the vectors of its phrases [P, D]."""
    keys = [(thing, motion) for thing in sorted(set(drawn.things)) for motion in PHRASES]
    sentences = [phrase.format(thing=thing) for thing, motion in keys for phrase in PHRASES[motion]]
    vectors = pair.encode(sentences)
    sizes = [len(PHRASES[motion]) for _, motion in keys]
    return dict(zip(keys, vectors.split(sizes), strict=True))


def _told_apart(
    pair: PairInTraining,
    drawn: Drawn,
    vectors: dict[tuple[str, str], Tensor],
    chosen: NDArray[np.int64],
    rng: np.random.Generator,
) -> Tensor:
    places = drawn.places[chosen].float()
    clips = torch.cat([drawn.clips[chosen]] * 2)
    moved = functional.normalize(clips + pair.video.motion(torch.cat([places, places.flip(1)])), dim=-1)
    phrases = rng.integers(0, len(PHRASES["left"]), len(chosen))
    forth = [vectors[drawn.things[i], drawn.motions[i]][p] for i, p in zip(chosen, phrases, strict=True)]
    back = [vectors[drawn.things[i], OPPOSITE[drawn.motions[i]]][p] for i, p in zip(chosen, phrases, strict=True)]
    right, wrong = torch.stack(forth + back), torch.stack(back + forth)
    margin = ((moved * (right - wrong)).sum(1)) * 50
    kinds = [f"{drawn.things[i]} {drawn.motions[i]}" for i in chosen]
    kinds += [f"{drawn.things[i]} {OPPOSITE[drawn.motions[i]]}" for i in chosen]
    groups = torch.from_numpy(np.unique(kinds, return_inverse=True)[1].reshape(-1))
    return pair.contrast(moved, right, groups) + functional.softplus(-margin).mean()


def _moved(pair: PairInTraining, real: Real, chosen: NDArray[np.int64]) -> Tensor:
    """Cosine distance between real clips with and without motion."""
    still = real.clips[chosen]
    moved = still + pair.video.motion(real.places[chosen].float())
    return (1 - functional.cosine_similarity(moved, still)).mean()


def share_told_apart(pair: PairInTraining, drawn: Drawn) -> dict[str, float]:
    """For each motion, how many of its videos lie nearer to their sentence than to the opposite's; first phrases."""
    vectors = phrase_vectors(pair, drawn)
    with torch.no_grad():
        moved = functional.normalize(drawn.clips + pair.video.motion(drawn.places.float()), dim=-1)
    right: dict[str, list[bool]] = {}
    for clip, motion, thing in zip(moved, drawn.motions, drawn.things, strict=True):
        told = clip @ (vectors[thing, motion][0] - vectors[thing, OPPOSITE[motion]][0]) > 0
        right.setdefault(motion, []).append(bool(told))
    return {motion: float(np.mean(hits)) for motion, hits in right.items()}
