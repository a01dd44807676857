"""Pairs of towers by name."""

import difflib
from functools import partial
from pathlib import Path

from models import vlc_lite
from models.pair import Pair
from models.published import cards
from models.spec import BadWeights, Runtime, UnknownModel

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
    if name in cards.CARDS or name.startswith("openclip:"):
        # It stands on torch, which most people have not installed.
        from models.published.opening import open_torch_pair

        return open_torch_pair(name, weights=weights, models_folder=models_folder, runtime=runtime)
    near = difflib.get_close_matches(name, (vlc_lite.NAME, *cards.CARDS), n=3, cutoff=0.0)
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
        available=True,
        bytes=sum(file.stat().st_size for file in pair.files),
        how_to_get="comes with the program",
    )
    return [embedded, *cards.listings(models_folder)]


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
