"""Commands about pairs of towers."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.exits import DAMAGE, USAGE
from sceneseek.commands.options import JsonOption, ModelOption, WeightsOption
from sceneseek.commands.printing import fail, print_result, say

if TYPE_CHECKING:
    from models.pair import Pair


def models(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[get NAME]", help="Download the weights of a model; list all without."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the pairs of towers and recognisers of speech that this program knows, or get the weights of one."""
    from data.settings import LibrarySettings
    from models.published.cards import listing_lines
    from models.registry import listings
    from sceneseek.settings import settings_from

    folder = settings_from(LibrarySettings).models
    if words:
        _get(words, folder, as_json=as_json)
    else:
        print_result(listings(folder), as_json, listing_lines)


def _get(words: list[str], folder: Path, *, as_json: bool) -> None:
    from models.registry import fetch_weights

    if len(words) != 2 or words[0] != "get":
        fail(USAGE, f"models takes nothing, or `get NAME`, not {' '.join(words)!r}")
    files = fetch_weights(words[1], folder)
    body = {"model": words[1], "files": [str(file) for file in files]}
    print_result(body, as_json, lambda told: [f"{told['model']} is in {folder / told['model']}"])


def classify(
    videos: Annotated[list[Path], typer.Argument(help="Video files.")],
    labels: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="One label a line; Kinetics-400's when left out.")
    ] = None,
    model: ModelOption = "vlc-lite",
    weights: WeightsOption = None,
    count: Annotated[int, typer.Option(min=1, help="How many labels of each video.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Say which of some labels each video shows, without training (zero-shot)."""
    from data.manifests import Item, frames_of
    from data.media.pixels import Fit
    from models.heads.classify import Classifier, kinetics400, label_lines, labels_in

    known = labels_in(labels.read_text(encoding="utf-8", errors="replace")) if labels else kinetics400()
    classifier = Classifier(_pair(model, weights), known)
    spec = classifier.spec
    fit = Fit(spec.image_size, spec.resize, spec.interpolation)
    body = {}
    for path in videos:
        pixels = frames_of(Item(str(path), path, (), ()), fit, spec.frames_per_clip)
        (best,) = classifier.best(pixels[None], count)
        body[str(path)] = [{"label": label, "probability": probability} for label, probability in best]
    print_result(body, as_json, label_lines)


def export_onnx(
    folder: Annotated[Path, typer.Argument(help="Where video.onnx and text.onnx go.")],
    model: ModelOption,
    weights: WeightsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a pair's towers as ONNX files, each compared with what it came from."""
    from models.published.opening import require_torch

    require_torch()
    from models.published.onnx_export import export
    from models.published.parity import parity_lines

    exported = export(_pair(model, weights), folder)
    print_result(dict(exported), as_json, parity_lines)
    if not all(each["ok"] for each in exported.values()):
        raise typer.Exit(DAMAGE)


def train(
    config: Annotated[Path, typer.Argument(help="A recipe: models/training/configs/ has those of the shipped pair.")],
    folder: Annotated[
        Path, typer.Option(help="Where caches, checkpoints and the pair go; a stopped run goes on there.")
    ] = Path("var/training"),
    as_json: JsonOption = False,
) -> None:
    """Train an embedded pair from manifests of pictures and videos with captions."""
    from data.manifests import pictures, read_manifest
    from data.media.pixels import Fit
    from models.published.opening import require_torch

    require_torch()
    from models.training.pictures.album import Example
    from models.training.train import IMAGE_SIZE, read_recipe
    from models.training.train import train as run

    recipe = read_recipe(config)
    items = [item for manifest in recipe.manifests for item in read_manifest(manifest)]
    fit = Fit(IMAGE_SIZE, "squash", "bicubic")
    examples = [Example(partial(pictures, item, fit), item.captions) for item in items if item.captions]
    pair = run(recipe, examples, folder / config.stem, say)
    print_result({"pair": str(pair)}, as_json, lambda body: [f"the pair is in {body['pair']}"])


def _pair(model: str, weights: list[Path] | None) -> "Pair":
    from data.settings import LibrarySettings
    from sceneseek.settings import pair_named, settings_from

    return pair_named(model, weights or (), settings_from(LibrarySettings))
