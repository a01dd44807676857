"""What was said or written in videos, where a modality gives words."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from data.stores.catalog import Catalog, tables
from data.types import Words

_TEXT = tables.texts.c


def texts_of(catalog: Catalog, video_id: str, fingerprint: str) -> list[Words]:
    """All of one video, in order."""
    return _found(catalog, (_TEXT.video_id == video_id) & (_TEXT.fingerprint == fingerprint))


def texts_matching(catalog: Catalog, fingerprint: str, words: str) -> list[Words]:
    """Spans that hold each of these words, as a part of any word and in any case, by video and in order.

    Every row is looked at: there is no index of words yet. No word at all is held by none.
    """
    wanted = words.casefold().split()
    if not wanted:
        return []
    # Engines fold the case of ASCII alike, and of other letters each in its own way: those are compared here.
    plain = [_TEXT.text.icontains(word, autoescape=True) for word in wanted if word.isascii()]
    others = [word for word in wanted if not word.isascii()]
    found = _found(catalog, _TEXT.fingerprint == fingerprint, *plain)
    return [each for each in found if _holds(each.text, others)]


def _holds(text: str, wanted: Sequence[str]) -> bool:
    return not wanted or all(word in text.casefold() for word in wanted)


def _found(catalog: Catalog, *conditions: ColumnElement[bool]) -> list[Words]:
    query = select(tables.texts).where(*conditions).order_by(_TEXT.video_id, _TEXT.number)
    with catalog.connect() as connection:
        return [Words(**row._mapping) for row in connection.execute(query)]
