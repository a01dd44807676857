"""What is asked on the command line: files and places become the leaves of a query."""

import base64
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data.sources.registry import named
from data.stores.catalog import Catalog, views
from data.types import QueryError
from search.query import grammar
from search.query.pictures import MAX_BYTES
from search.query.tree import And, Concept, Line, Not, Or, Query, Text, Then

_ID = re.compile(r"[0-9a-f]{32}")


def query_asked(
    catalog: Catalog,
    text: str | None,
    images: Sequence[Path],
    videos: Sequence[Path],
    like: tuple[str, float, float] | None,
) -> str | dict[str, Any]:
    """Text alone stays as typed, a single leaf stands alone, and everything else has to hold together.

    `like` names a video, by id or path, and seconds in it. Raises QueryError.
    """
    if text is not None:
        # An undecodable byte of the command line has no place in an answer, which is JSON.
        text = text.encode("utf-8", "replace").decode()
    leaves: list[dict[str, Any]] = [{"image": _base64(path)} for path in images]
    leaves += [{"video": _base64(path)} for path in videos]
    if like is not None:
        video, start_s, end_s = like
        leaves.append({"moment": {"video_id": video_named(catalog, video), "start_s": start_s, "end_s": end_s}})
    if text is None:
        if not leaves:
            raise QueryError(None, "say what to look for: a sentence, --image, --video or --like")
        return leaves[0] if len(leaves) == 1 else {"and": leaves}
    return {"and": [tree_of(grammar.parse(text)), *leaves]} if leaves else text


def tree_of(query: Query) -> dict[str, Any]:
    """A query of the short syntax as a JSON tree that can stand beside pictures. Raises QueryError for THEN."""
    match query:
        case Text(text, by):
            return {"seen" if by == ("seen",) else "text": text}
        case Line(words, kinds):
            return {"words": words, "in": list(kinds)}
        case Concept(name):
            return {"concept": name}
        case Not(part):
            return {"not": tree_of(part)}
        case And(parts, weights):
            return {"and": _weighted(parts, weights)}
        case Or(parts, weights):
            return {"or": _weighted(parts, weights)}
        case Then():
            raise QueryError(None, "THEN can't stand beside a picture, a video or a moment")
    raise TypeError(f"not typed: {query!r}")


def video_named(catalog: Catalog, name: str) -> str:
    """The id of a video that is given by its id or by a path where it lies. Raises QueryError."""
    if _ID.fullmatch(name) and views.video(catalog, name) is not None:
        return name
    video_id = views.video_at(catalog, named(Path(name)))
    if video_id is None:
        raise QueryError(None, f"{name}: no indexed video has this id or path")
    return video_id


def _weighted(parts: Sequence[Query], weights: Sequence[float]) -> list[dict[str, Any]]:
    return [tree_of(part) | {"weight": weight} for part, weight in zip(parts, weights, strict=True)]


def _base64(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise QueryError(None, f"{path} is larger than {MAX_BYTES} bytes")
        return base64.b64encode(path.read_bytes()).decode()
    except OSError as error:
        raise QueryError(None, f"{path}: {error.strerror}") from None
