"""A generation grows: new clips become a segment, small segments are merged, and only what is new is measured.

Segments are merged by size, as in log-structured merge trees (O'Neil et al. 1996): whoever is left is at least half as
large as all that came after it, so that there are few and a clip is rewritten O(log n) times.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import numpy as np

from data.stores.library import Library
from data.stores.vectors.facts import Facts
from data.stores.vectors.held import Held, Part, read_sample, write_sample
from data.stores.vectors.measuring import Measuring
from data.stores.vectors.nearness import Bank, Sample, bias_of, drawn
from data.stores.vectors.segments import Draft, Source, draft, drafting, merge
from data.stores.vectors.store import DamagedIndex, Floats

# A segment is taken in by what is at least half as large, and rewritten when more than this share of it is dead.
_FACTOR = 2
_MAY_BE_DEAD = 1 / 4
Pieces = Iterator[tuple[Facts, Floats]]


def grown(library: Library, before: Held, left: Held, fresh: Pieces, *, dim: int, bank: Bank) -> Held:
    """What `left` is of `before` and `fresh` clips together; written as segments that no generation lists yet.

    Raises DamagedIndex when a segment can't be read, and OSError.
    """
    with ExitStack() as stack:
        new = draft(stack.enter_context(drafting(library)), dim, fresh)
        measuring = Measuring.begun(before, left, bank)
        sample = _sample(library, left, len(left) + len(new.facts)) if measuring.goes_on else None
        merged = to_merge([(part.live, part.dead) for part in left.parts], len(new.facts))
        if sample is None or left.loose:
            merged = list(range(len(left.parts)))
        joined = _joined([left.parts[at] for at in merged], left.loose, new)
        if joined:
            new = merge(stack.enter_context(drafting(library)), dim, joined)
        kept = [part for at, part in enumerate(left.parts) if at not in merged]
        return _measured(library, left, kept, new, sample, measuring)


def to_merge(sizes: Sequence[tuple[int, int]], fresh: int) -> list[int]:
    """Which of the segments, of which so many clips are (live, dead), are rewritten with so many fresh clips."""
    chosen = [at for at, (live, dead) in enumerate(sizes) if dead > _MAY_BE_DEAD * (live + dead)]
    together = fresh + sum(sizes[at][0] for at in chosen)
    for at in sorted(set(range(len(sizes))) - set(chosen), key=lambda at: sizes[at][0]):
        if sizes[at][0] > _FACTOR * together:
            break
        chosen.append(at)
        together += sizes[at][0]
    return sorted(chosen)


def _joined(parts: Sequence[Part], loose: Sequence[Source], new: Draft) -> list[Source]:
    """What is written together; nothing where `new` is all of it."""
    sources = [*(part.source() for part in parts), *loose]
    if not sources:
        return []
    everything = np.ones(len(new.facts.video_ids), np.bool_)
    return [*sources, Source(new.facts, new.values, everything)]


def _measured(
    library: Library, left: Held, kept: list[Part], new: Draft, sample: Sample | None, measuring: Measuring
) -> Held:
    name, total = left.sample, len(new.facts) + sum(part.live for part in kept)
    if sample is None or name is None:
        # All clips are in the new segment then.
        sample, name, new = drawn(new.facts, new.values), secrets.token_hex(8), new.forgetting_density()
        facts, known_least = measuring.of(new, sample, total), np.inf
        sample = sample.measured(facts)
        write_sample(library, name, sample)
    else:
        facts, known_least = measuring.of(new, sample, total), left.least_bias
    measuring.look_again(kept, new)
    if len(facts):
        kept = [*kept, Part.of(new.save(library, facts))]
    least = min(known_least, float(bias_of(facts.hub, facts.density).min(initial=np.inf)))
    return Held(tuple(kept), measuring.best, name, Held(tuple(kept)).holds(sample.videos), least, measuring.stamp)


def _sample(library: Library, left: Held, count: int) -> Sample | None:
    """The one so far, while it stands for so many clips."""
    if left.sample is None:
        return None
    try:
        sample = read_sample(library, left.sample)
    except DamagedIndex:
        return None
    return sample if sample.stands_for(count, left.holds(sample.videos)) else None
