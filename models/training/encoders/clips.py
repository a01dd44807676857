"""Clips of a training set, decoded once and kept on disk; and what is drawn from them."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.recognition.facts import ClipShape
from models.spec import BadInput

Pixels = NDArray[np.uint8]
Report = Callable[[str], None]

_TOLD_EVERY = 100


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A video to learn from: `key` changes with its content; `read` gives [clips, T, Z, Z, 3], none where it fails.

    Z is `stored_size` of what is wanted.
    """

    key: str
    read: Callable[[], Pixels]
    label: int = 0


def stored_size(size: int) -> int:
    """Kept somewhat larger than it is shown, so that there is something to cut."""
    return round(size * 8 / 7)


@dataclass(frozen=True, slots=True, eq=False)
class Clips:
    """`files[i]` holds the clips of a video, number `numbers[i]` of which is clip i; `labels[i]` is its class."""

    files: tuple[Path, ...]
    numbers: NDArray[np.int64]
    labels: NDArray[np.int64]
    size: int

    def __len__(self) -> int:
        return len(self.files)

    def drawn(self, count: int, rng: np.random.Generator, *, flips: bool = True) -> tuple[Tensor, Tensor]:
        """`count` of them, bytes [B, T, S, S, 3], cut and mirrored at random; and their labels."""
        chosen = rng.choice(len(self), count, replace=count > len(self))
        return self.shown(chosen, rng, flips=flips), torch.from_numpy(self.labels[chosen])

    def shown(self, chosen: NDArray[np.int64], rng: np.random.Generator, *, flips: bool) -> Tensor:
        """These, cut at random."""
        return torch.from_numpy(np.stack([self._cut(i, rng, flips) for i in chosen.tolist()]))

    def middle(self, count: int) -> Tensor:
        """The first ones, as many as there are at most, their middles as they are."""
        return torch.from_numpy(np.stack([self._at(i, *self._centre(i)) for i in range(min(count, len(self)))]))

    def _cut(self, i: int, rng: np.random.Generator, flips: bool) -> Pixels:
        room = self._whole(i).shape[1] - self.size
        clip = self._at(i, *rng.integers(0, room + 1, 2).tolist())
        return clip[:, :, ::-1].copy() if flips and rng.random() < 0.5 else clip

    def _centre(self, i: int) -> tuple[int, int]:
        start = (self._whole(i).shape[1] - self.size) // 2
        return start, start

    def _at(self, i: int, y: int, x: int) -> Pixels:
        return np.array(self._whole(i)[:, y : y + self.size, x : x + self.size])

    def _whole(self, i: int) -> Pixels:
        clips: Pixels = np.load(self.files[i], mmap_mode="r")
        return clips[self.numbers[i]]


def open_clips(sources: Sequence[Source], shape: ClipShape, per_video: int, folder: Path, report: Report) -> Clips:
    """Decode what is not in `folder` yet, each video once, and count what can't be read; BadInput where nothing can."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    numbers: list[int] = []
    labels: list[int] = []
    for count, source in enumerate(sources, 1):
        path = folder / f"{_name(source, shape, per_video)}.npy"
        if not path.exists():
            _write(path, source.read())
        clips = len(np.load(path, mmap_mode="r"))
        files += [path] * clips
        numbers += range(clips)
        labels += [source.label] * clips
        if count % _TOLD_EVERY == 0:
            report(f"{count} of {len(sources)} videos decoded")
    unread = len(sources) - len(set(files))
    if not files:
        raise BadInput(f"none of {len(sources)} videos could be read")
    report(f"{len(files)} clips of {len(sources) - unread} videos; {unread} could not be read")
    return Clips(tuple(files), np.array(numbers), np.array(labels), shape.size)


def _name(source: Source, shape: ClipShape, per_video: int) -> str:
    facts = json.dumps([source.key, shape.frames, shape.size, shape.per_second, per_video])
    return hashlib.blake2b(facts.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _write(path: Path, clips: Pixels) -> None:
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        np.save(file, clips, allow_pickle=False)
    partial.replace(path)
