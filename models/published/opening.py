"""Pairs with weights that others have published."""

import importlib.util
from functools import partial
from pathlib import Path

from models.pair import Pair
from models.published.cards import CARDS, Card, given, local_files, with_vocabulary
from models.published.hub import fetch
from models.published.shortcuts import OPENCLIP, SHORTCUTS
from models.spec import ExtraMissing, ModelSpec, Runtime, TextTower, VideoTower, WeightsMissing


def open_torch_pair(name: str, *, weights: tuple[Path, ...], models_folder: Path, runtime: Runtime) -> Pair:
    """A pair of `CARDS`, or of open_clip, from `weights`, else `models_folder`/name, else the hub.

    Raises WeightsMissing and ExtraMissing; its halves raise BadWeights when they load.
    """
    require_torch()
    if name in SHORTCUTS or name.startswith(OPENCLIP):
        from models.published.openclip import open_openclip_pair

        return open_openclip_pair(name, weights=weights, models_folder=models_folder, runtime=runtime)
    card, folder = CARDS[name], models_folder / name
    if card.vocabulary:
        _require("sentencepiece")
    files = given(weights) or local_files(card, folder) or _from_hub(card, folder)
    files = with_vocabulary(card, files, folder)
    spec = card.spec(files)
    return Pair(
        spec, partial(_video, spec, files, runtime), partial(_text, spec, files, runtime), files=(), weights=files
    )


def _from_hub(card: Card, folder: Path) -> tuple[Path, ...]:
    if not card.hub:
        raise WeightsMissing(f"no weights of {card.name} in {folder}. To get them: {card.how_to_get(folder)}")
    return fetch(card, folder)


def require_torch() -> None:
    """Raises ExtraMissing where torch, or what reads weights, is not installed."""
    for package in ("torch", "safetensors"):
        _require(package)


def _require(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise ExtraMissing(package, extra="torch")


def _video(spec: ModelSpec, files: tuple[Path, ...], runtime: Runtime) -> VideoTower:
    from models.published.families import load
    from models.published.towers import TorchVideoTower

    return TorchVideoTower(spec, load(spec.name, files).vision, runtime)


def _text(spec: ModelSpec, files: tuple[Path, ...], runtime: Runtime) -> TextTower:
    from models.published.families import load, tokenizer
    from models.published.towers import TorchTextTower

    tokenize = tokenizer(spec.name, files)
    return TorchTextTower(spec, load(spec.name, files).text, tokenize, runtime)
