"""From the body of a request to what the engine is to do."""

import os
from collections.abc import Iterator
from typing import Any

from data.stores.where import Where
from data.terms import terms_of
from data.types import QueryError
from search.query import grammar, wire
from search.query.tree import (
    MAX_LEAVES,
    And,
    Concept,
    Film,
    Image,
    Like,
    Line,
    Not,
    Or,
    Query,
    Stretch,
    Text,
    Then,
    checked,
)
from search.query.uploads import Uploads

Node = wire.QueryTree | wire.NotNode | wire.ThenNode


def query_of(asked: str | Node, uploads: Uploads) -> Query:
    """Decodes pictures and videos, unless there are too many parts. Raises QueryError; and Full, when others wait."""
    if isinstance(asked, str):
        return grammar.parse(asked)
    count = len(list(_leaves(asked)))
    if count > MAX_LEAVES:
        raise QueryError(None, f"the query has {count} parts, the limit is {MAX_LEAVES}")
    return _read(asked, uploads)


def _read(asked: Node, uploads: Uploads) -> Query:
    match asked:
        case wire.TextLeaf(text=text):
            return Text(checked(text))
        case wire.SeenLeaf(seen=text):
            return Text(checked(text), by=("seen",))
        case wire.WordsLeaf(words=words, kinds=kinds):
            if not terms_of(checked(words)):
                raise QueryError(None, "words hold at least one letter or digit")
            return Line(words, kinds)
        case wire.ImageLeaf(image=image):
            return Image(uploads.picture(image))
        case wire.VideoLeaf(video=video):
            return Film(uploads.film(video))
        case wire.MomentLeaf(moment=of):
            check_stretch(of.start_s, of.end_s)
            return Like(Stretch(of.video_id, of.start_s, of.end_s))
        case wire.ConceptLeaf(concept=name):
            return Concept(name.strip())
        case wire.NotNode(part=part):
            return Not(_read(part, uploads))
        case wire.AndNode(parts=parts):
            if all(isinstance(part, wire.NotNode) for part in parts):
                raise QueryError(None, "NOT needs something to be looked for beside it")
            return And(tuple(_read(part, uploads) for part in parts), tuple(part.weight for part in parts))
        case wire.OrNode(parts=parts):
            return Or(tuple(_read(part, uploads) for part in parts), tuple(part.weight for part in parts))
        case wire.ThenNode(steps=steps, within_s=within_s):
            return Then(tuple(_read(step, uploads) for step in steps), (within_s,) * (len(steps) - 1))


def _leaves(asked: Node) -> Iterator[Node]:
    match asked:
        case wire.AndNode(parts=parts) | wire.OrNode(parts=parts) | wire.ThenNode(steps=parts):
            for part in parts:
                yield from _leaves(part)
        case wire.NotNode(part=part):
            yield from _leaves(part)
        case _:
            yield asked


def check_stretch(start_s: float, end_s: float) -> None:
    """Raises QueryError."""
    if end_s <= start_s:
        raise QueryError(None, f"a moment ends after it starts, got {start_s:g} to {end_s:g} s")


def where_of(filters: wire.FilterBody) -> Where:
    """What is asked of videos."""
    facts = filters.model_dump(exclude={"folder", "min_confidence", "action", "by", "language"})
    return Where(folder=os.fsencode(filters.folder) if filters.folder else None, **facts)


def carries(asked: str | Node, kind: type[wire.ImageLeaf | wire.VideoLeaf]) -> bool:
    """Whether one of that kind has to be decoded before anything can be looked for."""
    return not isinstance(asked, str) and any(isinstance(leaf, kind) for leaf in _leaves(asked))


def echoed(asked: str | Node) -> str | dict[str, Any]:
    """The query without the bytes of pictures and videos."""
    return asked if isinstance(asked, str) else _without_bytes(asked.model_dump(by_alias=True, exclude_defaults=True))


def _without_bytes(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: None if key in ("image", "video") else _without_bytes(value) for key, value in node.items()}
    return [_without_bytes(part) for part in node] if isinstance(node, list | tuple) else node
