"""What is published is put into Milvus first: every segment that it lacks, whole before anybody is told of it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.stores.library import Library
from data.stores.vectors import segments
from data.stores.vectors.held import Part, held_by
from data.stores.vectors.milvus.naming import new_prefix
from data.stores.vectors.milvus.server import Row, Server
from data.stores.vectors.nearness import bias_of, with_bias
from data.types import Generation
from data.wording import counted

_AT_ONCE = 1000
# Of more clips it takes long enough for somebody to wonder.
_MANY = 100_000


def fill(library: Library, generation: Generation, say: Callable[[str], None]) -> None:
    """Put there what the generation lists, and remove what no generation of the library lists any more.

    Does nothing where vectors are not kept there. Raises VectorsUnavailable; what was put in so far is taken up again.
    """
    if library.vectors_at is None or not generation.modalities:
        return
    prefix = new_prefix(library)
    with closing(Server(library.vectors_at)) as server:
        for part in held_by(library, generation).parts:
            name = prefix + part.segment.name
            if server.count(name) != int(part.counts.sum()):
                _put(server, name, part, say)
        here = {prefix + name for name in segments.names(library)}
        for name in set(server.names(prefix)) - here:
            server.drop(name)


def _put(server: Server, name: str, part: Part, say: Callable[[str], None]) -> None:
    count = int(part.counts.sum())
    if count > _MANY:
        say(f"{counted(count, 'clip')} go to {server.place}")
    # One that a killed run has left half full.
    server.drop(name)
    server.make(name, part.segment.dim + 1, count)
    for rows in _rows(part):
        server.put(name, rows)
    server.finish(name)


def _rows(part: Part) -> Iterator[list[Row]]:
    """Of all clips, those of videos that are gone too: another generation may list them."""
    facts, values = part.segment.facts(), part.segment.mapped()
    videos, bias = facts.videos, bias_of(facts.hub, facts.density)
    for start in range(0, len(facts), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        columns: dict[str, NDArray[Any]] = {
            "id": facts.ids[some],
            "video": videos[some].astype(np.int64),
            "number": facts.numbers[some],
            "shot": facts.shots[some],
            "start_s": facts.starts_s[some],
            "end_s": facts.ends_s[some],
            "bias": bias[some],
            "vector": with_bias(np.asarray(values[some]), bias[some]),
        }
        lists = {each: column.tolist() for each, column in columns.items()}
        yield [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
