"""What the frozen beginnings of the backbones make of the training pictures, kept on disk."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.training.export import runtime_of
from models.training.towers import Backbone, normalised

Maps = NDArray[np.float16]
Early = Callable[[Tensor], Tensor]

# Each picture whole, and so often cropped.
_CROPS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One training item: how to read its pictures, uint8 [n, S, S, 3] in time order; its captions, one at least."""

    pictures: Callable[[], NDArray[np.uint8]]
    captions: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Album:
    """`views[v][b]` holds the late maps [N, C, 7, 7] of backbone b: as the picture is (v = 0) and cropped.

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
    captions, chunks = [], []
    early: list[Early] = []
    for number, chunk in enumerate(_chunks(examples)):
        path = folder / f"{number:05}.npz"
        if not path.exists():
            pictures = [e.pictures() for e in chunk]
            early = early or [runtime_of(b.early, normalised(torch.from_numpy(pictures[0][:1]))) for b in backbones]
            _write(path, pictures, early, backbones, seed + number)
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


def _write(
    path: Path,
    pictures: Sequence[NDArray[np.uint8]],
    early: Sequence[Early],
    backbones: Sequence[Backbone],
    seed: int,
) -> None:
    found: dict[str, list[Maps]] = {}
    rng = np.random.default_rng(seed)
    flat = torch.from_numpy(np.concatenate(pictures))
    for part in flat.split(32):
        boxes = [_boxes(len(part), rng) for _ in range(_CROPS)]
        for key, maps in _maps(normalised(part), early, backbones, boxes):
            found.setdefault(key, []).append(maps.numpy().astype(np.float16))
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        arrays = {key: np.concatenate(parts) for key, parts in found.items()}
        np.savez(file, allow_pickle=False, counts=np.array([len(p) for p in pictures]), **arrays)
    partial.rename(path)


@torch.no_grad()
def _maps(
    pixels: Tensor,
    early: Sequence[Early],
    backbones: Sequence[Backbone],
    boxes: Sequence[NDArray[np.int64]],
) -> Iterator[tuple[str, Tensor]]:
    for b, backbone in enumerate(backbones):
        maps = early[b](pixels).contiguous(memory_format=torch.channels_last)
        if b == 0:
            yield "places", functional.avg_pool2d(maps, 2)
        yield f"0_{b}", backbone.late(maps)
        for view, places in enumerate(boxes, 1):
            crops = torch.cat([_cropped(m, *box) for m, box in zip(maps, places, strict=True)])
            yield f"{view}_{b}", backbone.late(crops.contiguous(memory_format=torch.channels_last))


def _cropped(maps: Tensor, top: int, left: int, side: int) -> Tensor:
    part = maps[None, :, top : top + side, left : left + side]
    return functional.interpolate(part, maps.shape[1:], mode="bilinear")


def _boxes(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Top, left and side of crops out of 14 × 14 places; the same for every backbone."""
    sides = rng.integers(9, 13, count)
    return np.stack([rng.integers(0, 15 - sides), rng.integers(0, 15 - sides), sides], 1)


def _read(chunks: Sequence[Path], backbones: int, captions: list[tuple[str, ...]]) -> Album:
    """One array at a time is in memory twice."""
    files = [np.load(path) for path in chunks]

    def whole(key: str) -> Maps:
        joined: Maps = np.concatenate([file[key] for file in files])
        return joined

    views = [[whole(f"{view}_{b}") for b in range(backbones)] for view in range(1 + _CROPS)]
    starts = np.concatenate([[0], np.cumsum(whole("counts"), dtype=np.int64)])
    return Album(views, whole("places"), starts, captions)
