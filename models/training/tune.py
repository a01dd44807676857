"""Fine-tune the ends of both towers from cached maps."""

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.album import Album
from models.training.pair import PairInTraining

Report = Callable[[str], None]

_AIM_EVERY = 50
_SPOKEN = 2000


@dataclass(frozen=True, slots=True)
class Tuning:
    """`steps` of `batch` items, `frames` frames of each item that has several; rates fall by a cosine.

    What has the rate 0 stays as it is.
    """

    steps: int
    batch: int
    frames: int
    end_rate: float
    text_rate: float
    head_rate: float
    warm_steps: int
    averaging: float
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Late maps of each backbone, which of them each item shows [B, T], and one caption an item."""

    maps: list[Tensor]
    slots: Tensor
    captions: list[str]


def tune(pair: PairInTraining, album: Album, tuning: Tuning, checkpoint: Path, report: Report) -> PairInTraining:
    """The running average of the pair over the steps (Polyak and Juditsky 1992); goes on from `checkpoint`."""
    optimizer = torch.optim.AdamW(_groups(pair, tuning), betas=(0.9, 0.98))
    average = copy.deepcopy(pair).eval()
    done = _resume(checkpoint, pair, average, optimizer)
    spoken = _some_captions(album, tuning.seed)
    began_s = time.monotonic()
    for step, batch in enumerate(_batches(album, tuning, skip=done), done):
        if step == tuning.steps:
            break
        if step % _AIM_EVERY == 0:
            pair.eval().aim(spoken)
        loss = _step(pair, batch, optimizer, _share(step, tuning))
        _follow(average, pair, min(tuning.averaging, (step + 1) / (step + 10)))
        if step % 20 == 19:
            report(f"step {step + 1} of {tuning.steps}, loss {loss:.3f}, {time.monotonic() - began_s:.0f} s")
            _save(checkpoint, step + 1, pair, average, optimizer)
    average.aim(spoken)
    return average


def _groups(pair: PairInTraining, tuning: Tuning) -> list[dict[str, object]]:
    ends = [p for backbone in pair.video.backbones for p in backbone.end.parameters()]
    words = [p for layer in pair.tuned_layers for p in layer.parameters()]
    heads = [*pair.video.pooling.parameters(), *pair.text.residual.parameters(), *pair.contrast.parameters()]
    rates = ((ends, tuning.end_rate, 0.02), (words, tuning.text_rate, 0.01), (heads, tuning.head_rate, 0.2))
    for parameters, rate, _ in rates:
        for parameter in parameters:
            parameter.requires_grad_(rate > 0)
    return [{"params": p, "lr": rate, "full_rate": rate, "weight_decay": decay} for p, rate, decay in rates if rate]


def _share(step: int, tuning: Tuning) -> float:
    cosine = (1 + math.cos(math.pi * step / tuning.steps)) / 2
    return min(1.0, (step + 1) / tuning.warm_steps) * (0.02 + 0.98 * cosine)


def _step(pair: PairInTraining, batch: Batch, optimizer: torch.optim.Optimizer, share: float) -> float:
    for group in optimizer.param_groups:
        group["lr"] = group["full_rate"] * share
    pair.train()
    texts = pair.texts_of(batch.captions)
    loss = pair.contrast(pair.clips_of(batch.maps, batch.slots), texts, groups_of(batch.captions))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def groups_of(captions: list[str]) -> Tensor:
    """Equal captions are no negatives of one another."""
    return torch.from_numpy(np.unique(captions, return_inverse=True)[1].reshape(-1))


def _batches(album: Album, tuning: Tuning, *, skip: int) -> Iterator[Batch]:
    """Without end, each item once an epoch; the same for the same seed, whatever was skipped."""
    rng = np.random.default_rng(tuning.seed)
    number = 0
    while True:
        order = rng.permutation(len(album.captions))
        for start in range(0, len(order) - tuning.batch + 1, tuning.batch):
            chosen, seed = order[start : start + tuning.batch], int(rng.integers(2**63))
            if number >= skip:
                yield _batch(album, chosen, tuning.frames, np.random.default_rng(seed))
            number += 1


def _batch(album: Album, items: NDArray[np.int64], frames: int, rng: np.random.Generator) -> Batch:
    shown: list[int] = []
    turns: list[bool] = []
    slots, captions = [], []
    for item in items:
        have = np.arange(album.starts[item], album.starts[item + 1])
        chosen = rng.permutation(have)[:frames]
        slots.append(len(shown) + np.arange(frames) * len(chosen) // frames)
        shown += chosen.tolist()
        captions.append(str(rng.choice(album.captions[item])))
        turns += [_sideless(captions[-1])] * len(chosen)
    views, flips = rng.integers(len(album.views), size=len(shown)), (rng.random(len(shown)) < 0.5) & np.array(turns)
    maps = [_seen(album, b, np.array(shown), views, flips) for b in range(len(album.views[0]))]
    return Batch(maps, torch.from_numpy(np.stack(slots)), captions)


def _sideless(caption: str) -> bool:
    """Whether the mirrored picture still shows what the caption says."""
    return not {"left", "right"} & set(caption.lower().replace(",", " ").replace(".", " ").split())


def _seen(
    album: Album, backbone: int, shown: NDArray[np.int64], views: NDArray[np.int64], mirrored: NDArray[np.bool_]
) -> Tensor:
    seen = np.stack([album.views[view][backbone][picture] for view, picture in zip(views, shown, strict=True)])
    maps = torch.from_numpy(seen.astype(np.float32))
    return torch.where(torch.from_numpy(mirrored)[:, None, None, None], maps.flip(3), maps)


def _some_captions(album: Album, seed: int) -> list[str]:
    return [album.captions[item][0] for item in np.random.default_rng(seed).integers(len(album.captions), size=_SPOKEN)]


@torch.no_grad()
def _follow(average: PairInTraining, pair: PairInTraining, keep: float) -> None:
    for mean, now in zip(average.parameters(), pair.parameters(), strict=True):
        if now.requires_grad:
            mean.lerp_(now, 1 - keep)


def _save(
    path: Path, step: int, pair: PairInTraining, average: PairInTraining, optimizer: torch.optim.Optimizer
) -> None:
    state = {
        "step": step,
        "pair": pair.state_dict(),
        "average": average.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    partial = path.with_suffix(".part")
    torch.save(state, partial)
    partial.rename(path)


def _resume(path: Path, pair: PairInTraining, average: PairInTraining, optimizer: torch.optim.Optimizer) -> int:
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    pair.load_state_dict(state["pair"])
    average.load_state_dict(state["average"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])
