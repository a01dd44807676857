"""Draws a set of actions over real footage: things of two kinds that move in four ways over films that play.

Each class has its folder below `train` and `evaluate`, which share no film, neither behind what moves nor in the
pieces of pictures that move.

    python -m benchmarks.actions FOLDER CLIPS [--train 200] [--evaluate 50]

FOLDER gets the two sets out of the films in CLIPS, questions about them (`train.jsonl`, `evaluate.jsonl`) and captions
(`train-captions.jsonl`, `evaluate-captions.jsonl`). The recipes named `…-small` learn from `var/actions`.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from data.media.pixels import Fit
from data.media.reading import EXTENSIONS
from data.media.views import Span, views_of
from data.types import VideoError
from models.training.pictures.drawing import Thing, drawn_over, framed, worn_by
from models.training.pictures.motion import Course
from models.training.pictures.styles import SHAPES, coloured, cut_out

FRAMES, PER_SECOND, SIDE = 16, 8, 72
MOTIONS = ("left", "right", "grows", "shrinks")
_FILM = 128
_RADIUS, _EXTENT = (0.15, 0.35), (0.5, 0.8)
# Every third film is measured on.
_KEPT_APART = 3

Footage = NDArray[np.uint8]


def footage(files: Sequence[Path]) -> list[Footage]:
    """Up to four clips [T, S, S, 3] of each film that can be read."""
    span, fit, found = Span(FRAMES, PER_SECOND), Fit(_FILM, "crop", "bicubic"), []
    for file in files:
        try:
            found += list(views_of(file, span, fit, clips=4))
        except VideoError as e:
            print(f"left out: {e}")
    return found


def kinds(photos: NDArray[np.uint8]) -> dict[str, Callable[[np.random.Generator], Thing]]:
    """The things that move: shapes of one colour, and pieces of photographs."""
    return {"shape": coloured, "piece": cut_out(photos)}


def drawn(films: Sequence[Footage], motion: str, thing: Thing, rng: np.random.Generator) -> Footage:
    """[T, S, S, 3]: the thing moves over a film that plays."""
    film, worn = films[int(rng.integers(len(films)))], worn_by(rng)
    # Large and far enough to be seen in 32 pixels.
    course = replace(Course.drawn(rng), radius=float(rng.uniform(*_RADIUS)), extent=float(rng.uniform(*_EXTENT)))
    pictures = []
    for time, behind in zip(np.linspace(0, 1, FRAMES), film, strict=True):
        state = course.at(motion, float(time))
        wide = np.asarray(Image.fromarray(behind).resize((2 * SIDE, 2 * SIDE)), np.float32)
        pictures.append(worn(drawn_over(framed(wide, state, SIDE), thing, state)))
    return np.stack(pictures)


def videos(films: Sequence[Footage], each: int, seed: int) -> Iterator[tuple[str, Footage]]:
    """`each` of every class, with its name."""
    rng = np.random.default_rng(seed)
    things = kinds(np.stack([film[0] for film in films]))
    for _ in range(each):
        for motion in MOTIONS:
            for kind, thing in things.items():
                yield f"{kind} {motion}", drawn(films, motion, thing(rng), rng)


def written(path: Path, pixels: Footage) -> None:
    """As H.264."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(path, "w") as out:
        stream = out.add_stream("libx264", rate=PER_SECOND, options={"crf": "18"})
        stream.height, stream.width = pixels.shape[1:3]
        stream.pix_fmt = "yuv420p"
        for picture in pixels:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode())


def questions(folder: Path) -> list[dict[str, str]]:
    """Two about each video: what moves, and how."""
    told = []
    for path in sorted(folder.rglob("*.mp4")):
        kind, motion = path.parent.name.split()
        file = str(path.relative_to(folder.parent))
        told.append({"file": file, "question": "what does it do?", "answer": motion})
        told.append({"file": file, "question": "what is it that moves?", "answer": kind})
    return told


def captioned(folder: Path) -> list[dict[str, str | list[str]]]:
    """A caption for each video."""
    told: list[dict[str, str | list[str]]] = []
    for path in sorted(folder.rglob("*.mp4")):
        kind, motion = path.parent.name.split()
        thing = {"shape": "a shape of one colour", "piece": "a piece of a picture"}[kind]
        moves = motion if motion in ("grows", "shrinks") else f"moves {motion}"
        file = str(path.relative_to(folder.parent))
        told.append({"id": file, "file": file, "captions": [f"{thing} {moves}"]})
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--train", type=int, default=200, help="videos of each class")
    parser.add_argument("--evaluate", type=int, default=50)
    arguments = parser.parse_args()
    files = sorted(path for path in arguments.clips.iterdir() if path.suffix.lower() in EXTENSIONS)
    apart = files[::_KEPT_APART]
    learned = [file for file in files if file not in apart]
    for seed, (name, some, each) in enumerate(
        [("train", learned, arguments.train), ("evaluate", apart, arguments.evaluate)]
    ):
        for number, (label, pixels) in enumerate(videos(footage(some), each, seed)):
            written(arguments.folder / name / label / f"{number:05}.mp4", pixels)
        lines = [json.dumps(one) + "\n" for one in questions(arguments.folder / name)]
        (arguments.folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
        manifest = [json.dumps(one) + "\n" for one in captioned(arguments.folder / name)]
        (arguments.folder / f"{name}-captions.jsonl").write_text("".join(manifest), encoding="utf-8")
    print(f"{len(SHAPES)} shapes, {len(MOTIONS)} motions, {len(learned)} and {len(apart)} films")


if __name__ == "__main__":
    main()
