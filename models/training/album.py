"""What the frozen beginnings of the backbones make of the training pictures, kept on disk."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.training.towers import Backbone, normalised

Maps = NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One training item: its pictures uint8 [n, S, S, 3] in time order and its captions, one at least."""

    id: str
    pictures: NDArray[np.uint8]
    captions: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Album:
    """`views[v][b]` holds the late maps [N, C, 7, 7] of backbone b: as the picture is (v = 0) and cropped (v = 1).

    `places` are the first backbone's early maps [N, 112, 7, 7], which motion is read from.
    Item i has the pictures from `starts[i]` to `starts[i + 1]`.
    """

    views: list[list[Maps]]
    places: Maps
    starts: NDArray[np.int64]
    captions: list[tuple[str, ...]]


def open_album(examples: Iterable[Example], backbones: Sequence[Backbone], folder: Path, *, seed: int) -> Album:
    """Fill `folder`, chunk by chunk, going on where an earlier run stopped; then read it whole into memory."""
    folder.mkdir(parents=True, exist_ok=True)
    captions, counts, chunks = [], [], []
    for number, chunk in enumerate(_chunks(examples)):
        path = folder / f"{number:05}.npz"
        if not path.exists():
            _write(path, np.concatenate([e.pictures for e in chunk]), backbones, seed + number)
        captions += [e.captions for e in chunk]
        counts += [len(e.pictures) for e in chunk]
        chunks.append(path)
    starts = np.concatenate([[0], np.cumsum(counts)])
    return Album(*_read(chunks, len(backbones)), starts, captions)


def _chunks(examples: Iterable[Example], size: int = 128) -> Iterator[list[Example]]:
    chunk = []
    for example in examples:
        chunk.append(example)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _write(path: Path, pictures: NDArray[np.uint8], backbones: Sequence[Backbone], seed: int) -> None:
    found: dict[str, list[Maps]] = {}
    rng = np.random.default_rng(seed)
    for start in range(0, len(pictures), 32):
        part = torch.from_numpy(pictures[start : start + 32])
        for key, maps in _maps(part, backbones, _boxes(len(part), rng)):
            found.setdefault(key, []).append(maps.numpy().astype(np.float16))
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **{key: np.concatenate(parts) for key, parts in found.items()})
    partial.rename(path)


@torch.no_grad()
def _maps(pictures: Tensor, backbones: Sequence[Backbone], boxes: NDArray[np.int64]) -> Iterator[tuple[str, Tensor]]:
    for b, backbone in enumerate(backbones):
        early = backbone.early(normalised(pictures))
        if b == 0:
            yield "places", functional.avg_pool2d(early, 2)
        yield f"0_{b}", backbone.late(early)
        yield f"1_{b}", backbone.late(torch.cat([_cropped(m, *box) for m, box in zip(early, boxes, strict=True)]))


def _cropped(maps: Tensor, top: int, left: int, side: int) -> Tensor:
    part = maps[None, :, top : top + side, left : left + side]
    return functional.interpolate(part, maps.shape[1:], mode="bilinear")


def _boxes(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Top, left and side of crops out of 14 × 14 places; the same for every backbone."""
    sides = rng.integers(10, 13, count)
    return np.stack([rng.integers(0, 15 - sides), rng.integers(0, 15 - sides), sides], 1)


def _read(chunks: Sequence[Path], backbones: int) -> tuple[list[list[Maps]], Maps]:
    files = [np.load(path) for path in chunks]
    views = [[np.concatenate([f[f"{v}_{b}"] for f in files]) for b in range(backbones)] for v in range(2)]
    return views, np.concatenate([f["places"] for f in files])
