"""A filter as conditions on rows; what SQL can't say of a path is looked at here."""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from data.paths import beneath, is_within, joined
from data.stores.catalog import tables
from data.stores.where import Where

Columns = ReadOnlyColumnCollection[str, Any]
_PLACE = tables.locations.c


def is_present(place: Columns) -> ColumnElement[bool]:
    """Whether a place, by the columns of `locations` or of an alias, holds an indexed video now."""
    return and_(place.video_id.is_not(None), place.state != "gone")


PRESENT = is_present(_PLACE)


def facts_of(wanted: Where) -> Iterator[ColumnElement[bool]]:
    """What is asked of videos and of their embeddings."""
    video = tables.videos.c
    if wanted.video_id is not None:
        yield video.id == wanted.video_id
    for column, least, most in (
        (video.duration_s, wanted.min_duration_s, wanted.max_duration_s),
        (video.height, wanted.min_height, wanted.max_height),
        (video.taken_at, wanted.taken_from, wanted.taken_until),
        (tables.embeddings.c.embedded_at, wanted.indexed_from, wanted.indexed_until),
    ):
        if least is not None:
            yield column >= least
        if most is not None:
            yield column < most if isinstance(most, datetime) else column <= most


def in_folder(folder: bytes, roots: Sequence[bytes], place: Columns = _PLACE) -> ColumnElement[bool]:
    """Locations in or below `folder`: an absolute one, one of a source's own names, or one below any root."""
    if folder.startswith(b"/"):
        return _below(os.path.normpath(folder), roots, place)
    folder = folder.rstrip(b"/")
    named = [folder] if any(is_within(folder, root) or is_within(root, folder) for root in roots) else []
    folders = named or [_below_root(root, folder) for root in roots]
    return or_(false(), *(_below(each, roots, place) for each in folders))


def fits(glob: str | None, root: bytes, path: bytes) -> bool:
    """Whether the whole path, or the one relative to its root, matches; `*` also stands for slashes."""
    names = (os.fsdecode(joined(root, path)), os.fsdecode(path))
    return glob is None or any(fnmatchcase(name, glob) for name in names)


def _below_root(root: bytes, folder: bytes) -> bytes:
    place = joined(root, folder)
    return os.path.normpath(place) if root.startswith(b"/") else place


def _below(folder: bytes, roots: Sequence[bytes], place: Columns) -> ColumnElement[bool]:
    """Locations in or below `folder`, which may lie above, at or inside a root."""
    conditions: list[ColumnElement[bool]] = [place.root.in_([root for root in roots if is_within(root, folder)])]
    for root in roots:
        if root != folder and is_within(folder, root):
            inner = beneath(folder, root)
            # "/" + 1 is "0": the half-open range of everything that starts with the folder and a slash.
            inside = and_(place.path >= inner + b"/", place.path < inner + b"0")
            conditions.append(and_(place.root == root, or_(place.path == inner, inside)))
    return or_(*conditions)
