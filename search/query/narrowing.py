"""A query that may be answered by some ways only, and by lines of one language."""

from collections.abc import Sequence
from dataclasses import replace

from data.types import QueryError
from search.query.tree import BYS, SAID, SHOWN, TAGGED, By, Kind, Line, Query, Text, with_leaves


def narrowed(query: Query, by: Sequence[By], language: str | None) -> Query:
    """The same with leaves that ask no other way than `by` (any, where none is named). Raises QueryError."""
    if isinstance(query, Text):
        return _sentence(query, by or BYS, language)
    return with_leaves(query, lambda leaf: _line(leaf, by or BYS, language) if isinstance(leaf, Line) else leaf)


def _sentence(query: Text, by: Sequence[By], language: str | None) -> Text:
    allowed = tuple(each for each in query.by if each in by)
    if not allowed:
        raise QueryError(None, f"{', '.join(query.by)} is asked for, and only {', '.join(by)} may answer")
    return replace(query, by=allowed, language=language)


def _line(query: Line, by: Sequence[By], language: str | None) -> Line:
    if query.kinds == TAGGED:
        return query
    wanted: list[Kind] = [*(SAID if "said" in by else ()), *(SHOWN if "shown" in by else ())]
    kinds = tuple(kind for kind in query.kinds if kind in wanted)
    # In a composed query what is seen beside the words may answer.
    return replace(query, kinds=kinds or query.kinds, language=language)
