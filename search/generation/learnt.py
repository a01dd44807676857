"""Concepts in the space of one generation: what their examples look like there, as a direction."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np

from data.stores.catalog.concepts import Concept, Mark
from data.stores.vectors.store import Floats, VectorStore
from models.heads.probe import Everything, direction, everything
from search.generation.likeness import likeness
from search.query.tree import Stretch

REMEMBERED = 256


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """The `direction` [D] of a concept, None where none of its examples that fit is indexed; `missing` counts those of
    all its examples that are not."""

    direction: Floats | None
    missing: int


class Lessons:
    """Of one generation, by concept and version; the last ones are remembered. Safe to ask from many threads."""

    def __init__(self, vectors: VectorStore, sample: Floats, remembered: int = REMEMBERED) -> None:
        self._vectors, self._sample, self._remembered = vectors, sample, remembered
        self._known: OrderedDict[tuple[str, int], Lesson] = OrderedDict()
        self._lock = Lock()

    def of(self, concept: Concept) -> Lesson:
        """What its examples teach here."""
        key = (concept.id, concept.version)
        with self._lock:
            if key not in self._known:
                self._known[key] = self._learnt([example.mark for example in concept.examples])
            self._known.move_to_end(key)
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)
            return self._known[key]

    def _learnt(self, marks: list[Mark]) -> Lesson:
        shown = self._seen(mark for mark in marks if mark.fits)
        refused = self._seen(mark for mark in marks if not mark.fits)
        missing = len(marks) - len(shown) - len(refused)
        return Lesson(direction(shown, refused, self._beside) if len(shown) else None, missing)

    def _seen(self, marks: Iterable[Mark]) -> Floats:
        """[N, D], of those that are indexed."""
        stretches = [Stretch(mark.video_id, mark.start_s, mark.end_s) for mark in marks]
        found = [vector for one in stretches if (vector := likeness(self._vectors, one)) is not None]
        return np.stack(found) if found else np.empty((0, self._vectors.dim), np.float32)

    # It takes a twentieth of a second or more, which a library without concepts need not spend.
    @cached_property
    def _beside(self) -> Everything:
        return everything(self._sample)
