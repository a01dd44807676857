"""What the calibration's weights give: retrieval of first captions against plain cosine, pooled over manifests.

The whole of each manifest is a gallery; with `--gallery N` so are random parts of N items of it, which is how the
weights were chosen: on manifests of training items, so that those of validation stay apart.

    python -m benchmarks.calibration MANIFEST... [--gallery N] [--items N]
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.manifests import Item, frames_of, read_manifest
from data.media.pixels import Fit
from data.stores.vectors.nearness import DENSITY_WEIGHT, HUB_WEIGHT, NEAREST
from models.bank.sentences import queries
from models.pair import Pair
from models.registry import open_pair
from models.spec import Floats
from search.evaluation.figures import RankedQuery, differences, text_to_video
from search.evaluation.items import embed_texts

# (hub, density, nearest)
TRIED = (
    (0.1, 0.1, 10),
    (0.2, 0.0, 10),
    (0.0, 0.2, 10),
    (0.15, 0.15, 10),
    (0.2, 0.2, 5),
    (0.2, 0.2, 10),
    (0.2, 0.2, 20),
    (0.3, 0.2, 10),
    (0.3, 0.3, 10),
)


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Cosines of captions, the bank and clips with these clips, one clip a caption."""

    captions: Floats
    bank: Floats
    others: Floats

    def scores(self, hub: float, density: float, nearest: int) -> Floats:
        """[captions, clips], as the engine ranks them."""
        bias = hub * _mean_of_best(self.bank, nearest) + density * _mean_of_best(self.others, nearest)
        scores: Floats = self.captions - bias
        return scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifests", nargs="+", type=Path)
    parser.add_argument("--gallery", type=int)
    parser.add_argument("--items", type=int, default=2000, help="at most so many of each manifest")
    asked = parser.parse_args()
    pair = open_pair("vlc-lite")
    bank = embed_texts(queries(), pair)
    galleries: list[Gallery] = []
    for manifest in asked.manifests:
        items = [item for item in read_manifest(manifest) if item.captions][: asked.items]
        clips, texts = _clips(items, pair), embed_texts([item.captions[0] for item in items], pair)
        galleries += [_gallery(clips[some], texts[some], bank) for some in _parts(len(items), asked.gallery)]
    print(
        f"{len(galleries)} galleries, {sum(len(each.captions) for each in galleries)} queries: {_row(galleries, 0, 0)}"
    )
    for hub, density, nearest in TRIED:
        shipped = (hub, density, nearest) == (HUB_WEIGHT, DENSITY_WEIGHT, NEAREST)
        found = differences(_ranked(galleries, hub, density, nearest), _ranked(galleries, 0, 0))
        print(f"hub {hub:<4} density {density:<4} of {nearest:<2} {_told(found)}{'  <- shipped' if shipped else ''}")


def _clips(items: list[Item], pair: Pair) -> Floats:
    """[N, D]; a single picture is given once, which makes the same vector in an eighth of the time."""
    fit = Fit(pair.spec.image_size, pair.spec.resize, pair.spec.interpolation)
    tower = pair.video()
    counts = [1 if len(item.frames) == 1 else pair.spec.frames_per_clip for item in items]
    pixels = (frames_of(item, fit, count) for item, count in zip(items, counts, strict=True))
    return np.concatenate([tower.encode(each[np.newaxis]).clips for each in pixels])


def _gallery(clips: Floats, texts: Floats, bank: Floats) -> Gallery:
    others = clips @ clips.T
    np.fill_diagonal(others, -np.inf)
    return Gallery(texts @ clips.T, clips @ bank.T, others)


def _parts(count: int, size: int | None) -> Iterator[np.ndarray]:
    yield np.arange(count)
    if size is not None:
        order = np.random.default_rng(0).permutation(count)
        yield from (order[start : start + size] for start in range(0, count - size + 1, size))


def _ranked(galleries: list[Gallery], hub: float, density: float, nearest: int = NEAREST) -> list[RankedQuery]:
    ranks = [text_to_video(each.scores(hub, density, nearest), range(len(each.captions))) for each in galleries]
    return [RankedQuery(str(number), int(rank)) for number, rank in enumerate(np.concatenate(ranks))]


def _row(galleries: list[Gallery], hub: float, density: float) -> str:
    ranks = np.array([query.rank for query in _ranked(galleries, hub, density)])
    return "  ".join(f"R@{k} {100 * float((ranks <= k).mean()):.1f}" for k in (1, 5, 10))


def _told(found: dict[str, object]) -> str:
    intervals = found["ci"]
    assert isinstance(intervals, dict)
    return "  ".join(f"{name} {found[name]:+.2f} [{low:.2f}, {high:.2f}]" for name, (low, high) in intervals.items())


def _mean_of_best(scores: Floats, nearest: int) -> Floats:
    few = min(nearest, scores.shape[1] - 1)
    means: Floats = np.partition(scores, -few, axis=1)[:, -few:].mean(axis=1)
    return means


if __name__ == "__main__":
    main()
