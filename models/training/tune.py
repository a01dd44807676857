"""Fine-tune the ends of both towers from cached maps."""

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.loss import equal
from models.training.pair import PairInTraining
from models.training.pictures.album import Album
from models.training.pictures.views import drawn_views, seen
from models.training.sentences.phrases import Held
from models.training.sentences.words import Words, drawn_words

Report = Callable[[str], None]

_AIM_EVERY = 50
_SPOKEN = 2000


@dataclass(frozen=True, slots=True)
class Tuning:
    """`steps` of `batch` items, `frames` frames of each item that has several, so many `captions` and a phrase each.

    `phrases` weighs phrases beside captions, `hardest` the worst negatives beside all. Rates rise over `warm_steps`
    and fall over the last `cool_steps`, so that a run can be prolonged. What has the rate 0 stays as it is.
    """

    steps: int
    batch: int
    frames: int
    captions: int
    phrases: float
    hardest: float
    middle_rate: float
    end_rate: float
    text_rate: float
    head_rate: float
    warm_steps: int
    cool_steps: int
    averaging: float
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Early maps of each backbone, which of them each item shows [B, T], and what is said of the items."""

    maps: list[Tensor]
    slots: Tensor
    words: Words


def tune(
    pair: PairInTraining, album: Album, said: Held, tuning: Tuning, checkpoint: Path, report: Report
) -> PairInTraining:
    """The running average of the pair over the steps (Polyak and Juditsky 1992); goes on from `checkpoint`.

    `said` holds the phrases of the album's items.
    """
    optimizer = torch.optim.AdamW(_groups(pair, tuning), betas=(0.9, 0.98))
    average = copy.deepcopy(pair).eval()
    done = _resume(checkpoint, pair, average, optimizer)
    spoken = _some_captions(album, tuning.seed)
    began_s = time.monotonic()
    for step, batch in enumerate(_batches(album, said, tuning, skip=done), done):
        if step == tuning.steps:
            break
        if step == done or step % _AIM_EVERY == 0:
            pair.eval().aim(spoken)
        loss = _step(pair, batch, optimizer, _share(step, tuning), tuning)
        _follow(average, pair, min(tuning.averaging, (step + 1) / (step + 10)))
        if step % 20 == 19:
            report(f"step {step + 1} of {tuning.steps}, loss {loss:.3f}, {time.monotonic() - began_s:.0f} s")
            _save(checkpoint, step + 1, pair, average, optimizer)
    average.aim(spoken)
    return average


def _groups(pair: PairInTraining, tuning: Tuning) -> list[dict[str, object]]:
    backbones = pair.video.backbones
    middles = [p for b in backbones for part in (b.middle, b.late) for p in part.parameters()]
    ends = [p for b in backbones for p in b.end.parameters()]
    words = [p for layer in pair.tuned_layers for p in layer.parameters()]
    contrasts = [*pair.contrast.parameters(), *pair.short_contrast.parameters()]
    heads = [*pair.video.pooling.parameters(), *pair.text.residual.parameters(), *contrasts]
    rates = (
        (middles, tuning.middle_rate, 0.02),
        (ends, tuning.end_rate, 0.02),
        (words, tuning.text_rate, 0.01),
        (heads, tuning.head_rate, 0.2),
    )
    for parameters, rate, _ in rates:
        for parameter in parameters:
            parameter.requires_grad_(rate > 0)
    return [{"params": p, "lr": rate, "full_rate": rate, "weight_decay": decay} for p, rate, decay in rates if rate]


def _share(step: int, tuning: Tuning) -> float:
    return min(1.0, (step + 1) / tuning.warm_steps, (tuning.steps - step) / tuning.cool_steps)


def _step(pair: PairInTraining, batch: Batch, optimizer: torch.optim.Optimizer, share: float, tuning: Tuning) -> float:
    for group in optimizer.param_groups:
        group["lr"] = group["full_rate"] * share
    pair.train()
    loss = _loss(pair, batch, tuning)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def _loss(pair: PairInTraining, batch: Batch, tuning: Tuning) -> Tensor:
    clips, words = pair.clips_of(batch.maps, batch.slots), batch.words
    # Processors that multiply in 16 bits encode texts three times as fast so.
    with torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
        texts = pair.texts_of([text for some in (*words.captions, words.phrases) for text in some])
    *sentences, short = texts.float().split(len(clips))
    told = [pair.contrast(clips, s, equal(c), tuning.hardest) for s, c in zip(sentences, words.captions, strict=True)]
    loss = torch.stack(told).mean()
    return loss + tuning.phrases * pair.short_contrast(clips, short, words.holds)


def _batches(album: Album, said: Held, tuning: Tuning, *, skip: int) -> Iterator[Batch]:
    """Without end, each item once an epoch; the same for the same seed, whatever was skipped."""
    rng = np.random.default_rng(tuning.seed)
    number = 0
    while True:
        order = rng.permutation(len(album.captions))
        for start in range(0, len(order) - tuning.batch + 1, tuning.batch):
            chosen, seed = order[start : start + tuning.batch], int(rng.integers(2**63))
            if number >= skip:
                yield _batch(album, said, chosen, tuning, np.random.default_rng(seed))
            number += 1


def _batch(album: Album, said: Held, items: NDArray[np.int64], tuning: Tuning, rng: np.random.Generator) -> Batch:
    words = drawn_words(items, album.captions, said, tuning.captions, rng)
    shown: list[int] = []
    turns: list[bool] = []
    slots = []
    for item, *texts in zip(items, *words.captions, words.phrases, strict=True):
        chosen = rng.permutation(np.arange(album.starts[item], album.starts[item + 1]))[: tuning.frames]
        slots.append(len(shown) + np.arange(tuning.frames) * len(chosen) // tuning.frames)
        shown += chosen.tolist()
        turns += [all(map(_sideless, texts))] * len(chosen)
    views = drawn_views(len(shown), np.array(turns), rng)
    maps = [seen(torch.from_numpy(some[shown].astype(np.float32)), views) for some in album.maps]
    return Batch(maps, torch.from_numpy(np.stack(slots)), words)


def _sideless(text: str) -> bool:
    """Whether the mirrored picture still shows what the text says."""
    return not {"left", "right"} & set(text.lower().replace(",", " ").replace(".", " ").split())


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
        "pair": without_motion(pair.state_dict()),
        "average": without_motion(average.state_dict()),
        "optimizer": optimizer.state_dict(),
    }
    partial = path.with_suffix(".part")
    torch.save(state, partial)
    partial.rename(path)


def _resume(path: Path, pair: PairInTraining, average: PairInTraining, optimizer: torch.optim.Optimizer) -> int:
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    pair.load_state_dict(without_motion(state["pair"]), strict=False)
    average.load_state_dict(without_motion(state["average"]), strict=False)
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])


def without_motion(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """What tuning leaves alone is no part of its state: motion is learned afterwards."""
    return {name: value for name, value in state.items() if not name.startswith("video.motion.")}
