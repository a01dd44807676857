"""What is finished becomes the generation that searches are answered from, at the cost of what changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.stores import generations
from data.stores.aside import set_aside
from data.stores.catalog import Catalog, servable
from data.stores.generations import Maker
from data.stores.library import Library
from data.stores.shards.folder import DamagedShard, ShardError, are_unit, read_clips
from data.stores.shards.kept import sound
from data.stores.vectors.coded.building import build_codes, is_begun
from data.stores.vectors.facts import Facts, Names, among
from data.stores.vectors.first_format import facts_of, read_first_format
from data.stores.vectors.growing import grown
from data.stores.vectors.held import MODALITY, Held, held_by
from data.stores.vectors.milvus.filling import fill
from data.stores.vectors.nearness import Bank
from data.stores.vectors.segments import Segment, Source
from data.stores.vectors.store import DamagedIndex, Floats
from data.types import Generation, NoGeneration

Say = Callable[[str], None]
# Rows of so many clips are read at once.
_AT_ONCE_CLIPS = 4096


@dataclass(frozen=True, slots=True)
class Change:
    """What a new generation does not take over, and which videos it takes from their shards; both sorted."""

    gone: Names
    fresh: Names


def publish(
    library: Library,
    catalog: Catalog,
    maker: Maker,
    fingerprint: str,
    *,
    bank: Bank,
    say: Say,
    anew: bool = False,
    others: Mapping[str, str] | None = None,
) -> Generation | None:
    """Build and swap in a generation of all present videos; the serving one when nothing has changed.

    `others` are fingerprints of the modalities beside the visual one, those of the serving generation where None.

    Segments of the serving generation are shared, unless `anew`; all else comes from shards, and a video whose shard
    is lost is left out. None when there is nothing to serve and never was.

    Of a large library the codes are made before anybody is told of it; a run that goes on where one was stopped at that
    takes up its generation, so that what was made is not made again.
    """
    current = serving(library)
    latest = current if anew else _begun_after(library, current) or current
    served = None if anew else latest
    served_others = others_of(current)
    wanted = served_others if others is None else others
    is_same = served is not None and served.fingerprint == fingerprint
    is_other = wanted != others_of(latest)
    try:
        found = _grown(library, catalog, maker, fingerprint, served if is_same else None, bank, say, is_other=is_other)
    except DamagedIndex:
        if anew:
            raise
        return publish(library, catalog, maker, fingerprint, bank=bank, say=say, anew=True, others=wanted)
    if found is None:
        if latest is not None:
            _make_ready(library, latest, say)
        if latest is not None and latest != current:
            generations.publish(library, latest)
        return served
    generation = generations.write(library, maker, fingerprint, found, wanted)
    _make_ready(library, generation, say)
    generations.publish(library, generation)
    return generation


def _make_ready(library: Library, generation: Generation, say: Say) -> None:
    """Whatever searches it by. Raises VectorsUnavailable, DamagedIndex, and OSError."""
    if library.vectors_at is not None:
        fill(library, generation, say)
    elif generation.modalities:
        build_codes(library, held_by(library, generation), say)


def _begun_after(library: Library, current: Generation | None) -> Generation | None:
    """The newest generation, where it has not been published yet, and a run was stopped while it made its codes."""
    newest = generations.names(library)[-1:]
    if not newest or library.vectors_at is not None or (current and newest[0] <= current.generation):
        return None
    try:
        found = generations.read(library, newest[0])
    except (DamagedIndex, NoGeneration):
        return None
    names = found.modalities[MODALITY].segments if found.modalities else ()
    return found if any(is_begun(Segment(library.segments / name, found.dim)) for name in names) else None


def others_of(generation: Generation | None) -> dict[str, str]:
    """Fingerprints of its modalities beside the visual one, by name."""
    listed = generation.modalities if generation else {}
    return {name: each.fingerprint for name, each in listed.items() if name != MODALITY}


def _grown(
    library: Library,
    catalog: Catalog,
    maker: Maker,
    fingerprint: str,
    served: Generation | None,
    bank: Bank,
    say: Say,
    *,
    is_other: bool,
) -> Held | None:
    """What the next generation holds; None when that is what is served, or nothing and never was anything.

    `is_other` tells that the next one is another all the same.
    """
    before = _held(library, catalog, served) if served else Held()
    change = _change(library, catalog, fingerprint, before, served)
    # What an earlier program left in another format, or unmeasured, is brought up to date with the next change.
    is_as_served = served is not None and not is_other
    if not len(change.fresh) and not len(change.gone) and (is_as_served or serving(library) is None):
        return None
    left = before.without(np.union1d(change.gone, change.fresh))
    pieces = _from_shards(library, catalog, fingerprint, change.fresh, say)
    return grown(library, before, left, pieces, dim=maker.dim, bank=bank)


def serving(library: Library) -> Generation | None:
    """The published generation, None before there is one. Raises DamagedIndex."""
    try:
        return generations.current(library)
    except NoGeneration:
        return None


def _held(library: Library, catalog: Catalog, served: Generation) -> Held:
    if served.modalities:
        return held_by(library, served)
    facts, values = read_first_format(served, catalog)
    if len(facts) != served.clip_count or not are_unit(values):
        # An earlier program made it of whatever a tower gave.
        raise DamagedIndex(f"{served.folder} holds vectors that are not of unit length")
    return Held(loose=(Source(facts, values, np.ones(len(facts.video_ids), np.bool_)),))


def _change(library: Library, catalog: Catalog, fingerprint: str, before: Held, since: Generation | None) -> Change:
    """By names of videos; by their counts of clips as well, where those don't add up."""
    wanted, held = servable.servable(catalog, fingerprint), before.video_ids()
    again = servable.embedded_since(catalog, fingerprint, since.created_at) if since else wanted.video_ids[:0]
    again = again[among(again, wanted.video_ids)]
    fresh = np.union1d(wanted.video_ids[~among(wanted.video_ids, held)], again)
    gone = held[~among(held, wanted.video_ids)]
    counts = servable.clip_counts(catalog, fingerprint, fresh)
    kept = len(before) - int(before.counts_of(np.union1d(gone, fresh)).sum())
    if wanted.clip_count - sum(counts.values()) != kept:
        counts = servable.clip_counts(catalog, fingerprint, wanted.video_ids)
        differ = np.array([counts[name.decode()] for name in wanted.video_ids], np.int64)
        fresh = np.union1d(fresh, wanted.video_ids[differ != before.counts_of(wanted.video_ids)])
    there = library.shards.present([library.shard(fingerprint, name.decode()) for name in fresh])
    return Change(gone, fresh[np.array(there, np.bool_)])


