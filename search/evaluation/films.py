"""Videos of published sets as a tower embeds them, whole or in steps, and which of them are not there."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from data.academic.captioned import found
from data.manifests import ManifestError
from data.media.pixels import Fit, Pixels
from data.media.reading import frames_at, midpoints, readable_s
from data.types import VideoError
from models.pair import Pair
from models.spec import Floats, ModelSpec

Say = Callable[[str], None]
Made = TypeVar("Made")

# Clips of a video that are decoded and embedded at once.
_CLIPS = 16


@dataclass(frozen=True, slots=True)
class Films(Generic[Made]):
    """What was made of each video that could be read, by its id; ids of those that are not there, or can't be read."""

    made: dict[str, Made]
    missing: list[str]
    unread: list[str]

    def facts(self) -> dict[str, object]:
        """How much of the set is left, for a body."""
        whole = len(self.made) + len(self.missing) + len(self.unread)
        share = 100 * len(self.made) / whole
        return {"videos": len(self.made), "share": share, "missing": self.missing, "unread": self.unread}


def films(places: Mapping[str, Iterable[Path]], make: Callable[[str, Path], Made], say: Say) -> Films[Made]:
    """Makes something of the file of each video; one that raises VideoError is said and noted.

    Raises ManifestError where nothing could be made.
    """
    made: dict[str, Made] = {}
    missing, unread = [], []
    for name, its in places.items():
        file = found(tuple(its))
        if file is None:
            missing.append(name)
            continue
        try:
            made[name] = make(name, file)
        except VideoError as e:
            say(f"left out: {e}")
            unread.append(name)
    if not made:
        first = next(iter(next(iter(places.values()))))
        raise ManifestError(
            f"of {len(places)} videos {len(missing)} are not there, such as {first}; the rest is damaged"
        )
    return Films(made, missing, unread)


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """A video's clips one after the other: `vectors` [W, D], each of the same seconds but the last."""

    vectors: Floats
    step_s: float
    length_s: float

    def seconds(self, first: int, end: int) -> tuple[float, float]:
        """From where the clip `first` begins to where the one before `end` ends."""
        return first * self.step_s, self.length_s if end == len(self.vectors) else end * self.step_s


def whole(file: Path, spec: ModelSpec, first_s: float | None = None) -> Pixels:
    """[1, T, S, S, 3]: a video, or its first seconds, as one clip. Raises VideoError."""
    length_s = readable_s(file)
    return _clips(file, np.array([0.0, min(length_s, first_s or length_s)]), spec)


def in_steps(file: Path, pair: Pair, step_s: float) -> Steps:
    """A video clip after clip; what is left of it belongs to the last. Raises VideoError."""
    length_s = readable_s(file)
    edges_s = np.append(np.arange(max(1, round(length_s / step_s))) * step_s, length_s)
    parts = [edges_s[first : first + _CLIPS + 1] for first in range(0, len(edges_s) - 1, _CLIPS)]
    vectors = np.concatenate([pair.video().encode(_clips(file, part, pair.spec)).clips for part in parts])
    return Steps(vectors, step_s, length_s)


def _clips(file: Path, edges_s: NDArray[np.float64], spec: ModelSpec) -> Pixels:
    fit = Fit(spec.image_size, spec.resize, spec.interpolation)
    spans_s = zip(edges_s[:-1].tolist(), edges_s[1:].tolist(), strict=True)
    times_s = [second for start, end in spans_s for second in midpoints(start, end, spec.frames_per_clip).tolist()]
    pixels = frames_at(file, times_s, fit.scaler()).pixels
    return pixels.reshape(-1, spec.frames_per_clip, *pixels.shape[1:])
