"""What a generation of either format holds, for whoever compares it with something else."""

from collections.abc import Iterator

import numpy as np

from data.stores.catalog import Catalog, servable
from data.stores.library import Library
from data.stores.shards.folder import are_unit
from data.stores.vectors import first_format
from data.stores.vectors.coded.building import is_built, read_built
from data.stores.vectors.engines import engine_of
from data.stores.vectors.held import MODALITY, Part, held_by, read_sample
from data.stores.vectors.store import DamagedIndex, Floats, Ids
from data.types import Generation

_AT_ONCE_CLIPS = 4096


def keys_of(library: Library, generation: Generation, catalog: Catalog) -> set[tuple[str, str]]:
    """(video id, fingerprint) of every video in it. Raises DamagedIndex, and OSError."""
    if generation.modalities:
        names = held_by(library, generation).video_ids()
    else:
        clips = servable.all_clips(catalog, generation.fingerprint)
        names = np.unique(clips["video"][np.isin(clips["id"], first_format.clip_ids(generation))])
    return {(name.decode(), generation.fingerprint) for name in names.tolist()}


def clip_ids(library: Library, generation: Generation) -> Ids:
    """Of every clip in it. Raises DamagedIndex, and OSError."""
    if not generation.modalities:
        return first_format.clip_ids(generation)
    parts = held_by(library, generation).parts
    live = [part.segment.ids()[np.repeat(~part.gone, part.counts)] for part in parts]
    return np.concatenate([np.empty(0, np.int64), *live])


def vectors_by_video(library: Library, generation: Generation, catalog: Catalog) -> Iterator[tuple[str, Ids, Floats]]:
    """Each video with its clips and their vectors, in time order. Raises DamagedIndex, and OSError."""
    if generation.modalities:
        sources = [part.source() for part in held_by(library, generation).parts]
        each = [(source.facts, source.values, source.taken) for source in sources]
    else:
        facts, values = first_format.read_first_format(generation, catalog)
        each = [(facts, values, np.ones(len(facts.video_ids), np.bool_))]
    for facts, values, taken in each:
        for number in np.flatnonzero(taken).tolist():
            rows = slice(int(facts.firsts[number]), int(facts.firsts[number + 1]))
            yield facts.video_ids[number].decode(), facts.ids[rows], np.asarray(values[rows])


def check(library: Library, generation: Generation, catalog: Catalog) -> None:
    """Raises DamagedIndex for what is not whole, or not what the manifest says, and OSError."""
    if not generation.modalities:
        first_format.read_first_format(generation, catalog)
        return
    engine_of(generation)
    held = held_by(library, generation)
    for part in held.parts:
        _check_segment(part)
    if len(held) != generation.clip_count:
        raise DamagedIndex(f"it holds {len(held)} clips, and its manifest says {generation.clip_count}")
    sample = generation.modalities[MODALITY].sample
    if sample is None or len(read_sample(library, sample).ids) != len(held.sample_here):
        raise DamagedIndex(f"its sample {sample} is not the one that it was measured with")
    known = servable.known_clips(catalog, clip_ids(library, generation))
    if known != len(held):
        raise DamagedIndex(f"{len(held) - known} of its clips are not in the catalogue")


def _check_segment(part: Part) -> None:
    facts, values = part.segment.facts(), part.segment.mapped()
    if len(facts) != len(values) or len(part.gone) != len(facts.video_ids):
        raise DamagedIndex(f"the files of its segment {part.segment.folder} differ")
    if is_built(part.segment):
        read_built(part.segment)
    if not all(are_unit(values[at : at + _AT_ONCE_CLIPS]) for at in range(0, len(values), _AT_ONCE_CLIPS)):
        raise DamagedIndex(f"its segment {part.segment.folder} holds vectors that are not of unit length")