def _from_shards(
    library: Library, catalog: Catalog, fingerprint: str, names: Names, say: Say
) -> Iterator[tuple[Facts, Floats]]:
    """Of each video that can be read."""
    for some in _batches(catalog, fingerprint, names):
        clips = servable.clips_of(catalog, fingerprint, some)
        for name in some:
            facts = facts_of(clips[clips["video"] == name.encode()])
            values = _shard(library, fingerprint, name, facts, say)
            if values is not None:
                yield facts, values


def _shard(library: Library, fingerprint: str, video_id: str, facts: Facts, say: Say) -> Floats | None:
    path = library.shard(fingerprint, video_id)
    try:
        ids, values = sound(library.shards, path, read_clips)
        if not np.array_equal(ids, facts.ids):
            raise DamagedShard(f"{path} holds other clips than the catalogue says")
    except DamagedShard as error:
        # From now on it counts as lost: the next run embeds that video again.
        set_aside(library, [path], f"{error}: `sceneseek index` makes it anew", say)
    except (OSError, ShardError) as error:
        say(f"{error}; that video can't be searched until its vectors can be read")
    else:
        return values
    return None


def _batches(catalog: Catalog, fingerprint: str, names: Names) -> Iterator[Sequence[str]]:
    """So many videos that their rows are few enough to hold."""
    counts, batch, clips = servable.clip_counts(catalog, fingerprint, names), list[str](), 0
    for name in names.tolist():
        video_id = name.decode()
        batch.append(video_id)
        clips += counts.get(video_id, 0)
        if clips >= _AT_ONCE_CLIPS:
            yield batch
            batch, clips = [], 0
    if batch:
        yield batch
