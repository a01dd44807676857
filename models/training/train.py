"""One run from a recipe to an exported pair: cache, tune, learn motion, export."""

import copy
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.training.export import export_text, export_video, runtime_of
from models.training.pair import DIM, TOKENS, PairInTraining, sentence_tokenizer
from models.training.pictures.album import Album, Example, open_album
from models.training.pictures.drawing import CALM, Style, moving
from models.training.pictures.motion import PHRASES
from models.training.pictures.moves import Drawn, Moves, learn_motion
from models.training.pictures.styles import drawn_for_training
from models.training.recipes import RecipeError, facts_of, recipe_of
from models.training.sentences.kinds import class_names, described, kinds
from models.training.sentences.phrases import held
from models.training.sentences.vocabulary import trimmed, with_words
from models.training.start import take_over_text, take_over_video
from models.training.towers import normalised
from models.training.tune import Tuning, tune
from models.vlc_lite import read_spec

FRAMES = 8
IMAGE_SIZE = 224
_PHOTOS = 500
_REAL_CLIPS = 1_000

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One run. Paths are as the file gives them; each tuning starts from what the one before left.

    `start` is the folder of a pair to go on from, or None for the packages' weights alone.
    """

    revision: str
    licence: str
    manifests: tuple[Path, ...]
    backbones: tuple[str, ...]
    text_layers: int
    dropout: float
    noise: float
    seed: int
    drawn_videos: int
    tunings: tuple[Tuning, ...]
    moves: Moves
    start: Path | None = None


def read_recipe(path: Path) -> Recipe:
    """From TOML; raises RecipeError for what is missing, unknown or no TOML."""
    return recipe_of(Recipe, facts_of(path), path)


def train(recipe: Recipe, examples: Sequence[Example], folder: Path, report: Report) -> Path:
    """Work under `folder`, going on where an earlier run of it stopped; returns where the exported pair lies.

    Pictures are [n, 224, 224, 3], squashed, as the pair's spec says.
    """
    pair = begun(recipe, examples)
    album = open_album(examples, pair.video.backbones, folder / "album")
    said = held(album.captions)
    report(f"{len(album.captions)} items, {album.starts[-1]} pictures")
    for number, tuning in enumerate(recipe.tunings):
        pair = tune(pair, album, said, tuning, folder / f"tuning-{number}.pt", report)
    every = max(1, len(examples) // _PHOTOS)
    photos = np.stack([example.pictures()[0] for example in examples[::every]])
    learn_motion(
        pair.video.motion, _drawn(pair, drawn_for_training(photos), recipe), _real(pair, album), recipe.moves, report
    )
    return write_pair(pair, recipe, folder / "vlc-lite")


def begun(recipe: Recipe, examples: Sequence[Example]) -> PairInTraining:
    """The pair as the recipe has it start; raises RecipeError."""
    torch.manual_seed(recipe.seed)
    pair = PairInTraining(
        backbones=recipe.backbones,
        classes=described(class_names(), kinds(spoken(examples))),
        text_layers=recipe.text_layers,
        dropout=recipe.dropout,
        noise=recipe.noise,
    )
    if recipe.start:
        read_spec(recipe.start)  # says which file is missing
        try:
            take_over_text(pair.text, recipe.start / "text.onnx")
            take_over_video(pair.video, recipe.start / "video.onnx")
        except ValueError as e:
            raise RecipeError(f"{recipe.start}: {e}") from e
    return pair


def spoken(examples: Sequence[Example]) -> Counter[str]:
    """In how many captions each word is."""
    return Counter(word for e in examples for caption in e.captions for word in set(caption.lower().split()))


def write_pair(pair: PairInTraining, recipe: Recipe, folder: Path) -> Path:
    """The files that `models.vlc_lite` opens."""
    folder.mkdir(parents=True, exist_ok=True)
    export_video(pair.video, folder / "video.onnx", image_size=IMAGE_SIZE)
    tokenizer, rows = trimmed(sentence_tokenizer())
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    export_text(with_words(copy.deepcopy(pair.text), rows, tokens=TOKENS), folder / "text.onnx")
    half = [0.5, 0.5, 0.5]
    spec = {
        "name": "vlc-lite",
        "revision": recipe.revision,
        "dim": DIM,
        "frames_per_clip": FRAMES,
        "image_size": IMAGE_SIZE,
        "mean": half,
        "std": half,
        "resize": "squash",
        "interpolation": "bicubic",
        "licence": recipe.licence,
    }
    (folder / "spec.json").write_text(json.dumps(spec, indent=2) + "\n", encoding="utf-8")
    return folder


@torch.no_grad()
def _drawn(pair: PairInTraining, style: Style, recipe: Recipe) -> Drawn:
    maps, motions = [], []
    first = pair.video.backbones[0]
    middle = runtime_of(nn.Sequential(first.early, first.middle), torch.zeros(1, 3, IMAGE_SIZE, IMAGE_SIZE))
    # One clip of eight shows nothing that could be named.
    kinds = [kind for calm in CALM for kind in (*PHRASES, calm)]
    for video in moving(
        style, count=recipe.drawn_videos, frames=FRAMES, size=IMAGE_SIZE, seed=recipe.seed, motions=kinds
    ):
        maps.append(middle(normalised(torch.from_numpy(video.pixels))).half())
        motions.append(video.motion)
    return Drawn(torch.stack(maps), motions)


@torch.no_grad()
def _real(pair: PairInTraining, album: Album) -> Tensor:
    """Some items with several pictures, as clips of 8 frames."""
    clips: list[Tensor] = []
    for start, stop in zip(album.starts[:-1], album.starts[1:], strict=True):
        if stop - start > 1 and len(clips) < _REAL_CLIPS:
            slots = ((np.arange(FRAMES) + 0.5) * (stop - start) / FRAMES).astype(np.int64)
            maps = pair.video.backbones[0].middle(torch.from_numpy(album.maps[0][start:stop].astype(np.float32)))
            clips.append(maps.half()[torch.from_numpy(slots)])
    return torch.stack(clips)
