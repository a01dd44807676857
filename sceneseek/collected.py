"""Collections by name, on the command line and from Python."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from data.stores.catalog import Catalog, collections
from data.stores.catalog.collections import Pick
from data.types import Confidence, QueryError
from sceneseek.asking import checked
from search.handover import wire
from search.handover.collected import listed, told


class Chosen(Protocol):
    """A moment, or what is kept of one."""

    @property
    def video_id(self) -> str: ...
    @property
    def start_s(self) -> float: ...
    @property
    def end_s(self) -> float: ...
    @property
    def best_s(self) -> float | None: ...
    @property
    def confidence(self) -> Confidence | None: ...
    @property
    def score(self) -> float | None: ...


class Collections:
    """The collections of a library, each named by its name or its id.

        library.collections.create("Openings", library.search("a door opens"))
        for one in library.collections:
            print(one.name, one.moments)

    Two may have one name: then only the id will do. Raises QueryError for what is not there or can't be, and
    CollectionRefused for what is too much.
    """

    def __init__(self, opened: Callable[[], AbstractContextManager[Catalog]]) -> None:
        self._opened = opened

    def __iter__(self) -> Iterator[wire.ListedCollection]:
        with self._opened() as catalog:
            return iter(listed(catalog).collections)

    def create(self, name: str, moments: Sequence[Chosen] = (), *, note: str = "") -> wire.Collection:
        """Make one, with or without moments."""
        body = checked(wire.CollectionBody, name=name, note=note)
        with self._opened() as catalog:
            return _whole(catalog, collections.create(catalog, body.name, body.note, _picks(moments)))

    def show(self, name: str) -> wire.Collection:
        """The whole of one."""
        with self._opened() as catalog:
            return _whole(catalog, named(catalog, name))

    def add(self, name: str, moments: Sequence[Chosen]) -> wire.Collection:
        """Put moments at the end of one; those that are in it already stay where they are."""
        with self._opened() as catalog:
            found = named(catalog, name)
            collections.add(catalog, found, _picks(moments))
            return _whole(catalog, found)

    def remove(self, name: str) -> str:
        """Drop one; its id."""
        with self._opened() as catalog:
            found = named(catalog, name)
            collections.remove(catalog, found)
            return found


def pick_of(moment: Chosen) -> Pick:
    """What a collection keeps of a moment."""
    return Pick(
        video_id=moment.video_id,
        start_s=moment.start_s,
        end_s=moment.end_s,
        best_s=moment.best_s,
        note=getattr(moment, "note", ""),
        query=getattr(moment, "query", None),
        confidence=moment.confidence,
        score=moment.score,
    )


def _picks(moments: Sequence[Chosen]) -> list[Pick]:
    return [pick_of(moment) for moment in moments]


def named(catalog: Catalog, name: str) -> str:
    """The id of a collection. Raises QueryError where none or several are called so."""
    found = collections.named(catalog, name)
    if not found:
        raise QueryError(None, f"no collection is called {name!r}")
    if len(found) > 1:
        raise QueryError(
            None, f"{len(found)} collections are called {name!r}: name one by its id, {' or '.join(found)}"
        )
    return found[0]


def _whole(catalog: Catalog, collection_id: str) -> wire.Collection:
    found = told(catalog, collection_id)
    if found is None:
        raise QueryError(None, f"no collection {collection_id}")
    return found
