"""How well start and end of a moment are found, by several rules, in films joined of others.

    python -m benchmarks.localising MANIFEST FOLDER [--films 24] [--dissolve 1.0] [--seed 0] [--json FILE]

MANIFEST has a line `{"id", "file", "captions"}` for each video, as for `sceneseek eval`. Pieces of five of them, each
of 5 to 15 s, are joined to a film in FOLDER, one dissolving into the next; each first caption is then sought in its
film: by search as it is, and by windows grown from peaks of the cosines of clips, or of frames.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.actions import PER_SECOND, written
from data.identity import video_id_of
from data.manifests import Item, read_manifest
from data.media.pixels import Fit
from data.media.reading import frames_at, readable_s
from data.stores.library import Library as StoredLibrary
from models.heads.localise import spans
from sceneseek import Library
from search.answering.answers import answer, asked_of_library
from search.evaluation.figures import draws_of, interval_of
from search.evaluation.windows import THRESHOLDS, Windows, average_precision, overlaps, rank_at
from search.generation.opened import OpenGeneration
from search.query.wire import FilterBody, SearchBody, TextLeaf
from search.ranking.peaks import curve

PIECES, SHORTEST_S, LONGEST_S = 5, 5.0, 15.0
SIDE = 192
WINDOWS = 10

Footage = NDArray[np.uint8]
Rule = Callable[["Sought"], Windows]


@dataclass(frozen=True)
class Sought:
    """A sentence and where in which film it holds."""

    film: Path
    sentence: str
    window: tuple[float, float]


def pieces(items: Sequence[Item], count: int, rng: np.random.Generator) -> Iterator[list[tuple[Item, float, float]]]:
    """So many lists of different items, each with the seconds of its file that are taken."""
    lengths = {item.id: readable_s(item.file) for item in items if item.file}
    long_enough = [item for item in items if lengths.get(item.id, 0) >= SHORTEST_S]
    for _ in range(count):
        some = []
        for number in rng.permutation(len(long_enough))[:PIECES]:
            item = long_enough[number]
            length_s = float(rng.uniform(SHORTEST_S, min(LONGEST_S, lengths[item.id])))
            start_s = float(rng.uniform(0, lengths[item.id] - length_s))
            some.append((item, start_s, start_s + length_s))
        yield some


def joined(path: Path, some: Sequence[tuple[Item, float, float]], dissolve_s: float) -> list[Sought]:
    """Writes a film, and says where each piece holds: to the middle of the dissolves."""
    film, sought, start = np.zeros((0, SIDE, SIDE, 3), np.uint8), [], 0.0
    shared = round(dissolve_s * PER_SECOND)
    for item, first_s, last_s in some:
        assert item.file
        times = np.arange(first_s, last_s, 1 / PER_SECOND)
        shown = frames_at(item.file, times.tolist(), Fit(SIDE, "squash", "bilinear").scaler()).pixels
        film = shown if not len(film) else dissolved(film, shown, shared)
        end = len(film) / PER_SECOND
        sought.append((item.captions[0], start, end))
        start = end - dissolve_s / 2
    written(path, film)
    ends = [start for _, start, _ in sought[1:]] + [len(film) / PER_SECOND]
    return [Sought(path, text, (start, end)) for (text, start, _), end in zip(sought, ends, strict=True)]


def dissolved(one: Footage, other: Footage, shared: int) -> Footage:
    """One after the other, over each other for so many pictures."""
    if not shared:
        return np.concatenate([one, other])
    share = ((np.arange(shared) + 0.5) / shared)[:, None, None, None]
    between = one[-shared:] * (1 - share) + other[:shared] * share
    return np.concatenate([one[:-shared], between.astype(np.uint8), other[shared:]])


def rules(opened: OpenGeneration, films: Sequence[Path]) -> dict[str, Rule]:
    """Windows of a sentence in its film, best first, by name."""
    ids = {film: video_id_of(film) for film in films}

    def by_search(one: Sought) -> Windows:
        where = FilterBody(video_id=ids[one.film])
        body = SearchBody(query=TextLeaf(text=one.sentence), limit=WINDOWS, fold=False, filters=where)
        return np.array([[moment.start_s, moment.end_s] for moment in answer(opened, body).moments])

    def by_clips(one: Sought) -> Windows:
        clips = opened.vectors.of_video(ids[one.film])
        cosines = opened.vectors.scores(opened.towers.texts([one.sentence]), clips.ids)[0]
        return np.array([[clips.starts_s[s.first], clips.ends_s[s.end - 1]] for s in spans(cosines, WINDOWS)])

    def by_frames(one: Sought) -> Windows:
        whole = curve(opened, opened.towers.texts([one.sentence])[0], ids[one.film])
        return np.array([[start_s, end_s] for start_s, end_s, _ in whole.stretches(WINDOWS)])

    return {"search": by_search, "clips": by_clips, "frames": by_frames}


def figures(sought: Sequence[Sought], rule: Rule) -> dict[str, NDArray[np.float64]]:
    """Of each query: whether the first window is right, its overlap, the best overlap of ten, and mean precision."""
    found = [rule(one) for one in sought]
    pairs = list(zip(found, [[one.window] for one in sought], strict=True))
    return {
        **{f"R1@{at}": np.array([rank_at(its, own, at) == 1 for its, own in pairs], np.float64) for at in (0.5, 0.7)},
        "mIoU": np.array([overlaps(its[:1], own).max() for its, own in pairs]),
        "best of ten": np.array([overlaps(its, own).max() for its, own in pairs]),
        "mAP": np.array([np.mean([average_precision(its, own, at) for at in THRESHOLDS]) for its, own in pairs]),
    }


def with_interval(values: NDArray[np.float64], films: NDArray[np.intp]) -> dict[str, float | list[float]]:
    """Percent, and 95 % by a bootstrap over films: queries of one film share its pieces."""
    means = np.array([values[films == film].mean() for film in np.unique(films)])
    return {"value": 100 * float(values.mean()), "ci": interval_of(100 * means[draws_of(len(means))].mean(axis=1))}


def measured(sought: Sequence[Sought], by_name: Mapping[str, Rule]) -> dict[str, Any]:
    """Each rule's figures, and what each gains on search's."""
    films = np.unique([str(one.film) for one in sought], return_inverse=True)[1]
    found = {name: figures(sought, rule) for name, rule in by_name.items()}
    return {
        name: {
            figure: {
                **with_interval(values, films),
                "gain": with_interval(values - found["search"][figure], films),
            }
            for figure, values in its.items()
        }
        for name, its in found.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--films", type=int, default=24)
    parser.add_argument("--dissolve", type=float, default=1.0, help="seconds; 0 for hard cuts")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    items = [item for item in read_manifest(asked.manifest) if item.captions]
    drawn = pieces(items, asked.films, np.random.default_rng(asked.seed))
    sought = [
        one
        for number, some in enumerate(drawn)
        for one in joined(asked.folder / "films" / f"{number:03}.mp4", some, asked.dissolve)
    ]
    with Library(asked.folder / "library") as library:
        library.index(asked.folder / "films")
    films = sorted({one.film for one in sought})
    stored = StoredLibrary(asked.folder / "library")
    body = asked_of_library(stored, lambda opened: measured(sought, rules(opened, films)))
    for name, its in body.items():
        print(
            name,
            "  ".join(f"{figure} {one['value']:.1f} {one['ci']} gain {one['gain']}" for figure, one in its.items()),
        )
    if asked.json:
        asked.json.write_text(json.dumps(body, indent=1) + "\n")


if __name__ == "__main__":
    main()
