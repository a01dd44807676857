"""Which pair of towers a run uses, and the copy of it that a library keeps."""

import os
import shutil
from pathlib import Path

from data.stores.library import Library
from data.stores.publishing import serving
from models.pair import Pair
from models.registry import open_embedded, open_pair
from models.spec import Runtime

DEFAULT_MODEL = "vlc-lite"


def pair_for(
    library: Library, model: str | None, weights: tuple[Path, ...], models_folder: Path, runtime: Runtime
) -> Pair:
    """The pair of that name; without a name the library's own, as it was when the library was indexed.

    The library's own model has its weights from where they lay then, unless others are given. Raises UnknownModel and
    WeightsMissing.
    """
    served = serving(library)
    if model is None and served is not None:
        kept = library.towers(served.fingerprint)
        if kept.is_dir():
            return open_embedded(kept)
    name = model or (served.model if served else DEFAULT_MODEL)
    if served is not None and name == served.model:
        weights = weights or library.weights(served.fingerprint)
    return open_pair(name, weights=weights, models_folder=models_folder, runtime=runtime)


def is_outdated(pair: Pair) -> bool:
    """Whether the program brings other weights for this embedded pair than the library keeps."""
    return bool(pair.files) and open_pair(pair.spec.name).spec.weights_sha256 != pair.spec.weights_sha256


def keep(pair: Pair, library: Library, fingerprint: str) -> None:
    """Copy a pair that ships with the program, so that an upgrade leaves this library searchable.

    Of others, which are large, only where their weights lie is noted.
    """
    if pair.weights:
        library.remember_weights(fingerprint, pair.weights)
    folder = library.towers(fingerprint)
    if not pair.files or folder.exists():
        return
    building = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    building.mkdir(parents=True, exist_ok=True)
    for file in pair.files:
        shutil.copyfile(file, building / file.name)
    building.rename(folder)
