"""Vectors of real pictures and sentences, and any number of vectors that are like them.

Pictures: every frame of four training manifests of a folder of captioned data, each by itself as a clip that shows
nothing else, by the embedded pair; encoded once and kept. Sentences: captions of manifests that are not among those.

More clips than there are pictures are made in videos of `EACH`, which share a place of the space as those of a real
video do. A video's place is a real picture moved towards one of those that are near to it, and by `ELSEWHERE` times the
difference of two arbitrary ones; a clip is that place moved by `WITHIN` times the difference of two pictures of one
real video. So noise has the directions that real vectors differ in (white noise would leave the few that they fill),
and its weights are chosen so that made clips are as near to their neighbours in the same and in other videos, and to
sentences, as real ones are. `python -m benchmarks.real_vectors DATA FOLDER` prints both, for as many of each.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.manifests import Item, frames_of, read_manifest
from data.media.pixels import Fit
from data.stores.vectors.store import Floats
from models.pair import Pair
from models.registry import open_pair
from search.evaluation.items import embed_texts

LIBRARY = ("msrvtt-train", "flickr8k-train", "generated-train", "coco-train")
ASKED = ("msrvtt-val", "flickr8k-val")
EACH = 25
ELSEWHERE, WITHIN = 0.2, 0.8
_NEAR = 20
_AT_ONCE, _KEPT_EVERY = 16, 1024

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pictures:
    """`values` [P, D], those of one video side by side; `owners` [P] numbers the videos, `near` [P, K] are the
    pictures of other videos that are nearest to each."""

    values: Floats
    owners: Numbers
    near: Numbers

    def like_them(self, rng: np.random.Generator, videos: int) -> Floats:
        """[videos · EACH, D]: clips of so many videos, one video after the other."""
        one, other = rng.integers(len(self.values), size=(2, videos))
        start = rng.integers(len(self.values), size=videos)
        towards = self.near[start, rng.integers(_NEAR, size=videos)]
        places = _moved(self.values[start], rng, self.values[towards], self.values[one] - self.values[other])
        of_one, of_same = self._twins(rng, videos * EACH)
        apart = self.values[of_one] - self.values[of_same]
        return units(np.repeat(places, EACH, axis=0) + WITHIN * apart)

    def _twins(self, rng: np.random.Generator, count: int) -> tuple[Numbers, Numbers]:
        """Two different pictures of one video, so many times."""
        firsts, counts = np.unique(self.owners, return_index=True, return_counts=True)[1:]
        several = np.flatnonzero((counts > 1)[self.owners])
        one = rng.choice(several, count)
        video = self.owners[one]
        further = 1 + rng.integers(1 << 40, size=count) % (counts[video] - 1)
        return one, firsts[video] + (one - firsts[video] + further) % counts[video]


def _moved(places: Floats, rng: np.random.Generator, towards: Floats, elsewhere: Floats) -> Floats:
    share = rng.uniform(size=(len(places), 1)).astype(np.float32)
    return units(places + share * (towards - places) + ELSEWHERE * elsewhere)


def units(values: Floats) -> Floats:
    scaled: Floats = (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def pictures(data: Path, folder: Path, pair: Pair) -> Pictures:
    """All of them; encoded as far as `folder` does not hold them yet."""
    vectors: list[Floats] = []
    owners: list[Numbers] = []
    first = 0
    for name in LIBRARY:
        items = read_manifest(data / f"{name}.jsonl")
        single = [Item(item.id, None, (frame,), ()) for item in items for frame in item.frames]
        vectors.append(_kept(folder, name, single, pair))
        owners.append(np.repeat(np.arange(first, first + len(items)), [len(item.frames) for item in items]))
        first += len(items)
    values, of = np.concatenate(vectors), np.concatenate(owners)
    return Pictures(values, of, _nearest(values, of))


def sentences(data: Path, folder: Path, pair: Pair, count: int) -> Floats:
    """[count, D] of different captions, always the same ones."""
    path = folder / f"sentences-{count}.npy"
    if not path.exists():
        items = (item for name in ASKED for item in read_manifest(data / f"{name}.jsonl"))
        known = sorted({text for item in items for text in item.captions})
        chosen = np.random.default_rng(0).choice(len(known), count, replace=False)
        folder.mkdir(parents=True, exist_ok=True)
        np.save(path, embed_texts([known[place] for place in chosen], pair))
    vectors: Floats = np.load(path)
    return vectors


def _kept(folder: Path, name: str, items: list[Item], pair: Pair) -> Floats:
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for start in range(0, len(items), _KEPT_EVERY):
        path = folder / f"{name}-{start:06}.npy"
        if not path.exists():
            np.save(path, _encoded(items[start : start + _KEPT_EVERY], pair))
        parts.append(np.load(path))
    return np.concatenate(parts)


def _encoded(items: list[Item], pair: Pair) -> Floats:
    fit, tower = Fit(pair.spec.image_size, pair.spec.resize, pair.spec.interpolation), pair.video()
    batches = (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
    return np.concatenate(
        [tower.encode(np.stack([frames_of(item, fit, 1) for item in some])).clips for some in batches]
    )


def _nearest(values: Floats, owners: Numbers) -> Numbers:
    near = np.empty((len(values), _NEAR), np.int64)
    for start in range(0, len(values), _KEPT_EVERY):
        rows = slice(start, start + _KEPT_EVERY)
        cosines = values[rows] @ values.T
        cosines[owners[rows, np.newaxis] == owners] = -1
        near[rows] = np.argpartition(cosines, -_NEAR, axis=1)[:, -_NEAR:]
    return near


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    pair = open_pair("vlc-lite")
    real, texts = pictures(asked.data, asked.folder, pair), sentences(asked.data, asked.folder, pair, 1000)
    # Two clips of each video: as many videos as there are real ones, about.
    made = real.like_them(np.random.default_rng(1), len(real.values) // 2)
    made = made.reshape(-1, EACH, made.shape[1])[:, [0, EACH // 2]].reshape(-1, made.shape[1])
    print("percentiles 5, 50, 95 of cosines")
    for name, values, owners in (("real", real.values, real.owners), ("made", made, np.arange(len(made)) // 2)):
        print(name, len(values), _nearness(values, owners, texts))


def _nearness(values: Floats, owners: Numbers, texts: Floats) -> dict[str, list[float]]:
    some = np.random.default_rng(2).choice(len(values), 2000, replace=False)
    cosines = values[some] @ values.T
    same = owners[some, np.newaxis] == owners
    cosines[np.arange(len(some)), some] = -1
    found = np.sort(texts @ values.T, axis=1)
    each = {
        "same video": cosines[same & (cosines > -1)],
        "nearest of another": np.where(same, -1, cosines).max(axis=1),
        "arbitrary": cosines[:, ::97],
        "a sentence's best": found[:, -1],
        "its tenth": found[:, -10],
    }
    return {name: np.percentile(values, [5, 50, 95]).round(3).tolist() for name, values in each.items()}


if __name__ == "__main__":
    main()
