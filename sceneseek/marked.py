"""Concepts by name, on the command line and from Python."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

from pydantic import TypeAdapter, ValidationError

from data.stores.catalog import Catalog, concepts
from data.stores.catalog.concepts import Mark
from data.types import QueryError
from sceneseek.collected import Chosen
from search.answering import marked
from search.answering.concepts import known_as
from search.answering.marked import listed, told
from search.query import tree
from search.query.marks import Name

_NAME: TypeAdapter[str] = TypeAdapter(Name)


class Concepts:
    """The concepts of a library, each named by its name, whatever the case of its letters.

        library.concepts.add("Rex", library.search("a brown dog", limit=3))
        library.search("concept:rex AND a beach")
        for one in library.concepts:
            print(one.name, one.fits)

    Raises QueryError for what is not there or can't be, and ConceptRefused for what is too much.
    """

    def __init__(self, opened: Callable[[], AbstractContextManager[Catalog]]) -> None:
        self._opened = opened

    def __iter__(self) -> Iterator[marked.ListedConcept]:
        with self._opened() as catalog:
            return iter(listed(catalog).concepts)

    def show(self, name: str) -> marked.Concept:
        """The whole of one."""
        with self._opened() as catalog:
            return _whole(catalog, name)

    def add(self, name: str, moments: Sequence[Chosen], *, fits: bool = True) -> marked.Concept:
        """Add moments as examples, of what it is or of what it is not; it is made where there is none."""
        return self.mark(name, [Mark(one.video_id, one.start_s, one.end_s, fits) for one in moments])

    def mark(self, name: str, marks: Sequence[Mark]) -> marked.Concept:
        """The same of marks."""
        called = _checked(name)
        with self._opened() as catalog:
            concepts.mark(catalog, called, marks)
            return _whole(catalog, called)

    def take_out(self, name: str, example_id: str) -> marked.Concept:
        """Take an example away."""
        with self._opened() as catalog:
            whole = _whole(catalog, name)
            if not concepts.remove_example(catalog, name, example_id):
                raise QueryError(None, f"no example {example_id} of {whole.name}")
            return _whole(catalog, name)

    def rename(self, name: str, new: str) -> marked.Concept:
        """Give one another name."""
        called = _checked(new)
        with self._opened() as catalog:
            _known(catalog, name)
            concepts.rename(catalog, name, called)
            return _whole(catalog, called)

    def remove(self, name: str) -> str:
        """Drop one; its id."""
        with self._opened() as catalog:
            found = _known(catalog, name)
            concepts.remove(catalog, name)
            return found


def _checked(name: str) -> str:
    try:
        return _NAME.validate_python(name)
    except ValidationError as error:
        raise QueryError(None, error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def _known(catalog: Catalog, name: str) -> str:
    return known_as(catalog, tree.Concept(name)).id


def _whole(catalog: Catalog, name: str) -> marked.Concept:
    found = told(catalog, name)
    if found is None:
        _known(catalog, name)
        raise QueryError(None, f"no concept is called {name!r}")
    return found
