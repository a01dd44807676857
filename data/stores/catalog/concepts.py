"""Concepts: names for what some marked moments show; by content and seconds, so that they outlive models."""

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from data.stores.catalog import Catalog, tables
from data.stores.catalog.filters import PRESENT
from data.stores.catalog.whereabouts import by_place, path_of, paths_of, video_of, with_places
from data.types import Video

MAX_CONCEPTS = 1000
MAX_EXAMPLES = 1000

_ALL, _OF = tables.concepts.c, tables.examples.c


class ConceptRefused(Exception):
    """What would be one too many, or a name that another has."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a video, and whether it shows what a concept names."""

    video_id: str
    start_s: float
    end_s: float
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Example:
    """A mark that is kept; `video` is None when it is not known any more, `path` when no file of it is there.

    `last_path` is where it lay when it was marked.
    """

    id: str
    mark: Mark
    added_at: datetime
    video: Video | None
    path: bytes | None
    last_path: bytes | None


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept and, unless it was only listed, its examples, the oldest first."""

    id: str
    name: str
    version: int
    created_at: datetime
    updated_at: datetime
    examples: list[Example] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Listed:
    """A concept, how many of its examples fit and do not, and the first that fits whose video is there."""

    concept: Concept
    fits: int
    does_not_fit: int
    first: Mark | None


def folded(name: str) -> str:
    """What two names have in common that may not both be there."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def mark(catalog: Catalog, name: str, marks: Sequence[Mark]) -> str:
    """Add examples to the concept of this name, whatever the case of its letters; made where there is none. Its id.

    A stretch that is marked already is what it is marked as last. Raises ConceptRefused.
    """
    with catalog.begin() as connection:
        made = _touched(connection, name) or _made(connection, name)
        _put_in(catalog, connection, made, marks)
    return made


def replace(catalog: Catalog, name: str, marks: Sequence[Mark]) -> str:
    """Give a concept these examples and no others, made where there is none; its id. Raises ConceptRefused."""
    with catalog.begin() as connection:
        made = _touched(connection, name) or _made(connection, name)
        connection.execute(delete(tables.examples).where(_OF.concept_id == made))
        _put_in(catalog, connection, made, marks)
    return made


def rename(catalog: Catalog, name: str, new: str) -> str | None:
    """Give it another name; its id, None where there is no such concept. Raises ConceptRefused."""
    try:
        with catalog.begin() as connection:
            return _touched(connection, name, name=new, folded=folded(new))
    except IntegrityError:
        raise ConceptRefused(f"another concept is called {new!r}") from None


def remove(catalog: Catalog, name: str) -> str | None:
    """Drop a concept; the id that it had, None where there was none."""
    with catalog.begin() as connection:
        gone = _touched(connection, name)
        connection.execute(delete(tables.examples).where(_OF.concept_id == gone))
        connection.execute(delete(tables.concepts).where(_ALL.id == gone))
        return gone


def remove_example(catalog: Catalog, name: str, example_id: str) -> bool:
    """Take an example away; whether it was there."""
    with catalog.begin() as connection:
        of = select(_ALL.id).where(_called(name)).scalar_subquery()
        found = connection.execute(delete(tables.examples).where(_OF.id == example_id, _OF.concept_id == of)).rowcount
        return found > 0 and _touched(connection, name) is not None


def concept(catalog: Catalog, name: str) -> Concept | None:
    """The whole of one, by its name, whatever the case of its letters."""
    with catalog.connect() as connection:
        row = connection.execute(select(*_FACTS).where(_called(name))).first()
        return None if row is None else Concept(**row._mapping, examples=_examples(connection, row.id))


def names(catalog: Catalog) -> list[str]:
    """Of all concepts, in the order of the alphabet."""
    with catalog.connect() as connection:
        return list(connection.scalars(select(_ALL.name).order_by(_ALL.folded)))


