"""What was said or written in videos, where a modality gives words."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, distinct, func, or_, select

from data.stores.catalog import Catalog, tables
from data.stores.catalog.engines.database import Wanted
from data.stores.catalog.filters import PRESENT
from data.terms import Term, terms_of
from data.types import Words

_TEXT = tables.texts.c
_LINE = [
    *(_TEXT.video_id, _TEXT.fingerprint, _TEXT.number, _TEXT.start_s, _TEXT.end_s, _TEXT.text, _TEXT.language),
    _TEXT.word_starts_s,
]
# Made once: a search would spend more time on making it than on the answer.
_BY_ID = select(_TEXT.id, _TEXT.folded, *_LINE).where(_TEXT.id.in_(bindparam("ids", expanding=True)))
_AT_ONCE = 500


def texts_of(catalog: Catalog, video_id: str, fingerprint: str) -> list[Words]:
    """All of one video, in order."""
    query = select(*_LINE).where(_TEXT.video_id == video_id, _TEXT.fingerprint == fingerprint).order_by(_TEXT.number)
    with catalog.connect() as connection:
        return [_words(row) for row in connection.execute(query)]


def texts_matching(catalog: Catalog, fingerprint: str, words: str) -> list[Words]:
    """Spans that hold each of these words (`terms_of`), the best first. No word at all is held by none."""
    return [each.words for each in lines_with(catalog, Wanted(terms_of(words), (fingerprint,)))]


class FoldedLine(NamedTuple):
    """A line, and its words as they are looked for (`data.folding.folded`)."""

    words: Words
    folded: str


def lines_with(catalog: Catalog, wanted: Wanted) -> list[FoldedLine]:
    """Those that are wanted, those first that hold the rarest words the densest; none where no word is."""
    if not wanted.terms or not wanted.fingerprints:
        return []
    with catalog.connect() as connection:
        ids = catalog.database.words.ids(connection, wanted)
        found = dict[int, FoldedLine]()
        for at in range(0, len(ids), _AT_ONCE):
            rows = connection.execute(_BY_ID, {"ids": ids[at : at + _AT_ONCE]})
            found.update((id_, FoldedLine(_words(line), folded)) for id_, folded, *line in rows)
    return [found[each] for each in ids if each in found]


def page_of_lines(
    catalog: Catalog,
    video_id: str,
    fingerprints: Sequence[str],
    *,
    terms: Sequence[Term] = (),
    limit: int | None = None,
    offset: int = 0,
) -> tuple[int, list[Words]]:
    """How many lines of one video there are (that hold all of the terms), and a page of them in time order."""
    here: list[ColumnElement[bool]] = [_TEXT.video_id == video_id, _TEXT.fingerprint.in_(fingerprints)]
    with catalog.connect() as connection:
        if terms:
            wanted = Wanted(terms, fingerprints, most=10_000, where=[_TEXT.video_id == video_id])
            here.append(_TEXT.id.in_(catalog.database.words.ids(connection, wanted)))
        total = connection.scalar(select(func.count()).select_from(tables.texts).where(*here)) or 0
        ordered = select(*_LINE).where(*here).order_by(_TEXT.start_s, _TEXT.fingerprint, _TEXT.number)
        return total, [_words(row) for row in connection.execute(ordered.limit(limit).offset(offset))]


class Counted(NamedTuple):
    """How many lines of one fingerprint and language there are, in how many videos."""

    fingerprint: str
    language: str | None
    videos: int
    lines: int


def counted(catalog: Catalog, fingerprints: Sequence[str]) -> list[Counted]:
    """Of videos that are present, most lines first."""
    here = _TEXT.fingerprint.in_(fingerprints), _TEXT.video_id.in_(select(tables.locations.c.video_id).where(PRESENT))
    columns = _TEXT.fingerprint, _TEXT.language, func.count(distinct(_TEXT.video_id)), func.count()
    query = select(*columns).where(*here).group_by(_TEXT.fingerprint, _TEXT.language)
    with catalog.connect() as connection:
        found = [Counted(*row) for row in connection.execute(query)]
    return sorted(found, key=lambda one: (-one.lines, one.fingerprint, one.language or ""))


class Label(NamedTuple):
    """What so many lines, in so many videos, consist of."""

    text: str
    videos: int
    lines: int


def labels(catalog: Catalog, fingerprint: str, most: int) -> list[Label]:
    """What whole lines of one fingerprint say, of videos that are present: `most` at most, the most frequent first."""
    here = _TEXT.fingerprint == fingerprint, _TEXT.video_id.in_(select(tables.locations.c.video_id).where(PRESENT))
    lines = func.count()
    query = select(_TEXT.text, func.count(distinct(_TEXT.video_id)), lines).where(*here).group_by(_TEXT.text)
    with catalog.connect() as connection:
        return [Label(*row) for row in connection.execute(query.order_by(lines.desc(), _TEXT.text).limit(most))]


def in_language(language: str) -> ColumnElement[bool]:
    """Lines in a language, or in one of its kinds: "pt" lets "pt-BR" through."""
    return or_(_TEXT.language == language, _TEXT.language.startswith(f"{language}-", autoescape=True))


def how_many_hold(catalog: Catalog, terms: Sequence[Term]) -> tuple[Mapping[Term, int], int]:
    """In how many lines each term stands, about, and how many lines there are, about."""
    with catalog.connect() as connection:
        total = catalog.database.words.total(connection)
        return catalog.database.words.counts(connection, terms) if total else {}, total


def _words(line: Sequence[Any]) -> Words:
    facts = list(line)
    facts[-1] = tuple(facts[-1] or ())
    return Words(*facts)
