"""What the frozen beginnings of the backbones make of the training pictures, kept on disk."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.export import runtime_of
from models.training.towers import Backbone, normalised

Maps = NDArray[np.float16]
Early = Callable[[Tensor], Tensor]

_AT_ONCE = 32


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One training item: how to read its pictures, uint8 [n, S, S, 3] in time order; its captions, one at least."""

    pictures: Callable[[], NDArray[np.uint8]]
    captions: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Album:
    """`maps[b]` holds the early maps [N, C, 14, 14] of backbone b; item i has those from `starts[i]` to the next."""

    maps: list[Maps]
    starts: NDArray[np.int64]
    captions: list[tuple[str, ...]]


def open_album(examples: Iterable[Example], backbones: Sequence[Backbone], folder: Path) -> Album:
    """Fill `folder`, chunk by chunk, going on where an earlier run stopped; then read it whole into memory."""
    folder.mkdir(parents=True, exist_ok=True)
    captions, chunks = [], []
    early: list[Early] = []
    for number, chunk in enumerate(_chunks(examples)):
        path = folder / f"{number:05}.npz"
        if not path.exists():
            pictures = [e.pictures() for e in chunk]
            early = early or [runtime_of(b.early, normalised(torch.from_numpy(pictures[0][:1]))) for b in backbones]
            _write(path, pictures, early)
        captions += [e.captions for e in chunk]
        chunks.append(path)
    return _read(chunks, len(backbones), captions)


def _chunks(examples: Iterable[Example], size: int = 128) -> Iterator[list[Example]]:
    chunk = []
    for example in examples:
        chunk.append(example)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _write(path: Path, pictures: Sequence[NDArray[np.uint8]], early: Sequence[Early]) -> None:
    pieces = [normalised(piece) for piece in torch.from_numpy(np.concatenate(pictures)).split(_AT_ONCE)]
    maps = {str(b): torch.cat([part(piece).half() for piece in pieces]).numpy() for b, part in enumerate(early)}
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        np.savez(file, allow_pickle=False, counts=np.array([len(p) for p in pictures]), **maps)
    partial.rename(path)


def _read(chunks: Sequence[Path], backbones: int, captions: list[tuple[str, ...]]) -> Album:
    """One array at a time is in memory twice."""
    files = [np.load(path) for path in chunks]
    maps = [np.concatenate([file[str(b)] for file in files]) for b in range(backbones)]
    counts = np.concatenate([file["counts"] for file in files])
    return Album(maps, np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]), captions)
