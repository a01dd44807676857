"""Commands about pairs of towers."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.exits import DAMAGE, USAGE
from sceneseek.commands.options import DeviceOption, JsonOption, ModelOption, PrecisionOption, WeightsOption
from sceneseek.commands.printing import fail, print_result, say

if TYPE_CHECKING:
    from models.pair import Pair
    from models.spec import Floats

    SharesOf = Callable[[Path], Floats]


def models(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[get NAME]", help="Download the weights of a model; list all without."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say which pair of towers to take here, and list all and the recognisers of speech; or get the weights of one."""
    from data.settings import LibrarySettings
    from models.published.advice import advice_lines, this_machine
    from models.published.cards import listing_lines
    from models.registry import listings
    from sceneseek.settings import settings_from

    folder = settings_from(LibrarySettings).models
    if words:
        _get(words, folder, as_json=as_json)
    else:
        print_result(
            listings(folder), as_json, lambda rows: [*advice_lines(this_machine(), rows), "", *listing_lines(rows)]
        )


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
    recogniser: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="What `train` made: its classes are the labels.")
    ] = None,
    model: ModelOption = "vlc-lite",
    weights: WeightsOption = None,
    count: Annotated[int, typer.Option(min=1, help="How many labels of each video.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Say which of some labels each video shows, without training (zero-shot) or by a trained recogniser."""
    from models.heads.classify import best_of, label_lines

    if recogniser is not None and (labels is not None or weights):
        fail(USAGE, "--recogniser brings its own labels and weights")
    names, shares_of = _trained(recogniser) if recogniser else _zero_shot(labels, model, weights)
    body = {
        str(path): [
            {"label": label, "probability": probability}
            for label, probability in best_of(names, shares_of(path), count)
        ]
        for path in videos
    }
    print_result(body, as_json, label_lines)


def _zero_shot(labels: Path | None, model: str, weights: list[Path] | None) -> "tuple[Sequence[str], SharesOf]":
    from data.manifests import Item, frames_of
    from data.media.pixels import Fit
    from models.heads.classify import Classifier, kinetics400, labels_in

    known = labels_in(labels.read_text(encoding="utf-8", errors="replace")) if labels else kinetics400()
    classifier = Classifier(_pair(model, weights), known)
    spec = classifier.spec
    fit = Fit(spec.image_size, spec.resize, spec.interpolation)

    def shares_of(path: Path) -> "Floats":
        pixels = frames_of(Item(str(path), path, (), ()), fit, spec.frames_per_clip)
        shares: Floats = classifier.probabilities(pixels[None])[0]
        return shares

    return classifier.labels, shares_of


def _trained(folder: Path) -> "tuple[Sequence[str], SharesOf]":
    from models.published.opening import require_torch

    require_torch()
    from data.settings import LibrarySettings
    from models.recognition.recogniser import open_recogniser
    from sceneseek.settings import runtime_of, settings_from
    from search.evaluation.actions import shares_of

    opened = open_recogniser(folder, runtime_of(settings_from(LibrarySettings)))
    # As VideoMAE is measured: several clips in time, three squares of each.
    return opened.facts.classes, lambda path: shares_of(opened, path, clips=4, crops=3)


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
    config: Annotated[Path, typer.Argument(help="A recipe: models/training/configs/ has those of the program.")],
    folder: Annotated[
        Path, typer.Option(help="Where caches, checkpoints and what was made go; a stopped run goes on there.")
    ] = Path("var/training"),
    device: DeviceOption = None,
    precision: PrecisionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train by a recipe: an embedded pair, masked modelling, recognisers of actions, both joined, answers."""
    from models.published.opening import require_torch

    require_torch()
    from data.settings import LibrarySettings
    from sceneseek.settings import runtime_of, settings_from
    from sceneseek.training.kinds import train as run
    from sceneseek.training.kinds import training_lines

    runtime = runtime_of(settings_from(LibrarySettings, device=device, precision=precision))
    print_result(run(config, folder / config.stem, say, runtime), as_json, training_lines)


def _pair(model: str, weights: list[Path] | None) -> "Pair":
    from data.settings import LibrarySettings
    from sceneseek.settings import pair_named, settings_from

    return pair_named(model, weights or (), settings_from(LibrarySettings))
