"""Two towers that embed into one space."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.spec import ModelSpec, TextTower, VideoTower


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of towers whose halves load when they are first asked for.

    `files` are what `weights_sha256` covers, for a library that keeps a copy (embedded pair only); `weights` are those
    of all other pairs, for a library that remembers where they lie.
    """

    spec: ModelSpec
    video: Callable[[], VideoTower]
    text: Callable[[], TextTower]
    files: tuple[Path, ...]
    weights: tuple[Path, ...] = ()
