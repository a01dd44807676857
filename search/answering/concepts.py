"""The concepts that a query names, as one generation knows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from data.stores.catalog import Catalog, concepts
from data.stores.catalog.concepts import folded
from data.types import QueryError
from data.wording import counted
from search.generation.opened import OpenGeneration
from search.query.tree import Concept, Leaf, Learnt, Query, leaves_of, with_leaves

_MOST_NEAR = 3


@dataclass(frozen=True, slots=True)
class Understood:
    """A query whose concepts are directions; what is to be said of them, and of which versions they are."""

    query: Query
    notes: list[str]
    stamp: str


def understood(opened: OpenGeneration, query: Query) -> Understood:
    """Raises QueryError for a concept that is not known, or that has no example to go by."""
    asked = {leaf.name: leaf for leaf in leaves_of(query) if isinstance(leaf, Concept)}
    if not asked:
        return Understood(query, [], "")
    known = {name: known_as(opened.catalog, leaf) for name, leaf in asked.items()}
    learnt, notes = dict[str, Learnt](), list[str]()
    for name, concept in known.items():
        lesson = opened.lessons.of(concept)
        if lesson.direction is None:
            raise QueryError(asked[name].position, _nothing_to_go_by(concept))
        learnt[name] = Learnt(concept.name, lesson.direction)
        if lesson.missing:
            notes.append(f"{counted(lesson.missing, 'example')} of {concept.name} left out: not in this library now")
    stamp = " ".join(sorted({f"{concept.id}:{concept.version}" for concept in known.values()}))

    def meant(leaf: Leaf) -> Leaf:
        return learnt[leaf.name] if isinstance(leaf, Concept) else leaf

    return Understood(with_leaves(query, meant), notes, stamp)


def known_as(catalog: Catalog, asked: Concept) -> concepts.Concept:
    """The concept that is meant. Raises QueryError, which names those that are called nearly so."""
    found = concepts.concept(catalog, asked.name)
    if found is None:
        raise QueryError(asked.position, _unknown(asked.name, concepts.names(catalog)))
    return found


def check_known(catalog: Catalog, leaves: Iterable[Leaf]) -> None:
    """Raises QueryError for a concept that is not known."""
    for leaf in leaves:
        if isinstance(leaf, Concept):
            known_as(catalog, leaf)


def _unknown(name: str, known: list[str]) -> str:
    by_folded = {folded(each): each for each in known}
    # Without quotation marks a name of several words ends at the first.
    longer = [each for each in by_folded if each.startswith(f"{folded(name)} ")]
    near = [by_folded[each] for each in (*longer, *get_close_matches(folded(name), list(by_folded)))][:_MOST_NEAR]
    hint = f"; there is {' and '.join(near)}" if near else "" if known else "; there is none yet"
    return f"no concept is called {name!r}{hint}"


def _nothing_to_go_by(concept: concepts.Concept) -> str:
    if any(example.mark.fits for example in concept.examples):
        return f"of the concept {concept.name!r} no example that fits is in this library now"
    return f"the concept {concept.name!r} has no example that fits yet"
