"""The clips that a generation holds: which segments, without which videos, and what was measured of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from data.durable import replacing
from data.stores.library import Library
from data.stores.vectors.facts import Mask, Names, among
from data.stores.vectors.nearness import NEAREST, Best, Sample
from data.stores.vectors.segments import Segment, Source, read_columns
from data.stores.vectors.store import Ids, damaged
from data.types import Generation

MODALITY = "visual"
ARRAYS = "arrays.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A segment without the videos that are `gone` [V] from the generation."""

    segment: Segment
    gone: Mask
    video_ids: Names
    counts: Ids

    @classmethod
    def of(cls, segment: Segment, gone: Mask | None = None) -> "Part":
        """Raises DamagedIndex, and OSError."""
        video_ids, firsts = segment.videos()
        gone = np.zeros(len(video_ids), np.bool_) if gone is None else gone
        if len(gone) != len(video_ids):
            raise damaged(segment.folder)
        return cls(segment, gone, video_ids, np.diff(firsts))

    @property
    def live(self) -> int:
        """How many clips are left of it."""
        return int(self.counts[~self.gone].sum())

    @property
    def dead(self) -> int:
        """How many clips are not served any more."""
        return int(self.counts[self.gone].sum())

    def without(self, names: Names) -> "Part":
        """Without these videos either."""
        return replace(self, gone=self.gone | among(self.video_ids, names))

    def ids_gone_since(self, before: "Part") -> Ids:
        """The clips that went. Raises DamagedIndex, and OSError."""
        fresh = self.gone & ~before.gone
        return self.segment.ids()[np.repeat(fresh, self.counts)] if fresh.any() else np.empty(0, np.int64)

    def source(self) -> Source:
        """For another segment to take it in. Raises DamagedIndex, and OSError."""
        return Source(self.segment.facts(), self.segment.mapped(), ~self.gone)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """`best` is how near each query of the bank comes, `sample` names the clips that stand for all, and `stamp` what
    they were measured with ("" for nothing whole). Of the sample those that are `sample_here` [R] are still held; no
    clip has less than `least_bias`. `loose` clips lie in no segment: they are of the first format.
    """

    parts: tuple[Part, ...] = ()
    best: Best = field(default_factory=lambda: Best.of_nothing(0))
    sample: str | None = None
    sample_here: Mask = field(default_factory=lambda: np.empty(0, np.bool_))
    least_bias: float = np.inf
    stamp: str = ""
    loose: tuple[Source, ...] = ()

    def __len__(self) -> int:
        loose = sum(int(np.diff(each.facts.firsts)[each.taken].sum()) for each in self.loose)
        return sum(part.live for part in self.parts) + loose

    def video_ids(self) -> Names:
        """Of all videos, sorted."""
        names = [part.video_ids[~part.gone] for part in self.parts]
        names += [each.facts.video_ids[each.taken] for each in self.loose]
        return np.sort(np.concatenate([np.empty(0, "S32"), *names]))

    def counts_of(self, names: Names) -> Ids:
        """How many clips each of these videos has here, 0 for one that is not here; `names` are sorted."""
        found = np.zeros(len(names), np.int64)
        each = [(part.video_ids, ~part.gone, part.counts) for part in self.parts]
        each += [(some.facts.video_ids, some.taken, np.diff(some.facts.firsts)) for some in self.loose]
        for video_ids, here, counts in each:
            at = np.searchsorted(names, video_ids)
            at = np.minimum(at, max(len(names) - 1, 0))
            same = here & (names[at] == video_ids) if len(names) else np.zeros(len(video_ids), np.bool_)
            found[at[same]] = counts[same]
        return found

    def holds(self, names: Names) -> Mask:
        """Whether each of these videos is here, in any order."""
        distinct, back = np.unique(names, return_inverse=True)
        here: Mask = (self.counts_of(distinct) > 0)[back]
        return here

    def without(self, names: Names) -> "Held":
        """Without these videos."""
        loose = [replace(each, taken=each.taken & ~among(each.facts.video_ids, names)) for each in self.loose]
        return replace(self, parts=tuple(part.without(names) for part in self.parts), loose=tuple(loose))


def held_by(library: Library, generation: Generation) -> Held:
    """What a generation of today's format holds. Raises DamagedIndex, and OSError."""
    visual = generation.modalities[MODALITY]
    arrays = read_columns(generation.folder / ARRAYS)
    segments = [Segment(library.segments / name, generation.dim) for name in visual.segments]
    try:
        parts = tuple(Part.of(each, arrays[f"{MODALITY}.gone.{each.name}"]) for each in segments)
        best = Best(arrays[f"{MODALITY}.best"], arrays[f"{MODALITY}.best_ids"])
        here, least = arrays[f"{MODALITY}.sample_here"], float(arrays[f"{MODALITY}.least_bias"])
    except (KeyError, TypeError) as error:
        raise damaged(generation.folder / ARRAYS) from error
    if best.cosines.shape[1:] != (NEAREST,) or best.ids.shape != best.cosines.shape:
        raise damaged(generation.folder / ARRAYS)
    return Held(parts, best, visual.sample, here, least, visual.stamp)


def arrays_of(held: Held) -> dict[str, object]:
    """The arrays that a generation keeps of what it holds."""
    gone = {f"{MODALITY}.gone.{part.segment.name}": part.gone for part in held.parts}
    measured = {
        "best": held.best.cosines,
        "best_ids": held.best.ids,
        "sample_here": held.sample_here,
        "least_bias": np.array(held.least_bias, np.float32),
    }
    return gone | {f"{MODALITY}.{name}": column for name, column in measured.items()}


def sample_file(library: Library, name: str) -> Path:
    """Where a sample lies."""
    return library.samples / f"{name}.npz"


def read_sample(library: Library, name: str) -> Sample:
    """Raises DamagedIndex, and OSError."""
    columns = read_columns(sample_file(library, name))
    try:
        drawn_from = int(columns.pop("drawn_from"))
        return Sample(**columns, drawn_from=drawn_from)
    except (KeyError, TypeError) as error:
        raise damaged(sample_file(library, name)) from error


def write_sample(library: Library, name: str, sample: Sample) -> None:
    """For generations to share."""
    library.samples.mkdir(parents=True, exist_ok=True)
    with replacing(sample_file(library, name)) as file:
        columns: dict[str, Any] = {each.name: getattr(sample, each.name) for each in fields(sample)}
        np.savez(file, **columns)


def segments_of(parts: Sequence[Part]) -> tuple[str, ...]:
    """Their names."""
    return tuple(part.segment.name for part in parts)
