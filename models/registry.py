"""Pairs of towers by name."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from models import vlc_lite
from models.spec import ModelSpec, TextTower, UnknownModel, VideoTower


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of towers whose halves load when they are first asked for.

    `files` are what `weights_sha256` covers, for a library that keeps a copy (embedded pair only).
    """

    spec: ModelSpec
    video: Callable[[], VideoTower]
    text: Callable[[], TextTower]
    files: tuple[Path, ...]


def open_pair(name: str, *, weights: tuple[Path, ...] = ()) -> Pair:
    """The pair of that name; raises UnknownModel, or WeightsMissing when it is known but not here."""
    if name not in _OPENERS:
        near = difflib.get_close_matches(name, _OPENERS, n=3, cutoff=0.0)
        raise UnknownModel(f"unknown model {name!r}; the nearest are: {', '.join(near)}")
    return _OPENERS[name](weights)


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
        raise ValueError(f"vlc-lite brings its own weights, got {', '.join(map(str, weights))}")
    return open_embedded(vlc_lite.FOLDER)


_OPENERS: dict[str, Callable[[tuple[Path, ...]], Pair]] = {"vlc-lite": _shipped}
