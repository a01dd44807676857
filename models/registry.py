"""Pairs of towers by name."""

import difflib
from functools import partial
from pathlib import Path

from models import vlc_lite
from models.pair import Pair
from models.published import cards
from models.published.shortcuts import OPENCLIP, SHORTCUTS
from models.spec import BadWeights, Runtime, UnknownModel, WeightsMissing
from models.speech import whisper

MODELS_FOLDER = Path("var/models")
_ANYWHERE = Runtime()


def open_pair(
    name: str,
    *,
    weights: tuple[Path, ...] = (),
    models_folder: Path = MODELS_FOLDER,
    runtime: Runtime = _ANYWHERE,
) -> Pair:
    """The pair of that name, whose weights are `weights`, else in `models_folder`, else downloaded.

    Raises UnknownModel, WeightsMissing when it is known but not here, ExtraMissing.
    """
    if name == vlc_lite.NAME:
        return _shipped(weights)
    if name in cards.CARDS or name in SHORTCUTS or name.startswith(OPENCLIP):
        # It stands on torch, which most people have not installed.
        from models.published.opening import open_torch_pair

        return open_torch_pair(name, weights=weights, models_folder=models_folder, runtime=runtime)
    near = difflib.get_close_matches(name, (vlc_lite.NAME, *SHORTCUTS, *cards.CARDS), n=3, cutoff=0.0)
    raise UnknownModel(f"unknown model {name!r}; the nearest are: {', '.join(near)}")


def listings(models_folder: Path = MODELS_FOLDER) -> list[cards.Listing]:
    """Every model this program knows by name, the embedded one first."""
    pair = open_embedded(vlc_lite.FOLDER)
    embedded = cards.Listing(
        name=pair.spec.name,
        dim=pair.spec.dim,
        frames=pair.spec.frames_per_clip,
        image_size=pair.spec.image_size,
        licence=pair.spec.licence,
        languages=cards.ENGLISH,
        commercial=False,
        r1=None,
        available=True,
        bytes=sum(file.stat().st_size for file in pair.files),
        how_to_get="comes with the program",
    )
    short = [shortcut.listing(models_folder) for shortcut in SHORTCUTS.values()]
    return [embedded, *short, *cards.listings(models_folder), *_recognisers(models_folder)]


def fetch_weights(name: str, models_folder: Path = MODELS_FOLDER) -> tuple[Path, ...]:
    """Download what a published model needs, unless it is there. Raises UnknownModel, WeightsMissing, ExtraMissing."""
    if name in SHORTCUTS or name.startswith(OPENCLIP):
        from models.published.opening import require_torch

        require_torch()
        from models.published.openclip import fetch_openclip

        return fetch_openclip(name, models_folder)
    from models.published.hub import fetch

    known = {**cards.CARDS, **whisper.CARDS}
    if name not in known:
        near = difflib.get_close_matches(name, (*SHORTCUTS, *known), n=5, cutoff=0.0)
        raise UnknownModel(f"unknown model {name!r}; the nearest to be had are: {', '.join(near)}")
    card = known[name]
    if not card.hub:
        raise WeightsMissing(f"{name} can't be downloaded: {card.how_to_get(models_folder / name)}")
    return fetch(card, models_folder / name)


def _recognisers(models_folder: Path) -> list[cards.Listing]:
    """Of speech: they make words, not vectors."""
    return [
        cards.Listing(
            name=card.name,
            dim=None,
            frames=0,
            image_size=None,
            licence=card.licence,
            languages="about 100 languages",
            commercial=True,
            r1=None,
            available=whisper.weights_in(models_folder / card.name, card.name) is not None,
            bytes=card.bytes,
            how_to_get=whisper.how_to_get(card.name, models_folder / card.name),
        )
        for card in whisper.CARDS.values()
    ]


def open_embedded(folder: Path) -> Pair:
    """The embedded pair from `folder`, such as a library's own copy; raises WeightsMissing."""
    spec = vlc_lite.read_spec(folder)
    return Pair(
        spec,
        partial(vlc_lite.LiteVideoTower, folder, spec),
        partial(vlc_lite.LiteTextTower, folder, spec),
        tuple(folder / name for name in vlc_lite.FILES),
    )


def _shipped(weights: tuple[Path, ...]) -> Pair:
    if weights:
        raise BadWeights(f"vlc-lite brings its own weights, got {', '.join(map(str, weights))}")
    return open_embedded(vlc_lite.FOLDER)
