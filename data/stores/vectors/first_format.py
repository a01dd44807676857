"""Generations of the first format: one index with ids, and the catalogue tells all else of the clips."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.durable import replacing
from data.stores.catalog import Catalog, servable
from data.stores.library import Library
from data.stores.vectors.facts import Facts
from data.stores.vectors.faiss_file import read_with_ids
from data.stores.vectors.held import Held
from data.stores.vectors.measuring import Measuring
from data.stores.vectors.nearness import Bank, Best, Sample, drawn
from data.stores.vectors.positions import Positions
from data.stores.vectors.segments import Draft, read_columns
from data.stores.vectors.store import DamagedIndex, Floats, Ids, damaged
from data.types import Generation

_log = logging.getLogger(__name__)


def clip_ids(generation: Generation) -> Ids:
    """The clips that it serves, in the order of its index. Raises DamagedIndex, and OSError."""
    try:
        ids: Ids = np.load(generation.folder / "clip_ids.npy", allow_pickle=False)
    except (FileNotFoundError, ValueError, EOFError) as error:
        raise damaged(generation.folder) from error
    return ids


def read_first_format(generation: Generation, catalog: Catalog) -> tuple[Facts, Floats]:
    """Its clips by (video, number), and their vectors [N, D]; without those that are made of no numbers.

    Raises DamagedIndex when the catalogue lacks one of them, and OSError.
    """
    ids, values = read_with_ids(generation.folder / "index.faiss")
    if not np.array_equal(ids, clip_ids(generation)) or values.shape[1] != generation.dim:
        raise DamagedIndex(f"{generation.folder}: its index, its list of clips and its manifest differ")
    clips = servable.all_clips(catalog, generation.fingerprint)
    at = Positions(ids).find(clips["id"])
    if (known := int((at >= 0).sum())) != len(ids):
        lacking = f"{len(ids) - known} of {len(ids)} clips are not in the catalogue"
        raise DamagedIndex(f"{lacking}: `sceneseek verify --repair`")
    clips, values = clips[at >= 0], values[at[at >= 0]]
    sound = np.isfinite(values).all(axis=1)
    return facts_of(clips[sound]), values[sound]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Its clips with what was measured of them."""

    facts: Facts
    values: Floats
    best: Best
    sample: Sample


def measured(library: Library, generation: Generation, catalog: Catalog, bank: Bank) -> Measured:
    """As kept in the library, else measured now and kept where that can be. Raises as `read_first_format` does."""
    facts, values = read_first_format(generation, catalog)
    file = library.calibration / f"{generation.generation}.npz"
    kept = _kept(file, bank.stamp, facts)
    if kept is None:
        draft = Draft(generation.folder, facts, values)
        measuring, sample = Measuring.begun(Held(), Held(), bank), drawn(facts, values)
        kept = measuring.of(draft, sample, len(facts)), measuring.best, sample
        _keep(file, bank.stamp, *kept)
    facts, best, sample = kept
    return Measured(facts, values, best, sample.measured(facts))


def _kept(file: Path, stamp: str, facts: Facts) -> tuple[Facts, Best, Sample] | None:
    """None where the file is missing, damaged, or of other clips, another pair or another bank."""
    try:
        kept = read_columns(file)
        rows = Positions(kept["ids"]).find(facts.ids)
        if str(kept["stamp"]) != stamp or (rows < 0).any():
            return None
        facts = replace(facts, hub=kept["hub"][rows], density=kept["density"][rows])
        return facts, Best(kept["best"], kept["best_ids"]), _sample(kept)
    except (DamagedIndex, OSError, KeyError):
        return None


def _sample(kept: Mapping[str, Any]) -> Sample:
    return Sample(
        ids=kept["sample_ids"],
        values=kept["sample_values"],
        videos=kept["sample_videos"],
        bias=np.full(len(kept["sample_ids"]), np.nan, np.float32),
        drawn_from=int(kept["sample_drawn_from"]),
    )


def _keep(file: Path, stamp: str, facts: Facts, best: Best, sample: Sample) -> None:
    columns: dict[str, Any] = {
        "stamp": np.array(stamp),
        "ids": facts.ids,
        "hub": facts.hub,
        "density": facts.density,
        "best": best.cosines,
        "best_ids": best.ids,
        "sample_ids": sample.ids,
        "sample_values": sample.values,
        "sample_videos": sample.videos,
        "sample_drawn_from": np.array(sample.drawn_from),
    }
    try:
        file.parent.mkdir(exist_ok=True)
        with replacing(file) as opened:
            np.savez(opened, **columns)
    except OSError as error:
        _log.warning("%s can't be written, and is computed again each time: %s", file, error)


def facts_of(clips: NDArray[np.void]) -> Facts:
    """Of clips as the catalogue has them, by (video, number)."""
    video_ids, firsts = np.unique(clips["video"], return_index=True)
    unknown = np.full(len(clips), np.nan, np.float32)
    return Facts(
        video_ids=video_ids,
        firsts=np.append(firsts, len(clips)).astype(np.int64),
        ids=np.ascontiguousarray(clips["id"]),
        numbers=np.ascontiguousarray(clips["number"]),
        shots=np.ascontiguousarray(clips["shot"]),
        starts_s=np.ascontiguousarray(clips["start_s"]),
        ends_s=np.ascontiguousarray(clips["end_s"]),
        hub=unknown,
        density=unknown,
    )
