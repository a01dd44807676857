"""What a set of videos with captions is, whoever published it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.manifests import ManifestError

_ENDINGS = (".mp4", ".mkv", ".webm", ".avi")


@dataclass(frozen=True, slots=True)
class Captioned:
    """A video by its id in the set, where it may lie, and its captions.

    `first_s`: only so many seconds from its start belong to the set; None for all.
    """

    id: str
    places: tuple[Path, ...]
    captions: tuple[str, ...]
    first_s: float | None = None


@dataclass(frozen=True, slots=True)
class CaptionedSet:
    """Videos of a split; `usual` is how many the field's papers count there, `asked` says what its queries are."""

    split: str
    usual: int
    asked: str
    videos: tuple[Captioned, ...]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How a set is read: the videos that are searched, and captions of others that it is trained on.

    Both take its folder and raise ManifestError; the split is one of `splits`, the first where nothing is said.
    """

    splits: tuple[str, ...]
    read: Callable[[Path, str], CaptionedSet]
    training: Callable[[Path], list[str]]


def chosen(splits: Sequence[str], split: str | None) -> str:
    """The split asked for, or the usual one. Raises ManifestError."""
    if split is not None and split not in splits:
        raise ManifestError(f"there is no split {split!r} of this set; there are {', '.join(splits)}")
    return split or splits[0]


def found(places: Sequence[Path]) -> Path | None:
    """The first of some places where there is a file."""
    return next((place for place in places if place.is_file()), None)


def places(folder: Path, *names: str) -> tuple[Path, ...]:
    """Where a video of one of these names may lie: as it is called, and with each usual ending."""
    return tuple(_places(folder, names))


def _places(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    for name in names:
        yield folder / name
        yield from (folder / f"{name}{ending}" for ending in _ENDINGS)