def listed(catalog: Catalog, *, limit: int | None = None, offset: int = 0) -> tuple[int, list[Listed]]:
    """How many there are, and a page of them, what changed last first."""
    page = select(*_FACTS).order_by(_ALL.updated_at.desc(), _ALL.id).limit(limit).offset(offset)
    with catalog.connect() as connection:
        total = connection.scalar(select(func.count()).select_from(tables.concepts)) or 0
        found = [Concept(**row._mapping) for row in connection.execute(page)]
        counts, firsts = _counts(connection), _firsts(connection)
    return total, [
        Listed(one, counts.get((one.id, True), 0), counts.get((one.id, False), 0), firsts.get(one.id)) for one in found
    ]


def _called(name: str) -> ColumnElement[bool]:
    return _ALL.folded == folded(name)


# Written before anything is read: whoever reads first may find that another has written meanwhile.
def _touched(connection: Connection, name: str, /, **said: str) -> str | None:
    values = {"version": _ALL.version + 1, "updated_at": datetime.now(UTC), **said}
    changed = update(tables.concepts).where(_called(name)).values(**values).returning(_ALL.id)
    found: str | None = connection.scalar(changed)
    return found


def _made(connection: Connection, name: str) -> str:
    made, now = secrets.token_hex(16), datetime.now(UTC)
    row = {"id": made, "name": name, "folded": folded(name), "version": 1, "created_at": now, "updated_at": now}
    try:
        connection.execute(insert(tables.concepts).values(**row))
    except IntegrityError:
        raise ConceptRefused(f"a concept {name!r} has just been made: ask again") from None
    if (connection.scalar(select(func.count()).select_from(tables.concepts)) or 0) > MAX_CONCEPTS:
        raise ConceptRefused(f"there are {MAX_CONCEPTS} concepts already: remove one first")
    return made


def _put_in(catalog: Catalog, connection: Connection, concept_id: str, marks: Sequence[Mark]) -> None:
    paths = paths_of(connection, sorted({one.video_id for one in marks}))
    for one in marks:
        where = {"video_id": one.video_id, "start_s": one.start_s, "end_s": one.end_s}
        key = {"concept_id": concept_id, **where}
        same = [_OF[column] == value for column, value in key.items()]
        kept = connection.scalar(select(_OF.id).where(*same))
        row = {"id": kept or secrets.token_hex(16), "path": paths.get(one.video_id), "added_at": datetime.now(UTC)}
        connection.execute(catalog.database.put(tables.examples, {**key, **row, "fits": one.fits}, key=tuple(key)))
    count = connection.scalar(select(func.count()).where(_OF.concept_id == concept_id)) or 0
    if count > MAX_EXAMPLES:
        raise ConceptRefused(f"a concept holds at most {MAX_EXAMPLES} examples")


def _examples(connection: Connection, concept_id: str) -> list[Example]:
    query = with_places(tables.examples).where(_OF.concept_id == concept_id)
    found: dict[str, Example] = {}
    for row in connection.execute(query.order_by(_OF.added_at, _OF.id, *by_place())):
        # Of several places the first stands for the video.
        found.setdefault(row.id, _example(row))
    return list(found.values())


def _counts(connection: Connection) -> dict[tuple[str, bool], int]:
    rows = connection.execute(select(_OF.concept_id, _OF.fits, func.count()).group_by(_OF.concept_id, _OF.fits))
    return {(row[0], row[1]): row[2] for row in rows}


def _firsts(connection: Connection) -> dict[str, Mark]:
    """Of each concept the oldest example that fits and whose video is there."""
    present = select(tables.locations.c.video_id).where(PRESENT)
    which = _OF.fits & _OF.video_id.in_(present)
    first = select(_OF.concept_id, func.min(_OF.added_at).label("at")).where(which).group_by(_OF.concept_id).subquery()
    same = (_OF.concept_id == first.c.concept_id) & (_OF.added_at == first.c.at)
    rows = connection.execute(select(tables.examples).join(first, same).where(which).order_by(_OF.id.desc()))
    return {row.concept_id: _mark(row) for row in rows}


def _example(row: Any) -> Example:
    return Example(row.id, _mark(row), row.added_at, video_of(row), path_of(row), row.path)


def _mark(row: Any) -> Mark:
    return Mark(row.video_id, row.start_s, row.end_s, row.fits)


_FACTS = [_ALL.id, _ALL.name, _ALL.version, _ALL.created_at, _ALL.updated_at]
